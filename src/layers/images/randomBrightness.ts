import type { Shape } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import { add } from '../../ops/add.js'
import { clip } from '../../ops/clip.js'
import { multiply } from '../../ops/multiply.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { RandomKeys } from '../callContext.js'
import { RandomImageLayer, type RandomImageOptions, type Range, rangeOf } from './imageLayer.js'

export interface ColorOptions extends RandomImageOptions {
  /** What the values of images lie between; results are cut to it. Default: [0, 255]. */
  readonly valueRange?: Range
}

/**
 * In training, adds a part of `valueRange` to each image (Keras's `RandomBrightness`): 0.2 draws from -0.2 to 0.2.
 * `[batch, height, width, channels]`; in inference nothing.
 */
export class RandomBrightness extends RandomImageLayer {
  static override readonly className = 'RandomBrightness'
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
    this.factor = rangeOf(factor, `${this.title}: factor`, [-1, 1])
    this.valueRange = options.valueRange ?? [0, 255]
  }

  override draws([batch]: Shape, random: RandomKeys): Tensor[] {
    return this.uniform(random, { shape: [batch, 1, 1, 1], range: this.factor })
  }

  protected override change(images: Tensor, [part]: readonly Tensor[]): Tensor {
    const [lowest, highest] = this.valueRange
    return clip(add(images, multiply(part, highest - lowest)), lowest, highest)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), factor: this.factor, value_range: this.valueRange }
  }
}

/** Makes images brighter or darker in training: see `RandomBrightness`. @example layers.randomBrightness(0.2) */
export const randomBrightness = (factor: number | Range, options?: ColorOptions): RandomBrightness =>
  new RandomBrightness(factor, options)
