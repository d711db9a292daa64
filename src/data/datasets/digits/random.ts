/**
 * The random numbers of one sample: the generator sfc32 (Chris Doty-Humphrey, PractRand), keyed by seed, stream and the
 * sample's index, so that a sample never depends on how many others are drawn, or in which order.
 *
 * Only integer arithmetic and one exact division are used: every JavaScript engine draws the same numbers.
 */
export class SampleRandom {
  private a: number
  private b: number
  private c: number
  private counter = 1

  /**
   * @param seed an integer from 0 to 2^53 - 1
   * @param stream an integer from 0 to 1,023 that keeps apart the uses of one seed (training pictures, test pictures ...)
   * @param index an integer from 0 to 2^32 - 1
   */
  constructor(seed: number, stream: number, index: number) {
    this.a = index | 0
    this.b = seed | 0
    // The seed's upper 21 bits leave room for ten bits of stream above them.
    this.c = Math.floor(seed / 2 ** 32) | (stream << 21)
    for (let round = 0; round < 12; round++) this.bits()
  }

  /** 32 random bits, as a signed integer. */
  bits(): number {
    const result = (this.a + this.b + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (((this.c << 21) | (this.c >>> 11)) + result) | 0
    return result
  }

  /** Uniform in [low, high). */
  uniform(low: number, high: number): number {
    return low + ((this.bits() >>> 0) / 2 ** 32) * (high - low)
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uniform(0, 1) < probability
  }

  /** Uniform among 0 ... count - 1. */
  integer(count: number): number {
    return Math.floor(this.uniform(0, count))
  }

  /**
   * Bell-shaped with mean 0 and the given standard deviation: the scaled sum of four uniform numbers of 16 bits. It ends
   * at 3.46 deviations, so that no sample is distorted out of recognition, and needs no logarithm, whose last bit differs
   * between JavaScript engines.
   */
  bell(deviation: number): number {
    const first = this.bits()
    const second = this.bits()
    const sum = (first & 0xffff) + (first >>> 16) + (second & 0xffff) + (second >>> 16)
    return (sum / 0xffff - 2) * Math.sqrt(3) * deviation
  }
}
