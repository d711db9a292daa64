import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { finite } from '../../utils/numbers.js'
import { oneOf } from '../../utils/oneOf.js'
import {
  type AffineInterpolation,
  type AffineOptions,
  affineInterpolations,
  type FillMode,
  fillModes,
} from './affineTransform.js'
import { RandomImageLayer, type RandomImageOptions } from './imageLayer.js'

export interface AffineLayerOptions extends RandomImageOptions {
  /** What lies outside an image. Default: `'reflect'`. */
  readonly fillMode?: FillMode
  /** Default: `'bilinear'`. */
  readonly interpolation?: AffineInterpolation
  /** Outside an image, with `fillMode: 'constant'`. Default: 0. */
  readonly fillValue?: number
}

/** Base of layers that move images' pixels about. */
export abstract class AffineLayer extends RandomImageLayer {
  static override readonly options: OptionKeys<AffineLayerOptions> = {
    ...RandomImageLayer.options,
    fillMode: true,
    interpolation: true,
    fillValue: true,
  }
  readonly settings: AffineOptions

  constructor(options: AffineLayerOptions) {
    super(options)
    this.settings = {
      fillMode: oneOf(options.fillMode ?? 'reflect', fillModes, `${this.title}: fillMode`),
      interpolation: oneOf(
        options.interpolation ?? 'bilinear',
        affineInterpolations,
        `${this.title}: interpolation`,
      ),
      fillValue: finite(options.fillValue ?? 0, `${this.title}: fillValue`),
    }
  }

  override getConfig(): Config {
    const { fillMode, interpolation, fillValue } = this.settings
    return {
      ...super.getConfig(),
      fill_mode: fillMode,
      interpolation,
      fill_value: fillValue,
      data_format: 'channels_last',
    }
  }
}
