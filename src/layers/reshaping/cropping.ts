import { ShapeError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import { slice } from '../../ops/slice.js'
import type { Config } from '../../utils/config.js'
import { type BatchShape, showBatchShape } from '../batchShape.js'
import { Layer, type LayerOptions } from '../layer.js'
import { spatialForm } from '../spatialForm.js'
import { type Margins, marginsPerAxis } from './margins.js'

/** Cuts off both ends of the spatial axes of `[batch, ...spatial, channels]`. */
abstract class Cropping extends Layer {
  static override readonly positional = ['cropping']

  readonly cropping: readonly (readonly [number, number])[]

  constructor(rank: number, cropping: Margins, options: LayerOptions) {
    super(options)
    this.cropping = marginsPerAxis(cropping, rank, `${this.title}: cropping`)
    this.inputSpec = { rank: rank + 2, form: spatialForm(rank) }
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
    return { ...super.getConfig(), cropping: this.cropping, data_format: 'channels_last' }
  }
}

/** Cuts both ends off sequences (Keras's `Cropping1D`): `[batch, steps, channels]`. Default: 1 each. */
export class Cropping1D extends Cropping {
  static override readonly className = 'Cropping1D'

  constructor(cropping: Margins = 1, options: LayerOptions = {}) {
    super(1, cropping, options)
  }

  override getConfig(): Config {
    const { data_format: _, ...config } = super.getConfig()
    return { ...config, cropping: this.cropping[0] }
  }
}

/** Cuts the border off images (Keras's `Cropping2D`): `[batch, height, width, channels]`. Default: nothing. */
export class Cropping2D extends Cropping {
  static override readonly className = 'Cropping2D'

  constructor(cropping: Margins = 0, options: LayerOptions = {}) {
    super(2, cropping, options)
  }
}

/** Cuts the border off volumes (Keras's `Cropping3D`): `[batch, depth, height, width, channels]`. Default: 1 on each side. */
export class Cropping3D extends Cropping {
  static override readonly className = 'Cropping3D'

  constructor(cropping: Margins = 1, options: LayerOptions = {}) {
    super(3, cropping, options)
  }
}

/** Cuts sequences: see `Cropping1D`. */
export const cropping1d = (cropping?: Margins, options?: LayerOptions) => new Cropping1D(cropping, options)
/** Cuts images: see `Cropping2D`. */
export const cropping2d = (cropping?: Margins, options?: LayerOptions) => new Cropping2D(cropping, options)
/** Cuts volumes: see `Cropping3D`. */
export const cropping3d = (cropping?: Margins, options?: LayerOptions) => new Cropping3D(cropping, options)
