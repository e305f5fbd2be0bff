// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { isSha256, sha256 } from '@atoll/sha256'

export function scenario() {
  const bytes = new TextEncoder().encode('low tide'.repeat(20))
  const digest = sha256(bytes)
  const text = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return { text, same: isSha256(digest, 0, bytes), other: isSha256(digest, 0, bytes.subarray(1)) }
}

export const expected = {
  text: '46972a8d550ce1a3fa2bab269bfa78e6dc1398dc3e5608dc23447852e112ba49',
  same: true,
  other: false,
}
