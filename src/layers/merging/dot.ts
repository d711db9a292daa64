import { ArgumentError, ShapeError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import { cast } from '../../ops/cast.js'
import { matmul } from '../../ops/matmul.js'
import { maximum } from '../../ops/maximum.js'
import { multiply } from '../../ops/multiply.js'
import { reshape } from '../../ops/reshape.js'
import { rsqrt } from '../../ops/rsqrt.js'
import { square } from '../../ops/square.js'
import { sum } from '../../ops/sum.js'
import type { TensorLike } from '../../ops/tensor.js'
import { transpose } from '../../ops/transpose.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { type BatchShape, showBatchShape } from '../batchShape.js'
import type { LayerOptions } from '../layer.js'
import type { SymbolicLike, SymbolicTensor } from '../symbolic.js'
import { ListLayer, type TensorList } from './merge.js'

/** One axis for both inputs, or one for each; negative ones count from the end. */
export type DotAxes = number | readonly [number, number]

export interface DotOptions extends LayerOptions {
  /** Whether both inputs are scaled to L2 norm 1 along their axis first: the result is the cosine. Default: false. */
  readonly normalize?: boolean
}

/**
 * The dot product of two tensors, sample by sample, over one axis of each (Keras's `Dot`):
 * `[batch, ...a]` and `[batch, ...b]` to `[batch, ...a without its axis, ...b without its axis]`; two vectors give
 * `[batch, 1]`.
 */
export class Dot extends ListLayer {
  static override readonly className = 'Dot'
  static override readonly samplewise = true
  static override readonly positional = ['axes']
  static override readonly options: OptionKeys<DotOptions> = { ...ListLayer.options, normalize: true }
  protected override readonly inputCount = 2
  readonly axes: DotAxes
  readonly normalize: boolean

  constructor(axes: DotAxes, options: DotOptions = {}) {
    super(options)
    const list = typeof axes === 'number' ? [axes] : axes
    if (!Array.isArray(list) || ![1, 2].includes(list.length) || !list.every(Number.isInteger)) {
      throw new ArgumentError(
        `${this.title}: expected axes as one integer or two, received ${JSON.stringify(axes)}.`,
      )
    }
    if (list.includes(0)) {
      throw new ArgumentError(
        `${this.title}: axis 0 is the batch, which stays. Give axes from 1, or from -1.`,
      )
    }
    this.axes = axes
    this.normalize = options.normalize ?? false
    this.supportsMasking = false
  }

  /** Shapes must fit; there are no weights. */
  override build(inputShapes: readonly BatchShape[]): void {
    this.computeOutputShape(inputShapes)
  }

  override call([a, b]: TensorList): Tensor {
    const [left, right] = [a, b].map((input) => cast(input, 'float32'))
    const [i, j] = this.positions([left.shape, right.shape])
    const x = lastAxis(this.normalize ? normalized(left, i) : left, i)
    const y = lastAxis(this.normalize ? normalized(right, j) : right, j)
    const product = matmul(asMatrices(x), asMatrices(y), { transposeB: true })
    return reshape(product, this.computeOutputShape([a.shape, b.shape]) as number[])
  }

  override computeOutputShape([a, b]: readonly BatchShape[]): BatchShape {
    const [i, j] = this.positions([a, b])
    const sizes = [a[i], b[j]]
    if (sizes[0] !== null && sizes[1] !== null && sizes[0] !== sizes[1]) {
      throw new ShapeError(
        `${this.title}: expected the same size on axis ${i} of ${showBatchShape(a)} and axis ${j} of ${showBatchShape(b)}, ` +
          `received ${sizes[0]} and ${sizes[1]}. Choose other axes, or bring the inputs to one size.`,
      )
    }
    const rest = [...a.slice(1).toSpliced(i - 1, 1), ...b.slice(1).toSpliced(j - 1, 1)]
    return [a[0] ?? b[0], ...(rest.length === 0 ? [1] : rest)]
  }

  /** The axes counted from 0. */
  private positions(shapes: readonly BatchShape[]): readonly number[] {
    return shapes.map((shape, i) => {
      const given = typeof this.axes === 'number' ? this.axes : this.axes[i]
      const axis = given < 0 ? given + shape.length : given
      if (axis >= 1 && axis < shape.length) return axis
      throw new ShapeError(
        `${this.title}: axis ${given} of input ${i}, ${showBatchShape(shape)}, does not exist or is the batch.`,
      )
    })
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axes: this.axes, normalize: this.normalize }
  }
}

const EPSILON = 1e-7

const normalized = (x: Tensor, axis: number): Tensor =>
  multiply(x, rsqrt(maximum(sum(square(x), { axis, keepDims: true }), EPSILON ** 2)))

/** With one axis moved to the end. */
function lastAxis(x: Tensor, axis: number): Tensor {
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis)
  return transpose(x, [...others, axis])
}

/** `[batch, ..., size]` as `[batch, rows, size]`. */
const asMatrices = (x: Tensor): Tensor => reshape(x, [x.shape[0], -1, x.shape[x.rank - 1]])

/** The dot product of two tensors: see `Dot`. @example layers.dot([query, key], -1, { normalize: true }) */
export function dot(inputs: readonly SymbolicLike[], axes?: DotAxes, options?: DotOptions): SymbolicTensor
export function dot(inputs: readonly TensorLike[], axes?: DotAxes, options?: DotOptions): Tensor
export function dot(
  inputs: readonly SymbolicLike[] | readonly TensorLike[],
  axes: DotAxes = -1,
  options?: DotOptions,
): SymbolicTensor | Tensor {
  return new Dot(axes, options).invoke(inputs as readonly TensorLike[])
}
