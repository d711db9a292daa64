import { InternalError } from '../../errors.js'
import type { OperationNode } from '../../graph/node.js'
import type { FileGraph } from '../fileGraph.js'
import type { OnnxAttributes } from '../format.js'
import { type ConstantSource, isConstant, type View } from '../view.js'

/** A recurrent operator, and what it takes. */
export interface RecurrentCall {
  readonly operator: string
  /** For each gate of the operator, in its order, the place of that gate in the weights. */
  readonly gates: readonly number[]
  readonly attributes: OnnxAttributes
  /** `[batch, time, features]` */
  readonly x: View
  /** The first states, `[batch, units]` each. */
  readonly states: readonly View[]
  /** The kernel `[features, gates * units]`, that of the states, and the bias, if there is one. */
  readonly weights: readonly View[]
}

/** The views of a loop's outputs as a recurrent operator gives them: steps first, and an axis for its one direction. */
export function recurrentValues(
  graph: FileGraph,
  { outputs }: OperationNode,
  { operator, gates, attributes, x, states, weights }: RecurrentCall,
): (View | undefined)[] {
  const [batch, units] = states[0].shape
  const [, length] = x.shape
  const [kernel, recurrentKernel, bias] = weights.map(constantOf)
  const width = gates.length * units
  const put = ({ hint }: ConstantSource, data: Float32Array, shape: readonly number[]) =>
    graph.constant({ dtype: 'float32', shape, data }, hint)
  const matrix = (source: ConstantSource) => {
    const [rows] = source.array.shape
    return put(source, gateRows(source, gates, units), [1, width, rows])
  }
  const inputs = [graph.value(x, [1, 0, 2]), matrix(kernel), matrix(recurrentKernel)]
  const isGiven = !states.every(isZero)
  if (bias) inputs.push(put(bias, gateBiases(bias, gates, units), [1, 2 * width]))
  else if (isGiven) inputs.push('')
  const stateType = { dtype: 'float32', sizes: [1, batch, units] } as const
  if (isGiven) {
    const axes = graph.integers([0], 'axes')
    // Between the bias and the states stand the lengths of sequences, which are all alike.
    inputs.push('', ...states.map((view) => graph.one('Unsqueeze', [graph.value(view), axes], stateType)))
  }
  const sequenceType = { dtype: 'float32', sizes: [length, 1, batch, units] } as const
  const types = [sequenceType, ...states.map(() => stateType)]
  const [sequence, ...last] = graph.add(operator, inputs, types, attributes)
  const carries = states.length
  return outputs.map(({ shape, dtype }, i) => {
    if (i < carries) {
      return { shape, dtype, axes: [1, 2], sizes: stateType.sizes, source: { name: last[i], graph } }
    }
    const isSequence = i === carries && outputs.length > 2 * carries
    return isSequence
      ? { shape, dtype, axes: [0, 2, 3], sizes: sequenceType.sizes, source: { name: sequence, graph } }
      : undefined
  })
}

function constantOf({ source }: View): ConstantSource {
  if ('array' in source) return source
  throw new InternalError(`export: the weight ${source.name} of a recurrent layer is not known`)
}

const isZero = (view: View): boolean =>
  isConstant(view) && view.source.array.data.every((value) => value === 0)

/** A kernel `[features, gates * units]` as `[gates * units, features]`, its gates in another order. */
function gateRows({ array }: ConstantSource, gates: readonly number[], units: number): Float32Array {
  const [features, width] = array.shape
  const rows = new Float32Array(array.data.length)
  for (let row = 0; row < width; row++) {
    const column = gates[Math.floor(row / units)] * units + (row % units)
    for (let i = 0; i < features; i++) rows[row * features + i] = Number(array.data[i * width + column])
  }
  return rows
}

/** The biases of the inputs, then those of the states, which are zero where the layer has one for both. */
function gateBiases({ array }: ConstantSource, gates: readonly number[], units: number): Float32Array {
  const width = gates.length * units
  const biases = new Float32Array(2 * width)
  for (let at = 0; at < array.data.length; at++) {
    const place = at % width
    const column = gates[Math.floor(place / units)] * units + (place % units)
    biases[at] = Number(array.data[at - place + column])
  }
  return biases
}
