import type { DType } from './dtype.js'
import type { Graph } from './graph.js'
import type { ScalarMath } from './scalarMath.js'
import type { Shape } from './shape.js'
import type { Tensor } from './tensor.js'

export interface TensorType {
  readonly shape: Shape
  readonly dtype: DType
}

/** What an op is told beside its inputs. Plain data, because it is part of a Program's key. */
export type AttributeValue =
  | number
  | string
  | boolean
  | null
  | undefined
  | readonly AttributeValue[]
  | { readonly [name: string]: AttributeValue }
export type Attributes = { readonly [name: string]: AttributeValue | Graph }

/** A plain array in float64, in which references compute. Booleans are 0 and 1. */
export interface Reference {
  readonly shape: Shape
  readonly data: Float64Array
}

/**
 * `output[i] = expression(inputs[i])`. Inputs have the output's shape (the op function broadcasts them). `uint8` is
 * computed in 32 bits, and the result taken modulo 256.
 */
export interface Elementwise<A extends Attributes> {
  readonly kind: 'elementwise'
  /** Whether the expression asks for `coordinate` or `linearIndex`. Default: false. */
  readonly positional?: boolean
  expression<T>(math: ScalarMath<T>, inputs: readonly T[], attributes: A, inputDtypes: readonly DType[]): T
}

/**
 * `output[b, m, n] = sum over k of A[b, m, k] * B[b, k, n]`, with equal batch axes before the last two. If
 * `transposeA`, A is stored as [b, k, m]; if `transposeB`, B is stored as [b, n, k].
 */
export interface Contraction<A extends Attributes> {
  readonly kind: 'contraction'
  transposes(attributes: A): { readonly a: boolean; readonly b: boolean }
}

/** Geometry of a convolution over `strides.length` spatial axes, channels last. */
export interface ConvolutionGeometry {
  readonly strides: readonly number[]
  /** Zeros added before and after each spatial axis. */
  readonly padding: readonly (readonly [number, number])[]
  readonly dilation: readonly number[]
  /** Channels are split into this many groups, each with its own filters. */
  readonly groups: number
}

/**
 * Convolution (cross-correlation, as in Keras) and its two gradients.
 * Image `[batch, ...spatial, channels]`, kernel `[...kernelSize, channels / groups, filters]`.
 * - `forward`: inputs (image, kernel).
 * - `imageGradient`: inputs (output gradient, kernel); the output's shape is the image's.
 * - `kernelGradient`: inputs (image, output gradient); the output's shape is the kernel's.
 */
export interface Convolution<A extends Attributes> {
  readonly kind: 'convolution'
  readonly form: 'forward' | 'imageGradient' | 'kernelGradient'
  geometry(attributes: A): ConvolutionGeometry
}

/** Geometry of windows over the spatial axes of `[batch, ...spatial, channels]`. */
export interface WindowGeometry {
  readonly size: readonly number[]
  readonly strides: readonly number[]
  readonly padding: readonly (readonly [number, number])[]
}

/**
 * Reduction over sliding windows, and its gradient. Padded positions never count.
 * - `reduce`: input (x); sum, or maximum, of each window.
 * - `gradient` of `sum`: input (output gradient); each window's value is added to all its places.
 * - `gradient` of `max`: inputs (x, output gradient); it goes to the window's first maximum in row-major order.
 */
export interface Window<A extends Attributes> {
  readonly kind: 'window'
  readonly form: 'reduce' | 'gradient'
  readonly combine: 'sum' | 'max'
  geometry(attributes: A): WindowGeometry
}

/**
 * Reduction over axes, which the output does not have (ops that keep them reshape afterwards). `indexOfMax` and
 * `indexOfMin` give the int32 position of the first such element along the one reduced axis.
 */
export interface Reduction<A extends Attributes> {
  readonly kind: 'reduction'
  axes(attributes: A): readonly number[]
  readonly combine: 'sum' | 'product' | 'max' | 'min' | 'indexOfMax' | 'indexOfMin'
}

/** Where each output element comes from. Coordinates are the output's; `inputStrides` those of a row-major input. */
export type Movement =
  /** The same elements in the same row-major order. */
  | { readonly type: 'reshape' }
  /**
   * Input coordinate a is `offset[a] + sum over output axes o of factor[a][o] * coordinate[o]`. Where it falls outside
   * the input, the output is `fill` (only if `fill` is given; else it never does).
   */
  | {
      readonly type: 'affine'
      readonly offset: readonly number[]
      readonly factor: readonly (readonly number[])[]
      readonly fill?: number
    }
  /** The inputs side by side along an axis. */
  | { readonly type: 'concatenate'; readonly axis: number }

