import { arrayOf, type DType } from '../../graph/dtype.js'
import type { OperationNode } from '../../graph/node.js'
import type { ScalarMath } from '../../graph/scalarMath.js'
import { ExportError } from '../exportError.js'
import type { FileGraph } from '../fileGraph.js'
import { typeNumbers } from '../format.js'
import { commonOrder, plainView, type View } from '../view.js'

/** Elementwise ops that ONNX has an operator for; what the others compute is written out. Those on `float32` alone. */
const operators: Readonly<Record<string, string>> = {
  relu: 'Relu',
  softplus: 'Softplus',
  softsign: 'Softsign',
  minimum: 'Min',
  maximum: 'Max',
  sign: 'Sign',
  reciprocal: 'Reciprocal',
}

/** Elementwise ops: their expression, with an operator for each function in it. */
export function exportElementwise(
  { op, attributes, inputs, outputs: [output] }: OperationNode,
  views: readonly View[],
  graph: FileGraph,
): View[] {
  const { kind } = op
  if (kind.kind !== 'elementwise') throw new ExportError(`the op ${op.name}`)
  const math = new Operators(graph, output.shape)
  const operator = operators[op.name]
  if (operator !== undefined && inputs.every(({ dtype }) => dtype === 'float32')) {
    return [math.call(operator, views, output.dtype)]
  }
  const [first] = views
  if (op.name === 'cast' && (output.dtype === 'float32' || first.dtype === 'bool')) {
    return [math.cast(first, output.dtype)]
  }
  // Gradus computes bytes in 32 bits, and ONNX has few operators on them.
  const operands = views.map((view) => (view.dtype === 'uint8' ? math.cast(view, 'int32') : view))
  const result = kind.expression(
    math,
    operands,
    attributes,
    inputs.map(({ dtype }) => dtype),
  )
  return [math.cast(result, output.dtype)]
}

/** The functions of elementwise expressions as operators of ONNX, on tensors of one shape. */
export class Operators implements ScalarMath<View> {
  constructor(
    private readonly graph: FileGraph,
    private readonly shape: readonly number[],
  ) {}

  /** Adds a call of an operator that broadcasts. */
  call(operator: string, operands: readonly View[], dtype: DType, attributes = {}): View {
    const { graph, shape } = this
    const order = commonOrder(operands)
    const values = operands.map((operand) => graph.broadcastable(operand, order))
    const rank = Math.max(...values.map((value) => value.rank))
    const present = order.slice(order.length - rank)
    const isFull = (axis: number) => operands.some(({ axes }) => axes[axis] !== null)
    const sizes = present.map((axis) => (isFull(axis) ? shape[axis] : 1))
    const name = graph.one(
      operator,
      values.map((value) => value.name),
      { dtype, sizes },
      attributes,
    )
    const axes = shape.map((_, axis) => (isFull(axis) ? present.indexOf(axis) : null))
    return { shape, dtype, axes, sizes, source: { name, graph } }
  }

  /** The same elements in another type. */
  cast(view: View, dtype: DType): View {
    if (view.dtype === dtype) return view
    return this.call('Cast', [view], dtype, { to: typeNumbers[dtype] })
  }

  private number(value: number, dtype: DType): View {
    const array = { dtype, shape: [], data: new arrayOf[dtype]([value]) }
    const source = { array, hint: this.graph.scopedHint('number') }
    return { shape: this.shape, dtype, axes: this.shape.map(() => null), sizes: [], source }
  }

  private same(operator: string, ...operands: readonly View[]): View {
    return this.call(operator, operands, operands[0].dtype)
  }

  private test(operator: string, ...operands: readonly View[]): View {
    return this.call(operator, operands, 'bool')
  }

  float = (value: number) => this.number(value, 'float32')
  int = (value: number) => this.number(value, 'int32')
  bool = (value: boolean) => this.number(Number(value), 'bool')

  add = (a: View, b: View) => this.same('Add', a, b)
  sub = (a: View, b: View) => this.same('Sub', a, b)
  mul = (a: View, b: View) => this.same('Mul', a, b)
  neg = (a: View) => this.same('Neg', a)
  abs = (a: View) => this.same('Abs', a)
  min = (a: View, b: View) => this.same('Min', a, b)
  max = (a: View, b: View) => this.same('Max', a, b)
  eq = (a: View, b: View) => this.test('Equal', a, b)
  ne = (a: View, b: View) => this.not(this.eq(a, b))
  lt = (a: View, b: View) => this.test('Less', a, b)
  le = (a: View, b: View) => this.test('LessOrEqual', a, b)
  select = (condition: View, a: View, b: View) => this.call('Where', [condition, a, b], a.dtype)

  div = (a: View, b: View) => this.same('Div', a, b)
  mulAdd = (a: View, b: View, c: View) => this.add(this.mul(a, b), c)
  sqrt = (a: View) => this.same('Sqrt', a)
  floor = (a: View) => this.same('Floor', a)
  ceil = (a: View) => this.same('Ceil', a)
  trunc = (a: View) => this.select(this.lt(a, this.float(0)), this.ceil(a), this.floor(a))
  round = (a: View) => this.same('Round', a)
  exp = (a: View) => this.same('Exp', a)
  expm1 = (a: View) => this.sub(this.exp(a), this.float(1))
  log = (a: View) => this.same('Log', a)
  log1p = (a: View) => this.log(this.add(a, this.float(1)))
  tanh = (a: View) => this.same('Tanh', a)
  sigmoid = (a: View) => this.same('Sigmoid', a)
  erf = (a: View) => this.same('Erf', a)
  sin = (a: View) => this.same('Sin', a)
  cos = (a: View) => this.same('Cos', a)
  pow = (a: View, b: View) => this.same('Pow', a, b)

  intDiv = (a: View, b: View) => this.same('Div', a, b)
  /** With the sign of `a`, as in C. */
  intRem = (a: View, b: View) => this.call('Mod', [a, b], 'int32', { fmod: 1 })
  bitAnd = () => this.missing('bitwise and')
  bitOr = () => this.missing('bitwise or')
  bitXor = () => this.missing('bitwise exclusive or')
  shiftLeft = () => this.missing('shifts of bits')
  shiftRightUnsigned = () => this.missing('shifts of bits')

  and = (a: View, b: View) => this.test('And', a, b)
  or = (a: View, b: View) => this.test('Or', a, b)
  not = (a: View) => this.test('Not', a)

  toFloat = (a: View) => this.cast(a, 'float32')
  toInt = (a: View) => this.cast(a, 'int32')
  boolToInt = (a: View) => this.cast(a, 'int32')
  bitsToFloat = () => this.missing('bits of numbers')
  floatToBits = () => this.missing('bits of numbers')

  coordinate = (axis: number): View => {
    const length = this.shape[axis]
    if (this.graph.parts.sizes.isOpen(length)) {
      throw new ExportError(`the places along an axis whose size is open`)
    }
    const data = Int32Array.from({ length }, (_, i) => i)
    const source = {
      array: { dtype: 'int32', shape: [length], data } as const,
      hint: this.graph.scopedHint('places'),
    }
    const along = plainView(source, [length], 'int32')
    return { ...along, shape: this.shape, axes: this.shape.map((_, i) => (i === axis ? 0 : null)) }
  }

  linearIndex = () => this.missing('numbers of elements')

  private missing(what: string): never {
    throw new ExportError(what)
  }
}
