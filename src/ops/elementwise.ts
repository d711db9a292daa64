import { ArgumentError, ShapeError } from '../errors.js'
import { type DType, promote } from '../graph/dtype.js'
import { applyOne } from '../graph/node.js'
import { defineOp, type TensorType } from '../graph/op.js'
import type { ScalarMath } from '../graph/scalarMath.js'
import { broadcastShapes, sameShape, showShape } from '../graph/shape.js'
import { Tensor } from '../graph/tensor.js'
import { Variable } from '../graph/variable.js'
import { broadcastTo } from './broadcastTo.js'
import { cast } from './cast.js'
import { asTensor, type TensorLike } from './tensor.js'

/**
 * The types an elementwise op computes in. Operands are cast to it first.
 * - `any`: all types as they are.
 * - `number`: booleans become `int32`.
 * - `float`: everything becomes `float32`.
 * - `integer`: booleans become `int32`; `float32` is refused.
 * - `boolean`: everything becomes `bool` (whether it differs from 0).
 */
export type OperandClass = 'any' | 'number' | 'float' | 'integer' | 'boolean'

/** An elementwise function of one tensor. */
export interface UnaryRule {
  readonly name: string
  readonly operand: OperandClass
  /** Type of the result. Default: that of the operand. */
  readonly output?: DType
  /** The computation, as every target compiles it. */
  expression<T>(math: ScalarMath<T>, x: T, dtype: DType): T
  /** The same in float64, written independently. */
  reference(x: number): number
  /** The gradient with respect to `x`, from that with respect to `y`. Absent: none flows. */
  gradient?(context: { readonly x: Tensor; readonly y: Tensor; readonly dy: Tensor }): Tensor
}

/** An elementwise function of two tensors, which are promoted to one type and broadcast to one shape. */
export interface BinaryRule {
  readonly name: string
  readonly operand: OperandClass
  readonly output?: DType
  expression<T>(math: ScalarMath<T>, a: T, b: T, dtype: DType): T
  reference(a: number, b: number, dtype: DType): number
  /** The gradients with respect to each operand. Absent: none flows. */
  readonly gradient?: {
    a?(context: BinaryGradient): Tensor
    b?(context: BinaryGradient): Tensor
  }
}

export interface BinaryGradient {
  readonly a: Tensor
  readonly b: Tensor
  readonly y: Tensor
  readonly dy: Tensor
}

/** Makes the public function of an elementwise op of one tensor. */
export function defineUnary(rule: UnaryRule): (x: TensorLike) => Tensor {
  const { gradient } = rule
  const op = defineOp({
    name: rule.name,
    kind: {
      kind: 'elementwise',
      expression: (math, [x], _, [dtype]) => rule.expression(math, x, dtype),
    },
    infer: (inputs) => [{ shape: equalShapes(rule.name, inputs), dtype: rule.output ?? inputs[0].dtype }],
    gradient:
      gradient && (({ inputs: [x], outputs: [y], gradients: [dy] }) => [dy && gradient({ x, y, dy })]),
    reference: ([x], _, [output]) => [
      {
        shape: x.shape,
        data: x.data.map((value) => wrappedReference(rule.reference(value), output.dtype)),
      },
    ],
  })
  return (x) => {
    const value = asTensor(x)
    return applyOne(op, [cast(value, operandDtype(value.dtype, rule))], {})
  }
}

/** Makes the public function of an elementwise op of two tensors. */
export function defineBinary(rule: BinaryRule): (a: TensorLike, b: TensorLike) => Tensor {
  const { gradient } = rule
  const op = defineOp<{ readonly operands: DType }>({
    name: rule.name,
    kind: {
      kind: 'elementwise',
      expression: (math, [a, b], { operands }) => rule.expression(math, a, b, operands),
    },
    infer: (inputs, { operands }) => [
      { shape: equalShapes(rule.name, inputs), dtype: rule.output ?? operands },
    ],
    gradient:
      gradient &&
      (({ inputs: [a, b], outputs: [y], gradients: [dy], needed }) => {
        if (!dy) return []
        const context = { a, b, y, dy }
        return [needed[0] ? gradient.a?.(context) : undefined, needed[1] ? gradient.b?.(context) : undefined]
      }),
    reference: ([a, b], { operands }) => [
      {
        shape: a.shape,
        data: a.data.map((value, i) =>
          wrappedReference(rule.reference(value, b.data[i], operands), rule.output ?? operands),
        ),
      },
    ],
  })
  return (a, b) => {
    const [x, y] = promoteOperands([a, b])
    const operands = operandDtype(x.dtype, rule)
    return applyOne(op, broadcastOperands([cast(x, operands), cast(y, operands)], rule.name), { operands })
  }
}

/** Values as tensors of one type, in which plain numbers take the type of the tensors beside them. */
export function promoteOperands(values: readonly TensorLike[]): Tensor[] {
  const isTyped = (value: TensorLike) => value instanceof Tensor || value instanceof Variable
  const dtypes = values.filter(isTyped).map(({ dtype }) => dtype)
  const hint = dtypes.length > 0 ? dtypes.reduce(promote) : undefined
  const tensors = values.map((value) => asTensor(value, hint))
  const dtype = tensors.map((value) => value.dtype).reduce(promote)
  return tensors.map((value) => cast(value, dtype))
}

/** Tensors stretched to their common shape. */
export function broadcastOperands(tensors: readonly Tensor[], what: string): Tensor[] {
  const shape = tensors.map((value) => value.shape).reduce((a, b) => broadcastShapes(a, b, what))
  return tensors.map((value) => broadcastTo(value, shape))
}

/** The one shape of an elementwise op's inputs. */
export function equalShapes(name: string, inputs: readonly TensorType[]): readonly number[] {
  const [first, ...others] = inputs
  const different = others.find((other) => !sameShape(other.shape, first.shape))
  if (different) {
    throw new ShapeError(
      `${name}: expected inputs of one shape, received ${showShape(first.shape)} and ${showShape(different.shape)}.`,
    )
  }
  return first.shape
}

function operandDtype(dtype: DType, rule: { readonly name: string; readonly operand: OperandClass }): DType {
  switch (rule.operand) {
    case 'any':
      return dtype
    case 'number':
      return dtype === 'bool' ? 'int32' : dtype
    case 'float':
      return 'float32'
    case 'integer':
      if (dtype !== 'float32') return dtype === 'bool' ? 'int32' : dtype
      throw new ArgumentError(
        `${rule.name}: expected integers, received float32. Use cast(x, 'int32') first.`,
      )
    case 'boolean':
      return 'bool'
  }
}

/** A number in the type that an expression computes in. */
export const numeral = <T>(math: ScalarMath<T>, value: number, dtype: DType): T =>
  dtype === 'float32' ? math.float(value) : math.int(value)

/** What a type holds of a result: integers modulo 2^32 or 256. */
function wrappedReference(value: number, dtype: DType): number {
  switch (dtype) {
    case 'float32':
      return value
    case 'int32':
      return value | 0
    case 'uint8':
      return value & 255
    case 'bool':
      return value ? 1 : 0
  }
}
