import type { Tensor } from '../../graph/tensor.js'
import { repeat } from '../../ops/tile.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import { integersPerAxis, type PerAxis } from '../checks.js'
import { Layer, type LayerOptions } from '../layer.js'
import { spatialForm } from '../spatialForm.js'

/** Repeats every place of `[batch, ...spatial, channels]` along each spatial axis: the nearest neighbour's value. */
abstract class UpSampling extends Layer {
  static override readonly positional = ['size']

  readonly size: readonly number[]

  constructor(rank: number, size: PerAxis, options: LayerOptions) {
    super(options)
    this.size = integersPerAxis(size, rank, `${this.title}: size`)
    this.inputSpec = { rank: rank + 2, form: spatialForm(rank) }
  }

  override call(inputs: Tensor): Tensor {
    return this.size.reduce((x, times, axis) => (times === 1 ? x : repeat(x, times, axis + 1)), inputs)
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return inputShape.map((length, axis) => (length === null ? null : length * (this.size[axis - 1] ?? 1)))
  }

  override getConfig(): Config {
    return { ...super.getConfig(), size: this.size, data_format: 'channels_last' }
  }
}

/** Repeats each step of sequences (Keras's `UpSampling1D`): `[batch, steps, channels]`. Default: twice. */
export class UpSampling1D extends UpSampling {
  static override readonly className = 'UpSampling1D'

  constructor(size: PerAxis = 2, options: LayerOptions = {}) {
    super(1, size, options)
  }

  override getConfig(): Config {
    const { data_format: _, ...config } = super.getConfig()
    return { ...config, size: this.size[0] }
  }
}

/**
 * Repeats rows and columns of images (Keras's `UpSampling2D` with its default, nearest-neighbour interpolation):
 * `[batch, height, width, channels]`. Default: twice each.
 */
export class UpSampling2D extends UpSampling {
  static override readonly className = 'UpSampling2D'

  constructor(size: PerAxis = 2, options: LayerOptions = {}) {
    super(2, size, options)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), interpolation: 'nearest' }
  }
}

/** Repeats planes, rows and columns of volumes (Keras's `UpSampling3D`). Default: twice each. */
export class UpSampling3D extends UpSampling {
  static override readonly className = 'UpSampling3D'

  constructor(size: PerAxis = 2, options: LayerOptions = {}) {
    super(3, size, options)
  }
}

/** Repeats steps: see `UpSampling1D`. */
export const upSampling1d = (size?: PerAxis, options?: LayerOptions) => new UpSampling1D(size, options)
/** Enlarges images: see `UpSampling2D`. */
export const upSampling2d = (size?: PerAxis, options?: LayerOptions) => new UpSampling2D(size, options)
/** Enlarges volumes: see `UpSampling3D`. */
export const upSampling3d = (size?: PerAxis, options?: LayerOptions) => new UpSampling3D(size, options)
