import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { BrandedError } from './branded-error.ts'
import { hasInstance } from './has-instance.ts'

/** What a package of errors and one other class defines each time it is loaded. */
function load() {
  class FormatError extends BrandedError {
    static override readonly brand: string = 'test.FormatError'
  }
  class LengthError extends FormatError {
    static override readonly brand: string = 'test.LengthError'
  }
  class OtherError extends BrandedError {
    static override readonly brand: string = 'test.OtherError'
  }
  class Point {
    static readonly brand: string = 'test.Point'
    readonly x = 0
    static readonly [Symbol.hasInstance] = hasInstance
  }
  return { FormatError, LengthError, OtherError, Point }
}

const ours = load()
const theirs = load()

describe('instanceof of a class with a brand', () => {
  it('holds for instances of another copy', () => {
    expect(new theirs.FormatError()).toBeInstanceOf(ours.FormatError)
    expect(new theirs.Point()).toBeInstanceOf(ours.Point)
  })

  it('holds for the classes that the other copy extends, and not the other way round', () => {
    expect(new theirs.LengthError()).toBeInstanceOf(ours.FormatError)
    expect(new theirs.LengthError()).toBeInstanceOf(BrandedError)
    expect(new theirs.LengthError()).toBeInstanceOf(Error)
    expect(new theirs.FormatError()).not.toBeInstanceOf(ours.LengthError)
  })

  it('tells classes of different brands apart', () => {
    expect(new theirs.OtherError()).not.toBeInstanceOf(ours.FormatError)
    expect(new theirs.Point()).not.toBeInstanceOf(ours.FormatError)
    expect(new Error('x')).not.toBeInstanceOf(BrandedError)
  })

  it('is the ordinary one for a subclass without a brand of its own', () => {
    class Mine extends ours.FormatError {}
    class Yours extends theirs.FormatError {}
    expect(new Mine()).toBeInstanceOf(Mine)
    expect(new ours.FormatError()).not.toBeInstanceOf(Mine)
    expect(new Yours()).not.toBeInstanceOf(Mine)
    expect(new Yours()).toBeInstanceOf(ours.FormatError)
  })

  it.each([
    ['a member of that name', { brand: 'test.Point' }],
    ['a constructor that parsed data names', JSON.parse('{"constructor":{"brand":"test.Point"}}')],
    ['a prototype that parsed data names', JSON.parse('{"__proto__":{"constructor":{"brand":"test.Point"}}}')],
    [
      'a prototype that a careless copy made of it',
      Object.assign({}, JSON.parse('{"__proto__":{"constructor":{"brand":"test.Point"}}}')),
    ],
    ['the class itself', ours.Point],
    ['an object without a prototype', Object.create(null)],
    ['a prototype without a constructor', Object.create(Object.create(null))],
    ['nothing', undefined],
    ['null', null],
    ['text', 'test.Point'],
    ['a number', 1],
  ])('does not hold for %s', (_, value) => {
    expect(value instanceof ours.Point).toBe(false)
  })

  it('holds across realms', () => {
    const foreign = runInNewContext(`new (class Point { static brand = 'test.Point' })()`)
    expect(foreign instanceof ours.Point).toBe(true)
  })
})
