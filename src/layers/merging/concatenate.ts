import { ShapeError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import { any } from '../../ops/any.js'
import { broadcastTo } from '../../ops/broadcastTo.js'
import { concatenate as concatenateOp } from '../../ops/concatenate.js'
import { full } from '../../ops/tensor.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import { coversBatch } from '../coversBatch.js'
import type { LayerOptions } from '../layer.js'
import { maskOf } from '../masks.js'
import { alongValues, ListLayer, mergeFunction, showShapes, type TensorList } from './merge.js'

export interface ConcatenateOptions extends LayerOptions {
  /** The axis along which inputs are put one after another; the batch is axis 0. Default: -1. */
  readonly axis?: number
}

/**
 * A list of tensors, one after another along an axis (Keras's `Concatenate`). All other sizes must agree.
 */
export class Concatenate extends ListLayer {
  static override readonly className = 'Concatenate'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<ConcatenateOptions> = { ...ListLayer.options, axis: true }
  readonly axis: number

  constructor(options: ConcatenateOptions = {}) {
    super(options)
    this.axis = options.axis ?? -1
  }

  /** Shapes must fit; there are no weights. */
  override build(inputShapes: readonly BatchShape[]): void {
    this.computeOutputShape(inputShapes)
    this.couplesSamples ||= coversBatch(this.axis, inputShapes[0])
  }

  override call(inputs: TensorList): Tensor {
    return concatenateOp(inputs, this.axis)
  }

  override computeOutputShape(inputShapes: readonly BatchShape[]): BatchShape {
    const [first] = inputShapes
    const at = this.axis < 0 ? this.axis + first.length : this.axis
    if (at < 0 || at >= first.length) {
      throw new ShapeError(
        `${this.title}: expected an axis from ${-first.length} to ${first.length - 1}, received ${this.axis} for inputs ${showShapes(inputShapes)}.`,
      )
    }
    const fits = (shape: BatchShape) =>
      shape.length === first.length &&
      shape.every(
        (size, axis) => axis === at || size === null || first[axis] === null || size === first[axis],
      )
    if (!inputShapes.every(fits)) {
      throw new ShapeError(
        `${this.title}: expected inputs of one rank and with the same sizes on all axes but ${this.axis}, received ` +
          `${showShapes(inputShapes)}. Bring the other axes to one size first, or choose another axis.`,
      )
    }
    const sum = inputShapes
      .map((shape) => shape[at])
      .reduce((total, size) => (total === null || size === null ? null : total + size))
    const known = first.map(
      (_, axis) => inputShapes.map((shape) => shape[axis]).find((size) => size !== null) ?? null,
    )
    return known.with(at, sum)
  }

  /** A step counts where any of what was put together for it counts; inputs without a mask count. */
  override computeMask(inputs: TensorList): Tensor | undefined {
    if (inputs.every((input) => !maskOf(input))) return undefined
    const masks = inputs.map((input) => {
      const mask = maskOf(input)
      return mask ? broadcastTo(alongValues(mask, input), input.shape) : full(input.shape, true, 'bool')
    })
    return any(concatenateOp(masks, this.axis), { axis: -1 })
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis }
  }
}

/** Tensors one after another: see `Concatenate`. @example layers.concatenate([wide, deep]) */
export const concatenate = mergeFunction<ConcatenateOptions>((options) => new Concatenate(options))
