/** Seeded random numbers (mulberry32): same seed, same numbers. */
export class RandomSource {
  constructor(private state: number) {}

  /** 32 random bits, as an unsigned integer. */
  bits(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor((this.bits() / 2 ** 32) * limit)
  }

  chance(probability: number): boolean {
    return this.bits() / 2 ** 32 < probability
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]
  }
}

/** Floats at which implementations differ: zeros, ties, limits of integers, denormals, infinities, NaN. */
export const floatsOfInterest: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  1 / 3,
  Math.PI,
  -1e-3,
  8388607.5,
  -8388608,
  16777217,
  2147483520,
  2147483648,
  -2147483648,
  4294967296,
  -3e9,
  1e-38,
  2 ** -149,
  -(2 ** -126),
  3.4e38,
  -3.4e38,
  Infinity,
  -Infinity,
  NaN,
]

export const integersOfInterest: readonly number[] = [
  0, 1, -1, 2, 3, 5, 7, 31, 32, 33, 100, -100, 255, 256, 65535, 16777217, -16777217, 0x7f800000, 2147483647,
  -2147483648, -2147483647, 1065353216,
]
