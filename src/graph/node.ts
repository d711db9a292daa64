import { GradusError, InternalError } from '../errors.js'
import type { DType, TypedArray } from './dtype.js'
import type { Attributes, OpDefinition, TensorType } from './op.js'
import { Tensor } from './tensor.js'
import type { Variable } from './variable.js'

/** Data known when the graph is built, or a value that was read before. */
export interface ConstantNode {
  readonly type: 'constant'
  readonly id: number
  readonly data: TypedArray
  /** A number written in the program text, compiled in as it is; other constants are data that programs are fed. */
  readonly literal: boolean
}

/** A placeholder: an input of a traced function. */
export interface ParameterNode {
  readonly type: 'parameter'
  readonly id: number
  readonly name: string
}

/** A variable's value as of one version. */
export interface VariableNode {
  readonly type: 'variable'
  readonly id: number
  readonly variable: Variable
  readonly version: number
}

export interface OperationNode {
  readonly type: 'operation'
  readonly id: number
  readonly op: OpDefinition
  readonly inputs: readonly Tensor[]
  readonly attributes: Attributes
  /** The tensors that stand for this node's results. */
  readonly outputs: readonly Tensor[]
}

export type Node = ConstantNode | ParameterNode | VariableNode | OperationNode

let nextId = 0
/** Ids grow in the order of creation, which is therefore a topological order. */
export const freshNodeId = (): number => nextId++

/** Adds an operation to the graph: one tensor for each output. */
export function apply<A extends Attributes>(
  op: OpDefinition<A>,
  inputs: readonly Tensor[],
  attributes: A,
): Tensor[] {
  for (const input of inputs) {
    if (!(input instanceof Tensor)) {
      throw new GradusError(
        `${op.name}: expected tensors as inputs, received ${String(input)}. Make one with ops.tensor(...).`,
      )
    }
  }
  return operation(op as unknown as OpDefinition, inputs, attributes, op.infer(inputs, attributes))
}

/** A node and its outputs, which know each other. */
export function operation(
  op: OpDefinition,
  inputs: readonly Tensor[],
  attributes: Attributes,
  types: readonly TensorType[],
): Tensor[] {
  const outputs: Tensor[] = []
  const node: OperationNode = { type: 'operation', id: freshNodeId(), op, inputs, attributes, outputs }
  types.forEach((type, index) => outputs.push(new Tensor(node, index, type.shape, type.dtype)))
  return outputs
}

export function constant(data: TypedArray, shape: readonly number[], dtype: DType, literal = false): Tensor {
  return new Tensor({ type: 'constant', id: freshNodeId(), data, literal }, 0, shape, dtype)
}

export function parameter(name: string, type: TensorType): Tensor {
  return new Tensor({ type: 'parameter', id: freshNodeId(), name }, 0, type.shape, type.dtype)
}

/** The one output of an op that has one. */
export function applyOne<A extends Attributes>(
  op: OpDefinition<A>,
  inputs: readonly Tensor[],
  attributes: A,
): Tensor {
  const outputs = apply(op, inputs, attributes)
  if (outputs.length !== 1) throw new InternalError(`${op.name} has ${outputs.length} outputs, not one`)
  return outputs[0]
}
