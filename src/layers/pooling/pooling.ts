import type { Tensor } from '../../graph/tensor.js'
import { averagePool } from '../../ops/averagePool.js'
import { maxPool } from '../../ops/maxPool.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { oneOf } from '../../utils/oneOf.js'
import type { BatchShape } from '../batchShape.js'
import { integersPerAxis, type PerAxis } from '../checks.js'
import type { LayerOptions } from '../layer.js'
import { SpatialLayer } from '../spatialLayer.js'
import { type SlidingWindow, windowedSpatialShape } from '../windowShape.js'

export interface PoolingOptions extends LayerOptions {
  /** Steps between windows. Default: the window's size. */
  readonly strides?: PerAxis
  /** `'valid'`: windows lie inside; `'same'`: the output is `ceil(input / stride)` long. Default: `'valid'`. */
  readonly padding?: 'valid' | 'same'
}

/** What max and average pooling share: windows over the spatial axes, which are 2 long unless said otherwise. */
abstract class Pooling extends SpatialLayer {
  static override readonly positional = ['pool_size']
  static override readonly options: OptionKeys<PoolingOptions> = {
    ...SpatialLayer.options,
    strides: true,
    padding: true,
  }

  readonly poolSize: readonly number[]
  readonly strides: readonly number[]
  readonly padding: 'valid' | 'same'

  constructor(poolSize: PerAxis = 2, options: PoolingOptions = {}) {
    super(options)
    this.poolSize = integersPerAxis(poolSize, this.rank, `${this.title}: poolSize`)
    this.strides = integersPerAxis(options.strides ?? this.poolSize, this.rank, `${this.title}: strides`)
    this.padding = oneOf(options.padding ?? 'valid', ['valid', 'same'], `${this.title}: padding`)
  }

  protected get window(): SlidingWindow {
    const { poolSize: size, strides, padding } = this
    return { size, strides, padding }
  }

  override build(inputShape: BatchShape): void {
    this.computeOutputShape(inputShape)
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    const spatial = windowedSpatialShape(this.title, inputShape, this.window)
    return [inputShape[0], ...spatial, inputShape[inputShape.length - 1]]
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      pool_size: this.poolSize,
      padding: this.padding,
      strides: this.strides,
    }
  }
}

abstract class MaxPooling extends Pooling {
  override call(inputs: Tensor): Tensor {
    return maxPool(inputs, this.window)
  }
}

abstract class AveragePooling extends Pooling {
  override call(inputs: Tensor): Tensor {
    return averagePool(inputs, this.window)
  }
}

/**
 * The largest value of each window of sequences (Keras's `MaxPooling1D`). In training its gradient goes to the first largest value
 * alone.
 * Input and output `[batch, steps, channels]`. The window is 2 long unless given.
 */
export class MaxPooling1D extends MaxPooling {
  static override readonly className = 'MaxPooling1D'
  static override readonly samplewise = true
  static override readonly rank = 1
}

/**
 * The largest value of each window of images (Keras's `MaxPooling2D`). In training its gradient goes to the first largest value
 * alone.
 * Input and output `[batch, height, width, channels]`. The window is 2 by 2 unless given.
 */
export class MaxPooling2D extends MaxPooling {
  static override readonly className = 'MaxPooling2D'
  static override readonly samplewise = true
  static override readonly rank = 2
}

/**
 * The largest value of each window of volumes (Keras's `MaxPooling3D`). In training its gradient goes to the first largest value
 * alone.
 * Input and output `[batch, depth, height, width, channels]`. The window is 2 by 2 by 2 unless given.
 */
export class MaxPooling3D extends MaxPooling {
  static override readonly className = 'MaxPooling3D'
  static override readonly samplewise = true
  static override readonly rank = 3
}

/**
 * The mean of each window of sequences (Keras's `AveragePooling1D`). Padded places do not count.
 * Input and output `[batch, steps, channels]`. The window is 2 long unless given.
 */
export class AveragePooling1D extends AveragePooling {
  static override readonly className = 'AveragePooling1D'
  static override readonly samplewise = true
  static override readonly rank = 1
}

/**
 * The mean of each window of images (Keras's `AveragePooling2D`). Padded places do not count.
 * Input and output `[batch, height, width, channels]`. The window is 2 by 2 unless given.
 */
export class AveragePooling2D extends AveragePooling {
  static override readonly className = 'AveragePooling2D'
  static override readonly samplewise = true
  static override readonly rank = 2
}

/**
 * The mean of each window of volumes (Keras's `AveragePooling3D`). Padded places do not count.
 * Input and output `[batch, depth, height, width, channels]`. The window is 2 by 2 by 2 unless given.
 */
export class AveragePooling3D extends AveragePooling {
  static override readonly className = 'AveragePooling3D'
  static override readonly samplewise = true
  static override readonly rank = 3
}

/** See `MaxPooling1D`. @example layers.maxPooling1d(2) */
export const maxPooling1d = (poolSize?: PerAxis, options?: PoolingOptions): MaxPooling1D =>
  new MaxPooling1D(poolSize, options)
/** See `MaxPooling2D`. @example layers.maxPooling2d(2) */
export const maxPooling2d = (poolSize?: PerAxis, options?: PoolingOptions): MaxPooling2D =>
  new MaxPooling2D(poolSize, options)
/** See `MaxPooling3D`. @example layers.maxPooling3d(2) */
export const maxPooling3d = (poolSize?: PerAxis, options?: PoolingOptions): MaxPooling3D =>
  new MaxPooling3D(poolSize, options)
/** See `AveragePooling1D`. @example layers.averagePooling1d(2) */
export const averagePooling1d = (poolSize?: PerAxis, options?: PoolingOptions): AveragePooling1D =>
  new AveragePooling1D(poolSize, options)
/** See `AveragePooling2D`. @example layers.averagePooling2d(2) */
export const averagePooling2d = (poolSize?: PerAxis, options?: PoolingOptions): AveragePooling2D =>
  new AveragePooling2D(poolSize, options)
/** See `AveragePooling3D`. @example layers.averagePooling3d(2) */
export const averagePooling3d = (poolSize?: PerAxis, options?: PoolingOptions): AveragePooling3D =>
  new AveragePooling3D(poolSize, options)
