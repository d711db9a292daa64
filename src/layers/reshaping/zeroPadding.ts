import type { Tensor } from '../../graph/tensor.js'
import { pad } from '../../ops/pad.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import type { LayerOptions } from '../layer.js'
import { SpatialLayer } from '../spatialLayer.js'
import { type Margins, marginsPerAxis } from './margins.js'

/** Zeros around the spatial axes of `[batch, ...spatial, channels]`. */
abstract class ZeroPadding extends SpatialLayer {
  static override readonly positional = ['padding']

  readonly padding: readonly (readonly [number, number])[]

  constructor(padding: Margins = 1, options: LayerOptions = {}) {
    super(options)
    this.padding = marginsPerAxis(padding, this.rank, `${this.title}: padding`)
  }

  override call(inputs: Tensor): Tensor {
    return pad(inputs, [[0, 0], ...this.padding, [0, 0]])
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return inputShape.map((size, axis) => {
      const [before, after] = this.padding[axis - 1] ?? [0, 0]
      return size === null ? null : size + before + after
    })
  }

  override getConfig(): Config {
    return { ...super.getConfig(), padding: this.padding }
  }
}

/** Zeros before and after each sequence (Keras's `ZeroPadding1D`): `[batch, steps, channels]`. Default: 1 each. */
export class ZeroPadding1D extends ZeroPadding {
  static override readonly className = 'ZeroPadding1D'
  static override readonly samplewise = true
  static override readonly rank = 1

  override getConfig(): Config {
    return { ...super.getConfig(), padding: this.padding[0] }
  }
}

/** Zeros around images (Keras's `ZeroPadding2D`): `[batch, height, width, channels]`. Default: 1 on each side. */
export class ZeroPadding2D extends ZeroPadding {
  static override readonly className = 'ZeroPadding2D'
  static override readonly samplewise = true
  static override readonly rank = 2
}

/** Zeros around volumes (Keras's `ZeroPadding3D`): `[batch, depth, height, width, channels]`. Default: 1 on each side. */
export class ZeroPadding3D extends ZeroPadding {
  static override readonly className = 'ZeroPadding3D'
  static override readonly samplewise = true
  static override readonly rank = 3
}

/** Zeros around sequences: see `ZeroPadding1D`. */
export const zeroPadding1d = (padding?: Margins, options?: LayerOptions) =>
  new ZeroPadding1D(padding, options)
/** Zeros around images: see `ZeroPadding2D`. */
export const zeroPadding2d = (padding?: Margins, options?: LayerOptions) =>
  new ZeroPadding2D(padding, options)
/** Zeros around volumes: see `ZeroPadding3D`. */
export const zeroPadding3d = (padding?: Margins, options?: LayerOptions) =>
  new ZeroPadding3D(padding, options)