export interface MovementKind<A extends Attributes> {
  readonly kind: 'movement'
  movement(attributes: A, inputs: readonly TensorType[]): Movement
}

/**
 * `output[..., i, ...] = x[..., indices[i], ...]` along `axis`: inputs (x, indices). Output shape is x's with the axis
 * replaced by the shape of indices. With `alongAxis`, indices has x's rank, equals the output's shape, and is read
 * at the output's own coordinates. Indices are clamped into the axis.
 */
export interface Gather<A extends Attributes> {
  readonly kind: 'gather'
  axis(attributes: A): number
  readonly alongAxis: boolean
}

/**
 * The transpose of gather: inputs (base, indices, updates); the output is base with each update added at its index.
 * Indices outside the axis are dropped. Order of additions is that of the indices, so results do not vary.
 */
export interface Scatter<A extends Attributes> {
  readonly kind: 'scatter'
  axis(attributes: A): number
  readonly alongAxis: boolean
}

/** Running combination along an axis: `output[i] = x[0] + ... + x[i]`; `exclusive` leaves out x[i]; `reverse` runs from the end. */
export interface PrefixScan<A extends Attributes> {
  readonly kind: 'prefixScan'
  readonly combine: 'sum' | 'product'
  options(attributes: A): { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean }
}

/** Stable sort along the last axis: outputs (values, int32 positions they came from). NaN goes last. */
export interface Sort<A extends Attributes> {
  readonly kind: 'sort'
  options(attributes: A): { readonly descending: boolean }
}

/** 32 random bits for each element from a key (input 0, int32 [2]) and the element's row-major number. */
export interface Random<A extends Attributes> {
  readonly kind: 'random'
  expression<T>(math: ScalarMath<T>, key: readonly [T, T], index: T, attributes: A): T
}

/**
 * A body graph run `length` times with carried state. Inputs: `carries` initial values, then `sequences` tensors whose
 * axis 0 has size `length`, then values that stay. The body's parameters are in that order (a sequence as one slice);
 * its results are the next carries, then slices of output sequences. Outputs: last carries, then stacked sequences.
 * With `reverse`, step 0 takes and writes the last slice.
 */
export interface Loop<A extends Attributes> {
  readonly kind: 'loop'
  body(attributes: A): LoopBody
}

export interface LoopBody {
  readonly graph: Graph
  readonly length: number
  readonly carries: number
  readonly sequences: number
  readonly reverse: boolean
}

/** The closed list of kinds. Every table over it is total. */
export type Kind<A extends Attributes = Attributes> =
  | Elementwise<A>
  | Contraction<A>
  | Convolution<A>
  | Window<A>
  | Reduction<A>
  | MovementKind<A>
  | Gather<A>
  | Scatter<A>
  | PrefixScan<A>
  | Sort<A>
  | Random<A>
  | Loop<A>

export type KindName = Kind['kind']

/** What an op's gradient rule is given. */
export interface GradientContext<A extends Attributes> {
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  readonly attributes: A
  /** The gradient with respect to each output; `undefined` where nothing depends on it. */
  readonly gradients: readonly (Tensor | undefined)[]
  /** Which inputs a gradient is asked for: others may be left `undefined`. */
  readonly needed: readonly boolean[]
}

/** Everything that Gradus knows about an op. Stated in one file of `ops/`. */
export interface OpDefinition<A extends Attributes = Attributes> {
  readonly name: string
  readonly kind: Kind<A>
  /** Types of the outputs; throws `ShapeError` with a text for the user if inputs do not fit. */
  infer(inputs: readonly TensorType[], attributes: A): readonly TensorType[]
  /** Gradient with respect to each input in terms of other ops. Absent: no gradient flows (as through `argmax`). */
  gradient?(context: GradientContext<A>): readonly (Tensor | undefined)[]
  /** The same value by less work, if there is one: `x * 1` is `x`. Must be exact, infinities and NaN included. */
  simplify?(inputs: readonly Tensor[], attributes: A): Tensor | undefined
  /** The plain float64 reference that tests hold every target against. */
  reference(inputs: readonly Reference[], attributes: A, outputs: readonly TensorType[]): readonly Reference[]
}

/** Checks a definition's types where it stands, and forgets its attribute type, so that tables can hold all ops. */
export function defineOp<A extends Attributes>(definition: OpDefinition<A>): OpDefinition<A> {
  return definition
}
