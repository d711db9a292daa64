import type { Shape } from '../graph/shape.js'

/** Types of elements that files hold: Gradus's own, and the one of ONNX's shapes and axes. */
export type OnnxType = 'float32' | 'int32' | 'bool' | 'uint8' | 'int64'

/** Numbers of types in files: `TensorProto.DataType`. */
export const typeNumbers: Record<OnnxType, number> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 }

/** An array in a file. */
export interface OnnxArray {
  readonly dtype: OnnxType
  readonly shape: Shape
  /** The elements in row-major order, as they lie in memory. */
  readonly data: Float32Array | Int32Array | Uint8Array | BigInt64Array
}

/** What an operator is told beside its inputs. A float stands in an object of its own, since ONNX tells it from an integer. */
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number } | OnnxGraph

export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>

/** A call of an operator. Inputs and outputs are names of values; an input that is left out is an empty name. */
export interface OnnxNode {
  readonly name: string
  readonly operator: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: OnnxAttributes
}

/** Name and type of a value. Sizes are numbers, names of sizes that are known when the model runs, or unknown. */
export interface OnnxValue {
  readonly name: string
  readonly dtype: OnnxType
  readonly shape: readonly (number | string | null)[]
}

export interface OnnxGraph {
  readonly name: string
  readonly nodes: readonly OnnxNode[]
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  /** The types of values between, where they are known: for who looks at the file. */
  readonly values: readonly OnnxValue[]
  /** Values that stand in the file. */
  readonly initializers: ReadonlyMap<string, OnnxArray>
}
