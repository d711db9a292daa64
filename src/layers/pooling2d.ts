import type { Tensor } from '../graph/tensor.js'
import { averagePool } from '../ops/averagePool.js'
import { maxPool } from '../ops/maxPool.js'
import type { Config } from '../utils/config.js'
import { oneOf } from '../utils/oneOf.js'
import type { BatchShape } from './batchShape.js'
import { integersPerAxis, type PerAxis } from './checks.js'
import { Layer, type LayerOptions } from './layer.js'
import { windowedSpatialShape } from './windowShape.js'

export interface PoolingOptions extends LayerOptions {
  /** Steps between windows. Default: the window's size. */
  readonly strides?: PerAxis
  /** `'valid'`: windows lie inside; `'same'`: the output is `ceil(input / stride)` long. Default: `'valid'`. */
  readonly padding?: 'valid' | 'same'
}

/** What max and average pooling share: windows over height and width of `[batch, height, width, channels]`. */
abstract class Pooling2D extends Layer {
  static override readonly positional = ['pool_size']

  readonly poolSize: readonly number[]
  readonly strides: readonly number[]
  readonly padding: 'valid' | 'same'

  constructor(poolSize: PerAxis = 2, options: PoolingOptions = {}) {
    super(options)
    this.poolSize = integersPerAxis(poolSize, 2, `${this.title}: poolSize`)
    this.strides = integersPerAxis(options.strides ?? this.poolSize, 2, `${this.title}: strides`)
    this.padding = oneOf(options.padding ?? 'valid', ['valid', 'same'], `${this.title}: padding`)
    this.inputSpec = { rank: 4, form: '[batch, height, width, channels]' }
  }

  override build(inputShape: BatchShape): void {
    this.computeOutputShape(inputShape)
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    const { poolSize: size, strides, padding } = this
    const spatial = windowedSpatialShape(this.title, inputShape, { size, strides, padding })
    return [inputShape[0], ...spatial, inputShape[3]]
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      pool_size: this.poolSize,
      padding: this.padding,
      strides: this.strides,
      data_format: 'channels_last',
    }
  }
}

/**
 * The largest value of each window (Keras's `MaxPooling2D`). In training its gradient goes to the first largest value
 * alone. Input and output `[batch, height, width, channels]`. The window is 2 by 2 unless given.
 */
export class MaxPooling2D extends Pooling2D {
  static override readonly className = 'MaxPooling2D'

  override call(inputs: Tensor): Tensor {
    const { poolSize: size, strides, padding } = this
    return maxPool(inputs, { size, strides, padding })
  }
}

/**
 * The mean of each window (Keras's `AveragePooling2D`); padded places do not count. Input and output
 * `[batch, height, width, channels]`. The window is 2 by 2 unless given.
 */
export class AveragePooling2D extends Pooling2D {
  static override readonly className = 'AveragePooling2D'

  override call(inputs: Tensor): Tensor {
    const { poolSize: size, strides, padding } = this
    return averagePool(inputs, { size, strides, padding })
  }
}

/** The largest value of each window: see `MaxPooling2D`. @example layers.maxPooling2d(2) */
export const maxPooling2d = (poolSize?: PerAxis, options?: PoolingOptions): MaxPooling2D =>
  new MaxPooling2D(poolSize, options)

/** The mean of each window: see `AveragePooling2D`. @example layers.averagePooling2d(2) */
export const averagePooling2d = (poolSize?: PerAxis, options?: PoolingOptions): AveragePooling2D =>
  new AveragePooling2D(poolSize, options)
