import { ShapeError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import { slice } from '../../ops/slice.js'
import type { Config } from '../../utils/config.js'
import { type BatchShape, showBatchShape } from '../batchShape.js'
import type { LayerOptions } from '../layer.js'
import { SpatialLayer } from '../spatialLayer.js'
import { type Margins, marginsPerAxis } from './margins.js'

/** Cuts off both ends of the spatial axes of `[batch, ...spatial, channels]`. */
abstract class Cropping extends SpatialLayer {
  static override readonly positional = ['cropping']

  readonly cropping: readonly (readonly [number, number])[]

  constructor(cropping: Margins = 1, options: LayerOptions = {}) {
    super(options)
    this.cropping = marginsPerAxis(cropping, this.rank, `${this.title}: cropping`)
  }

  override build(inputShape: BatchShape): void {
    this.computeOutputShape(inputShape)
  }

  override call(inputs: Tensor): Tensor {
    const begin = [0, ...this.cropping.map(([before]) => before), 0]
    return slice(inputs, begin, this.computeOutputShape(inputs.shape) as number[])
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return inputShape.map((size, axis) => {
      const [before, after] = this.cropping[axis - 1] ?? [0, 0]
      if (size === null) return null
      if (size - before - after > 0 || before + after === 0) return size - before - after
      throw new ShapeError(
        `${this.title}: cutting ${before} and ${after} from axis ${axis} of ${showBatchShape(inputShape)} leaves nothing. ` +
          `They must add up to less than ${size}.`,
      )
    })
  }

  override getConfig(): Config {
    return { ...super.getConfig(), cropping: this.cropping }
  }
}

/** Cuts both ends off sequences (Keras's `Cropping1D`): `[batch, steps, channels]`. Default: 1 each. */
export class Cropping1D extends Cropping {
  static override readonly className = 'Cropping1D'
  static override readonly samplewise = true
  static override readonly rank = 1

  override getConfig(): Config {
    const { data_format: _, ...config } = super.getConfig()
    return { ...config, cropping: this.cropping[0] }
  }
}

/** Cuts the border off images (Keras's `Cropping2D`): `[batch, height, width, channels]`. Default: nothing. */
export class Cropping2D extends Cropping {
  static override readonly className = 'Cropping2D'
  static override readonly samplewise = true
  static override readonly rank = 2

  constructor(cropping: Margins = 0, options: LayerOptions = {}) {
    super(cropping, options)
  }
}

/** Cuts the border off volumes (Keras's `Cropping3D`): `[batch, depth, height, width, channels]`. Default: 1 on each side. */
export class Cropping3D extends Cropping {
  static override readonly className = 'Cropping3D'
  static override readonly samplewise = true
  static override readonly rank = 3
}

/** Cuts sequences: see `Cropping1D`. */
export const cropping1d = (cropping?: Margins, options?: LayerOptions) => new Cropping1D(cropping, options)
/** Cuts images: see `Cropping2D`. */
export const cropping2d = (cropping?: Margins, options?: LayerOptions) => new Cropping2D(cropping, options)
/** Cuts volumes: see `Cropping3D`. */
export const cropping3d = (cropping?: Margins, options?: LayerOptions) => new Cropping3D(cropping, options)
