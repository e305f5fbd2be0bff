import type { WeierstrassPoint, WeierstrassPointCons } from '@noble/curves/abstract/weierstrass.js'

/** Bits of randomness that hide a secret number: as many as `@noble/curves` takes. */
const blindBits = 128
/**
 * Windows of 7 bits: 56 additions a multiplication, and 3,584 points kept for each curve that
 * signs.
 */
const windowBits = 7
const half = 2 ** (windowBits - 1)

/**
 * A curve's points, whose base point is multiplied by way of a table
 * (docs/decisions/0005-portable-signing.md). All else stays the library's: it asks the base point
 * for k·G when it signs, and for d·G when it wants a public key.
 */
export function withBaseTable(Point: WeierstrassPointCons<bigint>): WeierstrassPointCons<bigint> {
  const { Gx, Gy } = Point.CURVE()
  let table: BaseTable | undefined
  return class TabledPoint extends Point {
    static override readonly BASE: WeierstrassPoint<bigint> = new TabledPoint(Gx, Gy, 1n)
    override multiply(scalar: bigint): WeierstrassPoint<bigint> {
      if (this !== TabledPoint.BASE) return super.multiply(scalar)
      if (!Point.Fn.isValidNot0(scalar)) throw new RangeError('a scalar out of range')
      table ??= new BaseTable(Point)
      return table.multiply(scalar)
    }
  }
}

/** A point in projective coordinates: x is X/Z, y is Y/Z. The coordinates may be negative. */
interface Projective {
  readonly X: bigint
  readonly Y: bigint
  readonly Z: bigint
}

type Addition = (point: Projective, x: bigint, y: bigint) => Projective

const infinity: Projective = { X: 0n, Y: 1n, Z: 0n }

/**
 * Multiplies the base point by secret numbers. The number is blinded by a random multiple of the
 * order and cut into a fixed count of digits. Each digit costs a look at every point of its window
 * and one addition by a formula without exceptions, whatever the digit is.
 */
class BaseTable {
  readonly #Point: WeierstrassPointCons<bigint>
  readonly #windows: number
  /**
   * The multiples 1 to `half` of the base point, then those of the base point times 2^7, and so on,
   * affine.
   */
  readonly #xs: bigint[] = []
  readonly #ys: bigint[] = []
  readonly #add: Addition

  constructor(Point: WeierstrassPointCons<bigint>) {
    this.#Point = Point
    this.#windows = Math.ceil((Point.Fn.BITS + blindBits + 1) / windowBits) + 1
    this.#add = mixedAddition(Point.CURVE())
    let base: WeierstrassPoint<bigint> = Point.BASE
    for (let window = 0; window < this.#windows; window++) base = this.#appendWindow(base)
  }

  multiply(scalar: bigint): WeierstrassPoint<bigint> {
    const { p, n } = this.#Point.CURVE()
    const { X, Y, Z } = this.#sum(digitsOf(scalar + blind() * n, this.#windows))
    const inverse = this.#Point.Fp.inv(canonical(Z, p))
    return this.#Point.fromAffine({ x: canonical(X * inverse, p), y: canonical(Y * inverse, p) })
  }

  #sum(digits: number[]): Projective {
    let sum = infinity
    for (let window = 0; window < this.#windows; window++) {
      const digit = digits[window]!
      const start = window * half
      const wanted = start + Math.abs(digit) - 1
      let x = this.#xs[start]!
      let y = this.#ys[start]!
      for (let at = start + 1; at < start + half; at++) {
        x = at === wanted ? this.#xs[at]! : x
        y = at === wanted ? this.#ys[at]! : y
      }
      const negated = -y
      const next = this.#add(sum, x, digit < 0 ? negated : y)
      sum = digit === 0 ? sum : next
    }
    return sum
  }

  /** Adds the multiples of a point, and says with which point the next window begins. */
  #appendWindow(base: WeierstrassPoint<bigint>): WeierstrassPoint<bigint> {
    const { Fp } = this.#Point
    const { x, y } = base.toAffine()
    const points: Projective[] = [{ X: x, Y: y, Z: 1n }]
    while (points.length < half) points.push(this.#add(points.at(-1)!, x, y))
    const inverses = Fp.invertBatch(points.map(({ Z }) => canonical(Z, Fp.ORDER)))
    points.forEach(({ X, Y }, at) => {
      this.#xs.push(canonical(X * inverses[at]!, Fp.ORDER))
      this.#ys.push(canonical(Y * inverses[at]!, Fp.ORDER))
    })
    return this.#Point.fromAffine({ x: this.#xs.at(-1)!, y: this.#ys.at(-1)! }).double()
  }
}

/** The lowest first: n is the sum of digit·2^(7·position), with digits from -63 to 64. */
function digitsOf(n: bigint, count: number): number[] {
  const digits: number[] = []
  let rest = n
  for (let position = 0; position < count; position++) {
    const low = Number(BigInt.asUintN(windowBits, rest))
    const carries = low > half
    rest = (rest >> BigInt(windowBits)) + (carries ? 1n : 0n)
    digits.push(carries ? low - 2 * half : low)
  }
  return digits
}

/** A random number with a leading bit, so that its length says nothing. */
function blind(): bigint {
  let number = 1n
  for (const word of crypto.getRandomValues(new Uint32Array(blindBits / 32))) number = (number << 32n) | BigInt(word)
  return number
}

/**
 * The sum of a projective point and an affine one, by the complete formula of Renes, Costello and
 * Batina (https://eprint.iacr.org/2015/1060, section 3) with Z2 = 1. Sums of products are reduced
 * once, which is what makes this quicker than the library's own addition.
 */
function mixedAddition({ p, a, b }: { p: bigint; a: bigint; b: bigint }): Addition {
  const isZeroA = a === 0n
  if (!isZeroA && a !== p - 3n) throw new Error('a curve whose a is neither 0 nor -3')
  const b3 = 3n * b
  return ({ X, Y, Z }, x, y) => {
    const xx = (X * x) % p
    const yy = (Y * y) % p
    const xy = (X * y + Y * x) % p
    const xz = (X + x * Z) % p
    const yz = (Y + y * Z) % p
    const e = isZeroA ? b3 * Z : (b3 * Z - 3n * xz) % p
    const f = isZeroA ? b3 * xz : (b3 * xz - 3n * xx - 9n * Z) % p
    const g = isZeroA ? 3n * xx : 3n * (xx - Z)
    return {
      X: (xy * (yy - e) - yz * f) % p,
      Y: ((yy + e) * (yy - e) + g * f) % p,
      Z: (yz * (yy + e) + xy * g) % p,
    }
  }
}

function canonical(value: bigint, p: bigint): bigint {
  const rest = value % p
  return rest < 0n ? rest + p : rest
}
