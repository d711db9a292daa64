import { foldInKey } from '../ops/hostRandom.js'
import { type RandomKey, threefry } from '../ops/threefry.js'

/**
 * Random numbers on the host in float64, one after another, from a counter under a Threefry-2x32 key: the same key gives
 * the same numbers on every machine. Initial weights are drawn from it.
 */
export class RandomStream {
  private counter = 0
  private spareNormal: number | undefined

  constructor(private key: RandomKey) {}

  /** Uniform in [0, 1), with all 53 bits of a float64 random. */
  uniform(): number {
    if (this.counter === 2 ** 32) {
      this.key = foldInKey(this.key, 0)
      this.counter = 0
    }
    const [high, low] = threefry(this.key, this.counter++, 0)
    return ((high >>> 0) * 2 ** 21 + (low >>> 11)) / 2 ** 53
  }

  /** Standard normal, by the Box-Muller transform, which gives two from two uniforms. */
  normal(): number {
    if (this.spareNormal !== undefined) {
      const spare = this.spareNormal
      this.spareNormal = undefined
      return spare
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    const angle = 2 * Math.PI * this.uniform()
    this.spareNormal = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  /** Standard normal, redrawn until it lies within two standard deviations. */
  truncatedNormal(): number {
    for (;;) {
      const value = this.normal()
      if (Math.abs(value) <= 2) return value
    }
  }
}
