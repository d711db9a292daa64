import type { Shape } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import { add } from '../../ops/add.js'
import { clip } from '../../ops/clip.js'
import { mean } from '../../ops/mean.js'
import { multiply } from '../../ops/multiply.js'
import { subtract } from '../../ops/subtract.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { RandomKeys } from '../callContext.js'
import { RandomImageLayer, type Range, rangeOf } from './imageLayer.js'
import type { ColorOptions } from './randomBrightness.js'

/**
 * In training, moves each image's values from the mean of their channel or towards it (Keras's `RandomContrast`):
 * `(x - mean) c + mean`, cut to `valueRange`, with c from `1 - lower` to `1 + upper` of the factor, each from 0 to 1.
 * As in Keras, one number f stands for 0 and f: contrast only grows then.
 * `[batch, height, width, channels]`; in inference nothing.
 */
export class RandomContrast extends RandomImageLayer {
  static override readonly className = 'RandomContrast'
  static override readonly samplewise = true
  static override readonly positional = ['factor']
  static override readonly options: OptionKeys<ColorOptions> = {
    ...RandomImageLayer.options,
    valueRange: true,
  }

  readonly factor: Range
  readonly valueRange: Range

  constructor(factor: number | Range, options: ColorOptions = {}) {
    super(options)
    this.factor = rangeOf(factor, `${this.title}: factor`, [0, 1])
    this.valueRange = options.valueRange ?? [0, 255]
  }

  override draws([batch]: Shape, random: RandomKeys): Tensor[] {
    const [lower, upper] = this.factor
    return this.uniform(random, { shape: [batch, 1, 1, 1], range: [1 - lower, 1 + upper] })
  }

  protected override change(images: Tensor, [contrast]: readonly Tensor[]): Tensor {
    const middle = mean(images, { axis: [1, 2], keepDims: true })
    return clip(add(multiply(subtract(images, middle), contrast), middle), ...this.valueRange)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), factor: this.factor, value_range: this.valueRange }
  }
}

/** Gives images more or less contrast in training: see `RandomContrast`. @example layers.randomContrast(0.2) */
export const randomContrast = (factor: number | Range, options?: ColorOptions): RandomContrast =>
  new RandomContrast(factor, options)
