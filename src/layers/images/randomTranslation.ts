import type { Shape } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import { multiply } from '../../ops/multiply.js'
import { onesLike, zerosLike } from '../../ops/tensor.js'
import type { Config } from '../../utils/config.js'
import type { RandomKeys } from '../callContext.js'
import { AffineLayer, type AffineLayerOptions } from './affineLayer.js'
import { affineTransform } from './affineTransform.js'
import { type Range, rangeOf } from './imageLayer.js'

/**
 * In training, moves each image (Keras's `RandomTranslation`) by a part of its height, downwards if positive, and a part of its width, to
 * the right. `[batch, height, width, channels]`; in inference nothing.
 */
export class RandomTranslation extends AffineLayer {
  static override readonly className = 'RandomTranslation'
  static override readonly samplewise = true
  static override readonly positional = ['height_factor', 'width_factor']

  readonly heightFactor: number | Range
  readonly widthFactor: number | Range
  private readonly ranges: readonly [height: Range, width: Range]

  /** @param heightFactor f for -f to f, or both ends, each from -1 to 1 */
  constructor(heightFactor: number | Range, widthFactor: number | Range, options: AffineLayerOptions = {}) {
    super(options)
    this.heightFactor = heightFactor
    this.widthFactor = widthFactor
    this.ranges = [
      rangeOf(heightFactor, `${this.title}: heightFactor`, [-1, 1]),
      rangeOf(widthFactor, `${this.title}: widthFactor`, [-1, 1]),
    ]
  }

  /** Parts of the height, then of the width. */
  override draws([batch]: Shape, random: RandomKeys): Tensor[] {
    return this.uniform(random, ...this.ranges.map((range) => ({ shape: [batch, 1], range })))
  }

  protected override change(images: Tensor, [down, right]: readonly Tensor[]): Tensor {
    const [, height, width] = images.shape
    const [one, zero] = [onesLike(down), zerosLike(down)]
    const map = { x: [one, zero, multiply(right, -width)], y: [zero, one, multiply(down, -height)] } as const
    return affineTransform(images, map, this.settings)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), height_factor: this.heightFactor, width_factor: this.widthFactor }
  }
}

/** Moves images in training: see `RandomTranslation`. @example layers.randomTranslation(0.1, 0.1) */
export const randomTranslation = (
  heightFactor: number | Range,
  widthFactor: number | Range,
  options?: AffineLayerOptions,
): RandomTranslation => new RandomTranslation(heightFactor, widthFactor, options)
