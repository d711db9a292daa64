import type { Tensor } from '../../graph/tensor.js'
import { cast } from '../../ops/cast.js'
import { divide } from '../../ops/divide.js'
import { expandDims } from '../../ops/expandDims.js'
import { max } from '../../ops/max.js'
import { mean } from '../../ops/mean.js'
import { sum } from '../../ops/sum.js'
import { where } from '../../ops/where.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import type { CallContext } from '../callContext.js'
import type { LayerOptions } from '../layer.js'
import { SpatialLayer } from '../spatialLayer.js'

export interface GlobalPoolingOptions extends LayerOptions {
  /** Keep the spatial axes with size 1. Default: false. */
  readonly keepdims?: boolean
}

/** One value for each channel, over all places of `[batch, ...spatial, channels]`. */
abstract class GlobalPooling extends SpatialLayer {
  static override readonly options: OptionKeys<GlobalPoolingOptions> = {
    ...SpatialLayer.options,
    keepdims: true,
  }
  readonly keepdims: boolean

  constructor(options: GlobalPoolingOptions = {}) {
    super(options)
    this.keepdims = options.keepdims ?? false
  }

  /** Which axes go, and whether a 1 stays in their place. */
  protected get over(): { readonly axis: readonly number[]; readonly keepDims: boolean } {
    return { axis: Array.from({ length: this.rank }, (_, i) => i + 1), keepDims: this.keepdims }
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    const spatial = this.keepdims ? new Array<number>(this.rank).fill(1) : []
    return [inputShape[0], ...spatial, inputShape[inputShape.length - 1]]
  }

  override getConfig(): Config {
    return { ...super.getConfig(), keepdims: this.keepdims }
  }
}

abstract class GlobalMaxPooling extends GlobalPooling {
  override call(inputs: Tensor): Tensor {
    return max(inputs, this.over)
  }
}

abstract class GlobalAveragePooling extends GlobalPooling {
  override call(inputs: Tensor, _context: CallContext): Tensor {
    return mean(inputs, this.over)
  }
}

/** The largest value of each channel of a sequence: `[batch, steps, channels]` to `[batch, channels]`. */
export class GlobalMaxPooling1D extends GlobalMaxPooling {
  static override readonly className = 'GlobalMaxPooling1D'
  static override readonly samplewise = true
  static override readonly rank = 1
}

/** The largest value of each channel of an image: `[batch, height, width, channels]` to `[batch, channels]`. */
export class GlobalMaxPooling2D extends GlobalMaxPooling {
  static override readonly className = 'GlobalMaxPooling2D'
  static override readonly samplewise = true
  static override readonly rank = 2
}

/** The largest value of each channel of a volume: `[batch, depth, height, width, channels]` to `[batch, channels]`. */
export class GlobalMaxPooling3D extends GlobalMaxPooling {
  static override readonly className = 'GlobalMaxPooling3D'
  static override readonly samplewise = true
  static override readonly rank = 3
}

/** The mean of each channel of a sequence, over the steps that count: `[batch, steps, channels]` to `[batch, channels]`. */
export class GlobalAveragePooling1D extends GlobalAveragePooling {
  static override readonly className = 'GlobalAveragePooling1D'
  static override readonly samplewise = true
  static override readonly rank = 1

  override call(inputs: Tensor, context: CallContext): Tensor {
    const { mask } = context
    if (!mask) return super.call(inputs, context)
    const counts = expandDims(mask, -1)
    return divide(sum(where(counts, inputs, 0), this.over), sum(cast(counts, 'float32'), this.over))
  }
}

/** The mean of each channel of an image: `[batch, height, width, channels]` to `[batch, channels]`. */
export class GlobalAveragePooling2D extends GlobalAveragePooling {
  static override readonly className = 'GlobalAveragePooling2D'
  static override readonly samplewise = true
  static override readonly rank = 2
}

/** The mean of each channel of a volume: `[batch, depth, height, width, channels]` to `[batch, channels]`. */
export class GlobalAveragePooling3D extends GlobalAveragePooling {
  static override readonly className = 'GlobalAveragePooling3D'
  static override readonly samplewise = true
  static override readonly rank = 3
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
