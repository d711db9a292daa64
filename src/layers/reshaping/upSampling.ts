import type { Tensor } from '../../graph/tensor.js'
import { type Interpolation, interpolations, resize } from '../../ops/resize.js'
import { repeat } from '../../ops/tile.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { oneOf } from '../../utils/oneOf.js'
import type { BatchShape } from '../batchShape.js'
import { integersPerAxis, type PerAxis } from '../checks.js'
import type { LayerOptions } from '../layer.js'
import { SpatialLayer } from '../spatialLayer.js'

/** Repeats every place of `[batch, ...spatial, channels]` along each spatial axis, twice unless said otherwise. */
abstract class UpSampling extends SpatialLayer {
  static override readonly positional = ['size']

  readonly size: readonly number[]

  constructor(size: PerAxis = 2, options: LayerOptions = {}) {
    super(options)
    this.size = integersPerAxis(size, this.rank, `${this.title}: size`)
  }

  override call(inputs: Tensor): Tensor {
    return this.size.reduce((x, times, axis) => (times === 1 ? x : repeat(x, times, axis + 1)), inputs)
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return inputShape.map((length, axis) => (length === null ? null : length * (this.size[axis - 1] ?? 1)))
  }

  override getConfig(): Config {
    return { ...super.getConfig(), size: this.size }
  }
}

/** Repeats each step of sequences (Keras's `UpSampling1D`): `[batch, steps, channels]`. Default: twice. */
export class UpSampling1D extends UpSampling {
  static override readonly className = 'UpSampling1D'
  static override readonly samplewise = true
  static override readonly rank = 1

  override getConfig(): Config {
    const { data_format: _, ...config } = super.getConfig()
    return { ...config, size: this.size[0] }
  }
}

export interface UpSampling2DOptions extends LayerOptions {
  /** How pixels in between are made: `'nearest'` repeats rows and columns. Default: `'nearest'`. */
  readonly interpolation?: Interpolation
}

/**
 * Enlarges images by whole factors (Keras's `UpSampling2D`): `[batch, height, width, channels]`. Default: twice each way, by
 * repeating pixels. The others give weighted means of the pixels around; see `ops.resize`.
 *
 * @example layers.upSampling2d(2, { interpolation: 'bilinear' })
 */
export class UpSampling2D extends UpSampling {
  static override readonly className = 'UpSampling2D'
  static override readonly samplewise = true
  static override readonly rank = 2
  static override readonly options: OptionKeys<UpSampling2DOptions> = {
    ...UpSampling.options,
    interpolation: true,
  }

  readonly interpolation: Interpolation

  constructor(size: PerAxis = 2, options: UpSampling2DOptions = {}) {
    super(size, options)
    this.interpolation = oneOf(
      options.interpolation ?? 'nearest',
      interpolations,
      `${this.title}: interpolation`,
    )
  }

  override call(inputs: Tensor): Tensor {
    const { interpolation } = this
    if (interpolation === 'nearest') return super.call(inputs)
    const [, height, width] = inputs.shape
    return resize(inputs, [height * this.size[0], width * this.size[1]], { interpolation })
  }

  override getConfig(): Config {
    return { ...super.getConfig(), interpolation: this.interpolation }
  }
}

/** Repeats planes, rows and columns of volumes (Keras's `UpSampling3D`). Default: twice each. */
export class UpSampling3D extends UpSampling {
  static override readonly className = 'UpSampling3D'
  static override readonly samplewise = true
  static override readonly rank = 3
}

/** Repeats steps: see `UpSampling1D`. */
export const upSampling1d = (size?: PerAxis, options?: LayerOptions) => new UpSampling1D(size, options)
/** Enlarges images: see `UpSampling2D`. */
export const upSampling2d = (size?: PerAxis, options?: UpSampling2DOptions) => new UpSampling2D(size, options)
/** Enlarges volumes: see `UpSampling3D`. */
export const upSampling3d = (size?: PerAxis, options?: LayerOptions) => new UpSampling3D(size, options)
