// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { BrandedError } from '@atoll/brand'

const [Ours, Theirs] = [copy(), copy()]

function copy() {
  return class TooShortError extends BrandedError {
    static override readonly brand: string = 'example.text.TooShortError'
  }
}

export function scenario() {
  return { theirs: new Theirs('ahoy') instanceof Ours, others: new BrandedError('ahoy') instanceof Ours }
}

export const expected = { theirs: true, others: false }
