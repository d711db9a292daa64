import type { Tensor } from '../../graph/tensor.js'
import { cast } from '../../ops/cast.js'
import { divide } from '../../ops/divide.js'
import { expandDims } from '../../ops/expandDims.js'
import { max } from '../../ops/max.js'
import { mean } from '../../ops/mean.js'
import { sum } from '../../ops/sum.js'
import { where } from '../../ops/where.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import type { CallContext } from '../callContext.js'
import { Layer, type LayerOptions } from '../layer.js'
import { spatialForm } from '../spatialForm.js'

export interface GlobalPoolingOptions extends LayerOptions {
  /** Keep the spatial axes with size 1. Default: false. */
  readonly keepdims?: boolean
}

/** One value for each channel, over all places of `[batch, ...spatial, channels]`. */
abstract class GlobalPooling extends Layer {
  readonly keepdims: boolean
  private readonly spatialAxes: readonly number[]

  constructor(rank: number, options: GlobalPoolingOptions) {
    super(options)
    this.keepdims = options.keepdims ?? false
    this.spatialAxes = Array.from({ length: rank }, (_, i) => i + 1)
    this.inputSpec = { rank: rank + 2, form: spatialForm(rank) }
  }

  override call(inputs: Tensor, _context: CallContext): Tensor {
    return this.combine(inputs, this.spatialAxes, this.keepdims)
  }

  protected abstract combine(inputs: Tensor, axis: readonly number[], keepDims: boolean): Tensor

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    const spatial = this.keepdims ? this.spatialAxes.map(() => 1) : []
    return [inputShape[0], ...spatial, inputShape[inputShape.length - 1]]
  }

  override getConfig(): Config {
    return { ...super.getConfig(), data_format: 'channels_last', keepdims: this.keepdims }
  }
}

abstract class GlobalMaxPooling extends GlobalPooling {
  protected combine(inputs: Tensor, axis: readonly number[], keepDims: boolean): Tensor {
    return max(inputs, { axis, keepDims })
  }
}

abstract class GlobalAveragePooling extends GlobalPooling {
  protected combine(inputs: Tensor, axis: readonly number[], keepDims: boolean): Tensor {
    return mean(inputs, { axis, keepDims })
  }
}

/** The largest value of each channel of a sequence: `[batch, steps, channels]` to `[batch, channels]`. */
export class GlobalMaxPooling1D extends GlobalMaxPooling {
  static override readonly className = 'GlobalMaxPooling1D'
  constructor(options: GlobalPoolingOptions = {}) {
    super(1, options)
  }
}

/** The largest value of each channel of an image: `[batch, height, width, channels]` to `[batch, channels]`. */
export class GlobalMaxPooling2D extends GlobalMaxPooling {
  static override readonly className = 'GlobalMaxPooling2D'
  constructor(options: GlobalPoolingOptions = {}) {
    super(2, options)
  }
}

/** The largest value of each channel of a volume: `[batch, depth, height, width, channels]` to `[batch, channels]`. */
export class GlobalMaxPooling3D extends GlobalMaxPooling {
  static override readonly className = 'GlobalMaxPooling3D'
  constructor(options: GlobalPoolingOptions = {}) {
    super(3, options)
  }
}

/** The mean of each channel of a sequence, over the steps that count: `[batch, steps, channels]` to `[batch, channels]`. */
export class GlobalAveragePooling1D extends GlobalAveragePooling {
  static override readonly className = 'GlobalAveragePooling1D'
  constructor(options: GlobalPoolingOptions = {}) {
    super(1, options)
  }

  override call(inputs: Tensor, context: CallContext): Tensor {
    const { mask } = context
    if (!mask) return super.call(inputs, context)
    const counts = expandDims(mask, -1)
    const options = { axis: 1, keepDims: this.keepdims }
    return divide(sum(where(counts, inputs, 0), options), sum(cast(counts, 'float32'), options))
  }
}

/** The mean of each channel of an image: `[batch, height, width, channels]` to `[batch, channels]`. */
export class GlobalAveragePooling2D extends GlobalAveragePooling {
  static override readonly className = 'GlobalAveragePooling2D'
  constructor(options: GlobalPoolingOptions = {}) {
    super(2, options)
  }
}

/** The mean of each channel of a volume: `[batch, depth, height, width, channels]` to `[batch, channels]`. */
export class GlobalAveragePooling3D extends GlobalAveragePooling {
  static override readonly className = 'GlobalAveragePooling3D'
  constructor(options: GlobalPoolingOptions = {}) {
    super(3, options)
  }
}

/** See `GlobalMaxPooling1D`. */
export const globalMaxPooling1d = (options?: GlobalPoolingOptions) => new GlobalMaxPooling1D(options)
/** See `GlobalMaxPooling2D`. */
export const globalMaxPooling2d = (options?: GlobalPoolingOptions) => new GlobalMaxPooling2D(options)
/** See `GlobalMaxPooling3D`. */
export const globalMaxPooling3d = (options?: GlobalPoolingOptions) => new GlobalMaxPooling3D(options)
/** See `GlobalAveragePooling1D`. */
export const globalAveragePooling1d = (options?: GlobalPoolingOptions) => new GlobalAveragePooling1D(options)
/** See `GlobalAveragePooling2D`. */
export const globalAveragePooling2d = (options?: GlobalPoolingOptions) => new GlobalAveragePooling2D(options)
/** See `GlobalAveragePooling3D`. */
export const globalAveragePooling3d = (options?: GlobalPoolingOptions) => new GlobalAveragePooling3D(options)
