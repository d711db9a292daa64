import { softmax as softmaxOf } from '../../activations/softmax.js'
import { ArgumentError, ShapeError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import { cast } from '../../ops/cast.js'
import { where } from '../../ops/where.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { Structure } from '../../utils/structure.js'
import { type BatchShape, showBatchShape } from '../batchShape.js'
import type { CallableObject } from '../callable.js'
import type { CallContext } from '../callContext.js'
import type { CallForm } from '../callForm.js'
import { checkAxes } from '../checkAxes.js'
import { coversBatch } from '../coversBatch.js'
import { Layer, type LayerOptions } from '../layer.js'
import { flatShapes, isTensor } from '../tensors.js'

export interface SoftmaxOptions extends LayerOptions {
  /** The axis, or axes, along which the result sums to 1. Default: -1. */
  readonly axis?: number | readonly number[]
}

/** What a masked place's input is set to, as in Keras. */
const LARGE_NEGATIVE = -1e9

/**
 * `e^(x_i) / sum over j of e^(x_j)` along an axis, as a layer (Keras's `Softmax`). The shape stays.
 *
 * Called on a tensor, or on a list of it and a boolean mask that broadcasts to it (without one, the mask that goes with the
 * tensor): places where it is false have no part in the sum, and give 0.
 *
 * @example layers.softmax()([scores, mask])
 */
export class Softmax extends Layer {
  static override readonly className = 'Softmax'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<SoftmaxOptions> = { ...Layer.options, axis: true }
  override supportsMasking = true
  override readonly callForm: CallForm = { names: ['inputs', 'mask'], positional: 1 }

  readonly axis: number | readonly number[]

  constructor(options: SoftmaxOptions = {}) {
    super(options)
    this.axis = options.axis ?? -1
  }

  override checkInput(inputShape: Structure<BatchShape>): void {
    const [values, mask, ...more] = flatShapes(inputShape)
    if (more.length > 0) {
      throw new ArgumentError(
        `${this.title}: expected a tensor, or a list of it and a mask, received a list of ${more.length + 2}.`,
      )
    }
    if (mask && !broadcasts(mask, values)) throw this.maskError(mask, values)
  }

  override build(inputShape: BatchShape | readonly BatchShape[]): void {
    const [values] = flatShapes(inputShape)
    checkAxes(this.title, this.axis, values)
    this.couplesSamples ||= coversBatch(this.axis, values)
  }

  override call(inputs: Tensor | readonly Tensor[], context: CallContext): Tensor {
    const [values, given] = isTensor(inputs) ? [inputs] : inputs
    const mask = given ?? context.mask
    const { axis } = this
    if (!mask) return softmaxOf(values, { axis })
    if (!broadcasts(mask.shape, values.shape)) throw this.maskError(mask.shape, values.shape)
    const counts = cast(mask, 'bool')
    return where(counts, softmaxOf(where(counts, values, LARGE_NEGATIVE), { axis }), 0)
  }

  override computeOutputShape(inputShape: BatchShape | readonly BatchShape[]): BatchShape {
    return flatShapes(inputShape)[0]
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis }
  }

  private maskError(mask: BatchShape, values: BatchShape): ShapeError {
    return new ShapeError(
      `${this.title}: expected a mask that broadcasts to the input ${showBatchShape(values)}, received ${showBatchShape(mask)}. ` +
        'Give it axes of size 1 where one decision holds for all places.',
    )
  }
}

/** Whether each axis of a mask, counted from the last, has size 1 or that of the values. */
const broadcasts = (mask: BatchShape, values: BatchShape): boolean =>
  mask.length <= values.length &&
  mask.every((size, axis) => {
    const along = values[values.length - mask.length + axis]
    return size === 1 || size === null || along === null || size === along
  })

/** Probabilities: see `Softmax`. @example layers.softmax({ axis: 1 }) */
export const softmax = (options?: SoftmaxOptions): Softmax & CallableObject<readonly Tensor[], Tensor> =>
  new Softmax(options) as Softmax & CallableObject<readonly Tensor[], Tensor>
