import type { DType } from '../graph/dtype.js'
import type { OperationNode } from '../graph/node.js'
import type { Tensor } from '../graph/tensor.js'
import type { LoopBuilder } from '../loops/builder.js'
import type { Storage, Value } from '../loops/ir.js'
import type { TargetTraits } from '../loops/traits.js'
import type { Cut } from './cut.js'
import type { LaunchReport } from './program.js'

/** A run of elements in device memory. Where it lies is decided by the memory plan, once all launches are known. */
export interface DeviceBuffer {
  readonly id: number
  readonly elements: number
  readonly dtype: DType
}

/** Part of a buffer: row-major elements from `offset` on. */
export interface BufferView {
  readonly buffer: DeviceBuffer
  /** In elements. */
  readonly offset: number
  /** Elements by which the view moves with each iteration of the enclosing repeats, outermost first. */
  readonly strides: readonly number[]
}

export const storageOf: Record<DType, Storage> = { float32: 'f32', int32: 'i32', bool: 'u8', uint8: 'u8' }

/** One launch as a template describes it. */
export interface LaunchRequest {
  /** For people: the template's name and what distinguishes this function. */
  readonly name: string
  readonly grid: number
  /**
   * Writes the function's body: a loop over `[b.begin, b.end)` of the grid. Pointers come from `operands`, by
   * declaring them: `const x = operands.read(view)`; the same view declared twice is one parameter.
   */
  readonly build: (b: LoopBuilder, operands: Operands) => void
  /**
   * All that `build` depends on, but for the traits and for where the memory lies: launches with equal texts, on views that are equal among each
   * other alike, have one function, which is built once. `views` are those that `build` may declare. Default: the function is built.
   */
  readonly same?: { readonly text: string; readonly views: readonly BufferView[] }
  /** Pairs in which each element of the output is written after the same element of the input was last read. */
  readonly inPlace?: readonly { readonly output: BufferView; readonly input: BufferView }[]
  readonly report: Pick<LaunchReport, 'algorithm' | 'flops' | 'matrix' | 'lanes' | 'singleThreaded'>
}

/** Declares the memory that a launch works on, and gives its pointers (already at the view's offset). */
export interface Operands {
  read(view: BufferView): Value<'ptr'>
  write(view: BufferView): Value<'ptr'>
  readWrite(view: BufferView): Value<'ptr'>
}

/**
 * What an anchor (contraction, convolution) does with each row of its output tile: the fused elementwise ops that
 * follow it, and the stores. Without fused ops it is the plain store.
 */
export interface Epilogue {
  /** Declares the memory it reads and writes. Called once while a function is built, before `emitRow`. */
  bind(b: LoopBuilder, operands: Operands): BoundEpilogue
  /** For `LaunchRequest.inPlace` of the launch that it is bound in. */
  readonly inPlace?: LaunchRequest['inPlace']
  /** The same for an input of the anchor's of which each element is last read before that place of the output is finished. */
  readonly inPlaceOf?: (input: BufferView, dtype: DType) => NonNullable<LaunchRequest['inPlace']>
  /** Fused ops, for the report: `add+relu`, or empty. */
  readonly ops: string
}

export interface BoundEpilogue {
  /**
   * Finishes and stores part of one output row: `values[i]` holds columns `column + i * width` and the next ones, of
   * which the first `counts[i]` are real. Rows and columns number the anchor's output as the matrix
   * `[product of all axes but the last, last axis]`.
   */
  emitRow(
    row: Value<'i32'>,
    column: Value<'i32'>,
    values: readonly Value<'f32v'>[],
    counts: readonly number[],
  ): void
}

/** What a template is given to lower one node. */
export interface Lowering {
  readonly traits: TargetTraits
  /** How a micro-kernel's launches are to be cut. */
  readonly cut: Cut
  /** The tensor's elements as one row-major run in memory; makes sure that launches before this one put them there. */
  input(tensor: Tensor): BufferView
  /** The buffer where an output of the node goes. */
  output(tensor: Tensor): BufferView
  /** Memory for this node's launches alone. Contents are arbitrary at first. */
  scratch(dtype: DType, elements: number): BufferView
  /** Whether what is computed of this memory alone is computed once, and kept for all runs. */
  isFixed(view: BufferView): boolean
  launch(request: LaunchRequest): void
}

/** The lowering of one kind of op on one family of targets. */
export interface Template {
  /** True if elementwise ops may be fused onto this node's output through an `Epilogue`. */
  takesEpilogue(node: OperationNode): boolean
  lower(node: OperationNode, lowering: Lowering, epilogue: Epilogue): void
}
