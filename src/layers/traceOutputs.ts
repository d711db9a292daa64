import { InternalError } from '../errors.js'
import { trace } from '../graph/trace.js'
import { flatten, layoutOf, pack, type Structure } from '../utils/structure.js'
import { withOpenBatch } from './batchShape.js'
import { type CallContext, contextFor, inContext } from './callContext.js'
import { checkOutputs } from './checkOutputs.js'
import { isType, type SymbolicType } from './symbolic.js'
import { flatTensors, isTensor, type Tensors } from './tensors.js'

/** Sizes that open axes are given in turn, to see what depends on them: primes that no layer has by chance. */
const [FIRST_SIZE, SECOND_SIZE] = [83, 89]

/**
 * The result of a layer's `call` on placeholders of these types: nothing is computed. An open batch has one sample.
 * @param openSize the size of other open axes
 */
export function traceOutputs(
  title: string,
  inputs: Structure<SymbolicType>,
  call: (given: Tensors, context: CallContext) => Tensors,
  openSize = 1,
): Tensors {
  // Terms of a loss belong to the trace around, if there is one.
  const context = { ...contextFor({}), losses: undefined, observer: undefined }
  const placeholders = flatten(inputs, isType).map(({ shape, dtype }, i) => ({
    name: `input_${i}`,
    shape: shape.map((size, axis) => size ?? (axis === 0 ? 1 : openSize)),
    dtype,
  }))
  let outputs: Tensors | undefined
  trace(placeholders, (...tensors) => {
    const given = pack(tensors, layoutOf(inputs, isType)) as Tensors
    outputs = checkOutputs(
      inContext(context, () => call(given, context)),
      title,
    )
    return flatTensors(outputs)
  })
  if (outputs === undefined) throw new InternalError(`${title} gave no outputs`)
  return outputs
}

/**
 * Shapes and types of the outputs for inputs of these.
 * @param traceAt gives the outputs with open axes of one size
 */
export function tracedTypes(
  inputs: Structure<SymbolicType>,
  traceAt: (openSize: number) => Tensors,
): Structure<SymbolicType> {
  const hasOpenAxes = flatten(inputs, isType).some(({ shape }) => shape.slice(1).includes(null))
  const outputs = traceAt(FIRST_SIZE)
  const others = flatTensors(hasOpenAxes ? traceAt(SECOND_SIZE) : outputs)
  const types = flatTensors(outputs).map(({ shape, dtype }, i): SymbolicType => {
    // An axis whose size changes with that of the open axes is open itself.
    const open = shape.map((size, axis) => (size === others[i].shape[axis] ? size : null))
    return { shape: withOpenBatch(open), dtype }
  })
  return pack(types, layoutOf(outputs, isTensor))
}
