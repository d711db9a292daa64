import type { Shape } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import { multiply } from '../../ops/multiply.js'
import { subtract } from '../../ops/subtract.js'
import { zerosLike } from '../../ops/tensor.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { RandomKeys } from '../callContext.js'
import { AffineLayer, type AffineLayerOptions } from './affineLayer.js'
import { affineTransform } from './affineTransform.js'
import { type Range, rangeOf } from './imageLayer.js'

export interface RandomZoomOptions extends AffineLayerOptions {
  /** The same for the width. Default: drawn with the height, so that proportions stay. */
  readonly widthFactor?: number | Range
}

/**
 * In training, shows each image larger or smaller about its middle (Keras's `RandomZoom`): 0.2 shows 1.2 times as much of it, so that it
 * is smaller, -0.2 shows 0.8 of it. `[batch, height, width, channels]`; in inference nothing.
 */
export class RandomZoom extends AffineLayer {
  static override readonly className = 'RandomZoom'
  static override readonly samplewise = true
  static override readonly positional = ['height_factor']
  static override readonly options: OptionKeys<RandomZoomOptions> = {
    ...AffineLayer.options,
    widthFactor: true,
  }

  readonly heightFactor: number | Range
  readonly widthFactor: number | Range | undefined
  private readonly ranges: readonly Range[]

  /** @param heightFactor f for -f to f, or both ends, each from -1 to 1 */
  constructor(heightFactor: number | Range, options: RandomZoomOptions = {}) {
    super(options)
    const { widthFactor } = options
    this.heightFactor = heightFactor
    this.widthFactor = widthFactor
    this.ranges = [
      rangeOf(heightFactor, `${this.title}: heightFactor`, [-1, 1]),
      ...(widthFactor === undefined ? [] : [rangeOf(widthFactor, `${this.title}: widthFactor`, [-1, 1])]),
    ]
  }

  /** How much of the height is shown, then of the width. */
  override draws([batch]: Shape, random: RandomKeys): Tensor[] {
    const wanted = this.ranges.map(([lower, upper]) => ({
      shape: [batch, 1],
      range: [1 + lower, 1 + upper] as const,
    }))
    return this.uniform(random, ...wanted)
  }

  protected override change(images: Tensor, [ofHeight, ofWidth = ofHeight]: readonly Tensor[]): Tensor {
    const [, height, width] = images.shape
    const zero = zerosLike(ofHeight)
    const shift = (size: number, zoom: Tensor) => multiply(subtract(1, zoom), (size - 1) / 2)
    const map = {
      x: [ofWidth, zero, shift(width, ofWidth)],
      y: [zero, ofHeight, shift(height, ofHeight)],
    } as const
    return affineTransform(images, map, this.settings)
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      height_factor: this.heightFactor,
      width_factor: this.widthFactor ?? null,
    }
  }
}

/** Shows images larger or smaller in training: see `RandomZoom`. @example layers.randomZoom(0.1) */
export const randomZoom = (heightFactor: number | Range, options?: RandomZoomOptions): RandomZoom =>
  new RandomZoom(heightFactor, options)
