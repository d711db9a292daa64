import type { Shape } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import { flip } from '../../ops/flip.js'
import { lessEqual } from '../../ops/lessEqual.js'
import { where } from '../../ops/where.js'
import type { Config } from '../../utils/config.js'
import { oneOf } from '../../utils/oneOf.js'
import type { RandomKeys } from '../callContext.js'
import { RandomImageLayer, type RandomImageOptions } from './imageLayer.js'

const modes = ['horizontal', 'vertical', 'horizontal_and_vertical'] as const
export type FlipMode = (typeof modes)[number]

/**
 * In training, turns each image with probability 1/2 (Keras's `RandomFlip`): left and right, top and bottom, or, with
 * `'horizontal_and_vertical'`, both at once. `[batch, height, width, channels]`; in inference nothing.
 */
export class RandomFlip extends RandomImageLayer {
  static override readonly className = 'RandomFlip'
  static override readonly samplewise = true
  static override readonly positional = ['mode']

  readonly mode: FlipMode

  constructor(mode: FlipMode = 'horizontal_and_vertical', options: RandomImageOptions = {}) {
    super(options)
    this.mode = oneOf(mode, modes, `${this.title}: mode`)
  }

  override draws([batch]: Shape, random: RandomKeys): Tensor[] {
    return this.uniform(random, { shape: [batch, 1, 1, 1], range: [0, 1] })
  }

  protected override change(images: Tensor, [drawn]: readonly Tensor[]): Tensor {
    const axes = { horizontal: [2], vertical: [1], horizontal_and_vertical: [1, 2] }[this.mode]
    return where(lessEqual(drawn, 0.5), flip(images, axes), images)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), mode: this.mode, data_format: 'channels_last' }
  }
}

/** Turns images over in training: see `RandomFlip`. @example layers.randomFlip('horizontal') */
export const randomFlip = (mode?: FlipMode, options?: RandomImageOptions): RandomFlip =>
  new RandomFlip(mode, options)
