import type { Shape } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import { add } from '../../ops/add.js'
import { cos } from '../../ops/cos.js'
import { multiply } from '../../ops/multiply.js'
import { negative } from '../../ops/negative.js'
import { sin } from '../../ops/sin.js'
import { subtract } from '../../ops/subtract.js'
import type { Config } from '../../utils/config.js'
import type { RandomKeys } from '../callContext.js'
import { AffineLayer, type AffineLayerOptions } from './affineLayer.js'
import { affineTransform } from './affineTransform.js'
import { type Range, rangeOf } from './imageLayer.js'

/**
 * In training, turns each image about its middle by an angle from `factor` (Keras's `RandomRotation`): in whole turns, so that 0.1 means
 * -36 to 36 degrees, and positive counter-clockwise. `[batch, height, width, channels]`; in inference nothing.
 */
export class RandomRotation extends AffineLayer {
  static override readonly className = 'RandomRotation'
  static override readonly samplewise = true
  static override readonly positional = ['factor']

  readonly factor: Range

  constructor(factor: number | Range, options: AffineLayerOptions = {}) {
    super(options)
    this.factor = rangeOf(factor, `${this.title}: factor`, [-1, 1])
  }

  /** Degrees. */
  override draws([batch]: Shape, random: RandomKeys): Tensor[] {
    const [lower, upper] = this.factor
    return this.uniform(random, { shape: [batch], range: [lower * 360, upper * 360] })
  }

  protected override change(images: Tensor, [degrees]: readonly Tensor[]): Tensor {
    const [, height, width] = images.shape
    const angle = multiply(degrees, Math.PI / 180)
    const [cosine, sine] = [cos(angle), sin(angle)]
    const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2]
    const shift = (middle: number, a: Tensor, b: Tensor) =>
      subtract(middle, add(multiply(a, middleX), multiply(b, middleY)))
    const map = {
      x: [cosine, negative(sine), shift(middleX, cosine, negative(sine))],
      y: [sine, cosine, shift(middleY, sine, cosine)],
    } as const
    return affineTransform(images, map, this.settings)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), factor: this.factor }
  }
}

/** Turns images by a random angle in training: see `RandomRotation`. @example layers.randomRotation(0.1) */
export const randomRotation = (factor: number | Range, options?: AffineLayerOptions): RandomRotation =>
  new RandomRotation(factor, options)
