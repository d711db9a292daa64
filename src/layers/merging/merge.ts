import { ArgumentError, ShapeError } from '../../errors.js'
import { Tensor } from '../../graph/tensor.js'
import { expandDims } from '../../ops/expandDims.js'
import { logicalOr } from '../../ops/logicalOr.js'
import { reshape } from '../../ops/reshape.js'
import { asTensor, type TensorLike } from '../../ops/tensor.js'
import { show } from '../../utils/show.js'
import type { Structure } from '../../utils/structure.js'
import { type BatchShape, showBatchShape } from '../batchShape.js'
import { Layer, type LayerOptions } from '../layer.js'
import { maskOf } from '../masks.js'
import type { SymbolicLike, SymbolicTensor } from '../symbolic.js'
import { isShape, type Tensors } from '../tensors.js'

/** A list of tensors, which a merging layer makes one of. */
export type TensorList = readonly Tensor[]

/** A merging layer made and called at once. */
export interface MergeFunction<Options = LayerOptions> {
  (inputs: readonly SymbolicLike[], options?: Options): SymbolicTensor
  (inputs: readonly TensorLike[], options?: Options): Tensor
}

/** The function that makes a merging layer and calls it. */
export const mergeFunction = <Options = LayerOptions>(
  make: (options?: Options) => Layer<TensorList>,
): MergeFunction<Options> =>
  ((inputs: readonly TensorLike[], options?: Options) =>
    make(options).invoke(inputs)) as MergeFunction<Options>

/**
 * Base of layers that make one tensor of several. Inputs stay in a list even where they are nested arrays.
 */
export abstract class ListLayer extends Layer<TensorList> {
  override supportsMasking = true

  /** How many inputs there must be; any number from 1 unless given. */
  protected readonly inputCount: number | undefined

  protected override toTensors(inputs: unknown): Tensors {
    if (Array.isArray(inputs)) return inputs.map((input: TensorLike) => asTensor(input))
    if (inputs instanceof Tensor || ArrayBuffer.isView(inputs)) return super.toTensors(inputs)
    const { className } = this
    const name = className[0].toLowerCase() + className.slice(1)
    throw new ArgumentError(
      `${this.title}: expected a list of inputs, received ${show(inputs)}. The function takes them at once: layers.${name}([a, b]); for a layer ` +
        `to be called later write new layers.${className}().`,
    )
  }

  override checkInput(inputShapes: Structure<BatchShape>): void {
    const { inputCount } = this
    const wanted = inputCount === undefined ? 'a list of inputs' : `a list of ${inputCount} inputs`
    const isList = Array.isArray(inputShapes) && !(isShape(inputShapes) && inputShapes.length > 0)
    const shapes = isList ? (inputShapes as readonly BatchShape[]) : []
    if (shapes.length === 0 || (inputCount !== undefined && shapes.length !== inputCount)) {
      const received = isList ? `${shapes.length}` : isShape(inputShapes) ? 'one input' : 'an object'
      throw new ArgumentError(`${this.title}: expected ${wanted}, received ${received}. Call it on [a, b].`)
    }
    if (new Set(shapes.map(([size]) => size).filter((size) => size !== null)).size > 1) {
      throw new ShapeError(
        `${this.title}: expected inputs with the same number of samples, received ${showShapes(shapes)}.`,
      )
    }
  }
}

/** Shapes in text: `[null, 3] and [null, 4]`. */
export const showShapes = (shapes: readonly BatchShape[]): string => shapes.map(showBatchShape).join(' and ')

/**
 * Base of layers that merge tensors element by element. Sizes of 1 stretch; inputs of lower rank get axes of size 1 behind the
 * batch. Subclasses override `merge`, which gets inputs of one rank.
 */
export abstract class Merge extends ListLayer {
  /** The inputs, brought to one rank, made one. */
  protected abstract merge(inputs: TensorList): Tensor

  /** Shapes must fit; there are no weights. */
  override build(inputShapes: readonly BatchShape[]): void {
    this.computeOutputShape(inputShapes)
  }

  override call(inputs: TensorList): Tensor {
    const rank = Math.max(...inputs.map((input) => input.rank))
    return this.merge(
      inputs.map((input) => {
        const [batch, ...sizes] = input.shape
        const added = new Array<number>(rank - input.rank).fill(1)
        return reshape(input, [batch, ...added, ...sizes])
      }),
    )
  }

  override computeOutputShape(inputShapes: readonly BatchShape[]): BatchShape {
    const batch = inputShapes.map(([size]) => size).find((size) => size !== null) ?? null
    const samples = inputShapes.map((shape): BatchShape => shape.slice(1))
    const sizes = samples.reduce((a, b) => this.stretch(a, b, inputShapes))
    return [batch, ...sizes]
  }

  /** The shape to which two shapes without the batch stretch. */
  private stretch(a: BatchShape, b: BatchShape, all: readonly BatchShape[]): BatchShape {
    const [long, short] = a.length < b.length ? [b, a] : [a, b]
    const lead = long.length - short.length
    return long.map((size, axis) => {
      const other = axis < lead ? 1 : short[axis - lead]
      if (size === null || other === null) return null
      if (size === 1) return other
      if (other === 1 || other === size) return size
      throw new ShapeError(
        `${this.title}: expected inputs of one shape, or with sizes of 1 that stretch, received ${showShapes(all)}: ` +
          `${size} and ${other} do not fit. Bring them to one size first, for example with a dense layer.`,
      )
    })
  }

  /** A step counts where it counts in any input; without a mask of one input, all count. */
  override computeMask(inputs: TensorList): Tensor | undefined {
    const masks = inputs.flatMap((input) => maskOf(input) ?? [])
    return masks.length < inputs.length ? undefined : masks.reduce((a, b) => logicalOr(a, b))
  }
}

/** A mask `[batch, time]` with an axis of size 1 for each further axis of the values. */
export function alongValues(mask: Tensor, values: Tensor): Tensor {
  let wide = mask
  while (wide.rank < values.rank) wide = expandDims(wide, -1)
  return wide
}
