import { arrayOf, type DType, type TypedArray } from '../graph/dtype.js'
import { Graph } from '../graph/graph.js'
import { parameter } from '../graph/node.js'
import { type Shape, sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { gradients } from '../ops/gradient.js'
import { hostRandomUniform } from '../ops/hostRandom.js'
import { add, multiply, sum } from '../ops/index.js'

export interface OpInput {
  readonly shape: Shape
  /** Default: `float32`. */
  readonly dtype?: DType
  /** Elements are drawn uniformly from this range. Default: -2 to 2, or all values of a small integer type's middle. */
  readonly range?: readonly [number, number]
  /** Elements, instead of drawn ones. */
  readonly values?: readonly number[]
}

/** One op, or a composition, on inputs of given shapes: what is checked on the references and on every target. */
export interface OpCase {
  readonly name: string
  readonly inputs: readonly OpInput[]
  build(inputs: readonly Tensor[]): Tensor | readonly Tensor[]
  /** Elements of the first output, from an independent source. */
  readonly expected?: readonly number[]
  /**
   * How far gradients are checked: not at all (`none`, where the function has jumps), the first, or the second as well.
   * Default: `first`.
   */
  readonly gradient?: 'none' | 'first' | 'second'
  /** Allowed relative error of targets. Default: 1e-5. */
  readonly tolerance?: number
}

/** A case as a graph: its outputs, then the gradients of their weighted sum for each float input. */
export interface OpGraph {
  readonly graph: Graph
  readonly inputs: readonly TypedArray[]
  /** How many results are outputs; the others are gradients. */
  readonly outputs: number
}

/** The elements of a case's inputs: the same each time. */
export function inputValues(inputs: readonly OpInput[]): TypedArray[] {
  return inputs.map(({ shape, dtype = 'float32', range, values }, i) => {
    if (values) return new arrayOf[dtype](values)
    const [from, to] = range ?? defaultRange[dtype]
    const drawn = hostRandomUniform([i, 2024], sizeOf(shape)).map((u) => from + u * (to - from))
    return new arrayOf[dtype](dtype === 'float32' ? drawn : drawn.map(Math.floor))
  })
}

const defaultRange: Record<DType, readonly [number, number]> = {
  float32: [-2, 2],
  int32: [-9, 10],
  uint8: [0, 256],
  bool: [0, 2],
}

/** Traces a case with its gradients. */
export function traceCase({ inputs, build, gradient = 'first' }: OpCase): OpGraph {
  const parameters = inputs.map(({ shape, dtype = 'float32' }, i) => parameter(`input${i}`, { shape, dtype }))
  const outputs = [build(parameters)].flat()
  const floats = parameters.filter(({ dtype }) => dtype === 'float32')
  const differentiable = outputs.filter(({ dtype }) => dtype === 'float32')
  const weights = differentiable.map(({ shape }, i) => parameter(`weight${i}`, { shape, dtype: 'float32' }))
  const weightValues = inputValues(weights.map(({ shape }) => ({ shape, range: [0.5, 1.5] })))
  const wanted = gradient !== 'none' && differentiable.length > 0 && floats.length > 0
  const found = wanted ? gradients(weightedSum(differentiable, weights), floats) : []
  return {
    graph: new Graph(wanted ? [...parameters, ...weights] : parameters, [...outputs, ...found]),
    inputs: [...inputValues(inputs), ...(wanted ? weightValues : [])],
    outputs: outputs.length,
  }
}

const weightedSum = (outputs: readonly Tensor[], weights: readonly Tensor[]): Tensor =>
  outputs.map((output, i) => sum(multiply(output, weights[i]))).reduce((a, b) => add(a, b))
