import { checkedOptions, type OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { Dropout, type DropoutOptions } from '../dropout.js'
import { spatialForm } from '../spatialForm.js'

export type SpatialDropoutOptions = Omit<DropoutOptions, 'noiseShape'>

/**
 * Dropout of whole channels: in training each channel of each sample is dropped in all places together, or nowhere, so that
 * neighbouring places, which are much alike, cannot stand in for each other. `[batch, ...spatial, channels]`.
 *
 * Source: Tompson et al., Efficient object localization using convolutional networks, 2015.
 */
abstract class SpatialDropout extends Dropout {
  static override readonly options: OptionKeys<SpatialDropoutOptions> & typeof Dropout.options = {
    ...Dropout.options,
    noiseShape: false,
  }
  constructor(rank: number, rate: number, options: SpatialDropoutOptions) {
    const noiseShape = [null, ...new Array<number>(rank).fill(1), null]
    super(rate, { ...checkedOptions(options, new.target), noiseShape })
    this.inputSpec = { rank: rank + 2, form: spatialForm(rank) }
  }

  override getConfig(): Config {
    // Keras's constructor takes no trainable, and cannot read a file in which it stands.
    const { noise_shape: _, trainable: __, ...config } = super.getConfig()
    return config
  }
}

/** Drops whole channels of sequences (Keras's `SpatialDropout1D`): `[batch, steps, channels]`. */
export class SpatialDropout1D extends SpatialDropout {
  static override readonly className = 'SpatialDropout1D'
  static override readonly samplewise = true

  constructor(rate: number, options: SpatialDropoutOptions = {}) {
    super(1, rate, options)
  }
}

/** Drops whole channels of images (Keras's `SpatialDropout2D`): `[batch, height, width, channels]`. */
export class SpatialDropout2D extends SpatialDropout {
  static override readonly className = 'SpatialDropout2D'
  static override readonly samplewise = true

  constructor(rate: number, options: SpatialDropoutOptions = {}) {
    super(2, rate, options)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), data_format: 'channels_last' }
  }
}

/** Drops whole channels of volumes (Keras's `SpatialDropout3D`): `[batch, depth, height, width, channels]`. */
export class SpatialDropout3D extends SpatialDropout {
  static override readonly className = 'SpatialDropout3D'
  static override readonly samplewise = true

  constructor(rate: number, options: SpatialDropoutOptions = {}) {
    super(3, rate, options)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), data_format: 'channels_last' }
  }
}

/** Drops whole channels: see `SpatialDropout1D`. */
export const spatialDropout1d = (rate: number, options?: SpatialDropoutOptions) =>
  new SpatialDropout1D(rate, options)
/** Drops whole channels: see `SpatialDropout2D`. */
export const spatialDropout2d = (rate: number, options?: SpatialDropoutOptions) =>
  new SpatialDropout2D(rate, options)
/** Drops whole channels: see `SpatialDropout3D`. */
export const spatialDropout3d = (rate: number, options?: SpatialDropoutOptions) =>
  new SpatialDropout3D(rate, options)
