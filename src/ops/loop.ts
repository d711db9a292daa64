import { ArgumentError, ShapeError } from '../errors.js'
import { gradients as differentiate } from '../graph/autodiff.js'
import type { Graph } from '../graph/graph.js'
import { apply, freshNodeId, parameter } from '../graph/node.js'
import { defineOp, type OpDefinition, type Reference } from '../graph/op.js'
import { sameShape, sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { show } from '../utils/show.js'
import { add } from './add.js'
import { iota } from './iota.js'
import { closeBody, copyBody, type LoopInputs, withoutUnused } from './loopBody.js'
import { evaluateReference } from './reference.js'
import { asTensor, type TensorLike, zerosLike } from './tensor.js'

export interface LoopOptions {
  /** Values that the first step is given; each step passes on values of the same shapes and types. */
  readonly initial: readonly TensorLike[]
  /** Tensors of which each step is given the slice along axis 0. Default: none. */
  readonly sequences?: readonly TensorLike[]
  /** Number of steps. Default: the length of the sequences. */
  readonly length?: number
  /** Begin with the last slice, and write outputs from the last place on. Default: false. */
  readonly reverse?: boolean
}

const loopOptions: OptionKeys<LoopOptions> = { initial: true, sequences: true, length: true, reverse: true }

/** What a step gives back. */
export interface LoopStep {
  /** The values passed on to the next step. */
  readonly carries: readonly TensorLike[]
  /** Values kept of this step: they are stacked along a new axis 0. Default: none. */
  readonly outputs?: readonly TensorLike[]
}

/** What a loop gives back: the values of the last step, and the stacked outputs. */
export interface LoopResult {
  readonly carries: Tensor[]
  readonly outputs: Tensor[]
}

/**
 * Runs a step again and again with carried values, as recurrent layers do. The body is traced once, so that the size of
 * the graph does not grow with the length. It may use any tensors and variables from outside; gradients reach them too. It
 * must not assign variables: carry what changes, and assign it afterwards.
 *
 * The gradient runs the loop backwards over the carried values of each step, which are saved for it, and computes
 * what lies between them again.
 *
 * @param body one step: carried values, slices, and the `int32` position of the slices
 * @throws ShapeError if carried values change shape or type, or sequences differ in length; ArgumentError if the body returns
 * no step. Reading a value of the body, other than by what it returns, is a StateError
 * @example
 * // Running sums of a sequence [time, units]
 * loop({ initial: [zeros([units])], sequences: [x] }, ([total], [slice]) => {
 *   const next = add(total, slice)
 *   return { carries: [next], outputs: [next] }
 * })
 */
export function loop(
  options: LoopOptions,
  body: (carries: Tensor[], slices: Tensor[], index: Tensor) => LoopStep,
): LoopResult {
  checkOptions(options, 'loop', undefined, loopOptions)
  const initial = tensorList(options.initial, 'initial')
  const given = tensorList(options.sequences ?? [], 'sequences')
  const length = loopLength(given, options.length)
  const sequences = [...given, iota([length])]

  const firstInside = freshNodeId()
  const carried = initial.map((type, i) => parameter(`carry${i}`, type))
  const slices = sequences.map(({ shape, dtype }, i) =>
    parameter(`slice${i}`, { shape: shape.slice(1), dtype }),
  )
  const step = body(carried, slices.slice(0, -1), slices[slices.length - 1])
  checkStep(step)
  const next = step.carries.map((value, i) => asTensor(value, initial[i]?.dtype))
  checkCarries(initial, next)
  const outputs = (step.outputs ?? []).map((value) => asTensor(value))
  const closed = closeBody([...carried, ...slices], [...next, ...outputs, ...carried], firstInside)

  const results = applyLoop(
    closed.graph,
    { initial, sequences, captured: closed.captured },
    length,
    options.reverse ?? false,
  )
  return {
    carries: results.slice(0, initial.length),
    outputs: results.slice(initial.length, initial.length + outputs.length),
  }
}

type LoopAttributes = {
  /** Parameters: carries, slices, captured values. Results: next carries, output slices, carries as they came in. */
  readonly body: Graph
  readonly length: number
  readonly carries: number
  readonly sequences: number
  readonly reverse: boolean
}

function applyLoop(graph: Graph, inputs: LoopInputs, length: number, reverse: boolean): Tensor[] {
  const used = withoutUnused(graph, inputs)
  const { initial, sequences, captured } = used.inputs
  return apply(loopOp, [...initial, ...sequences, ...captured], {
    body: used.graph,
    length,
    carries: initial.length,
    sequences: sequences.length,
    reverse,
  })
}

const loopOp: OpDefinition<LoopAttributes> = defineOp<LoopAttributes>({
  name: 'loop',
  kind: {
    kind: 'loop',
    body: ({ body, length, carries, sequences, reverse }) => ({
      graph: body,
      length,
      carries,
      sequences,
      reverse,
    }),
  },
  infer: (_, { body, length, carries }) =>
    body.results.map(({ shape, dtype }, i) => ({ shape: i < carries ? shape : [length, ...shape], dtype })),
  gradient({ inputs, outputs, attributes, gradients, needed }) {
    const { body, length, carries, sequences, reverse } = attributes
    const firstCaptured = carries + sequences
    const isFloat = (i: number) => inputs[i].dtype === 'float32'
    const indices = inputs.map((_, i) => i)
    const carriedBack = indices.filter((i) => i < carries && isFloat(i))
    const wantedSlices = indices.filter((i) => i >= carries && i < firstCaptured && needed[i])
    const wantedCaptured = indices.filter((i) => i >= firstCaptured && needed[i])
    const stacked = outputs.map((_, r) => r).filter((r) => r >= carries && gradients[r] !== undefined)

    // One step backwards: the step once more from its saved carries, and its own gradient.
    const parameters = body.parameters.map((type) => parameter('value', type))
    const results = copyBody(body, parameters)
    const incoming = carriedBack.map((i) => parameter('gradient', inputs[i]))
    const totals = wantedCaptured.map((i) => parameter('total', inputs[i]))
    const seeds = stacked.map((r) => parameter('gradient', body.results[r]))
    const targets = [...carriedBack, ...wantedSlices, ...wantedCaptured]
    const found = differentiate(
      [...carriedBack, ...stacked].map((r) => results[r]),
      [...incoming, ...seeds],
      targets.map((i) => parameters[i]),
      add,
    ).map((gradient, i) => gradient ?? zerosLike(parameters[targets[i]]))
    const outgoing = found.slice(0, carriedBack.length)
    const ofSlices = found.slice(carriedBack.length, carriedBack.length + wantedSlices.length)
    const ofCaptured = found.slice(carriedBack.length + wantedSlices.length)
    const carriedTotals = totals.map((total, i) => add(total, ofCaptured[i]))
    const closed = closeBody(
      [
        ...incoming,
        ...totals,
        ...parameters.slice(0, firstCaptured),
        ...seeds,
        ...parameters.slice(firstCaptured),
      ],
      [...outgoing, ...carriedTotals, ...ofSlices, ...incoming, ...totals],
      0,
    )

    const saved = outputs.slice(outputs.length - carries)
    const backward = applyLoop(
      closed.graph,
      {
        initial: [
          ...carriedBack.map((i) => gradients[i] ?? zerosLike(outputs[i])),
          ...wantedCaptured.map((i) => zerosLike(inputs[i])),
        ],
        sequences: [
          ...saved,
          ...inputs.slice(carries, firstCaptured),
          ...stacked.flatMap((r) => gradients[r] ?? []),
        ],
        captured: [...inputs.slice(firstCaptured), ...closed.captured],
      },
      length,
      !reverse,
    )
    const order = [...carriedBack, ...wantedCaptured, ...wantedSlices]
    return inputs.map((_, i) => (order.includes(i) ? backward[order.indexOf(i)] : undefined))
  },
  reference(inputs, { body, length, carries, sequences, reverse }, outputs) {
    let carried = inputs.slice(0, carries)
    const stacked = outputs
      .slice(carries)
      .map(({ shape }) => ({ shape, data: new Float64Array(sizeOf(shape)) }))
    for (let step = 0; step < length; step++) {
      const at = reverse ? length - 1 - step : step
      const slices = inputs.slice(carries, carries + sequences).map((sequence) => sliceAt(sequence, at))
      const results = evaluateReference(body, [...carried, ...slices, ...inputs.slice(carries + sequences)])
      carried = results.slice(0, carries)
      results.slice(carries).forEach(({ data }, i) => stacked[i].data.set(data, at * data.length))
    }
    return [...carried, ...stacked]
  },
})

function sliceAt({ shape, data }: Reference, at: number): Reference {
  const size = sizeOf(shape.slice(1))
  return { shape: shape.slice(1), data: data.subarray(at * size, (at + 1) * size) }
}

function tensorList(values: readonly TensorLike[], what: string): Tensor[] {
  if (Array.isArray(values)) return values.map((value) => asTensor(value))
  throw new ArgumentError(`loop: expected ${what} as a list of tensors, received ${show(values)}.`)
}

/** @throws ArgumentError unless a body gave the lists of a step */
function checkStep(step: LoopStep): void {
  const { carries, outputs = [] } = Object(step) as LoopStep
  if (Array.isArray(carries) && Array.isArray(outputs)) return
  throw new ArgumentError(
    `loop: expected the body to return { carries: [...] }, and outputs: [...] if there are any, received ${show(step)}.`,
  )
}

function loopLength(sequences: readonly Tensor[], asked: number | undefined): number {
  const length = asked ?? sequences[0]?.shape[0]
  if (length === undefined || !Number.isInteger(length) || length < 0) {
    throw new ArgumentError(
      `loop: expected a length, or sequences with an axis to step along; received ${length}.`,
    )
  }
  const other = sequences.find((sequence) => sequence.shape[0] !== length)
  if (other)
    throw new ShapeError(`loop: expected sequences of ${length} steps along axis 0, received ${other}.`)
  return length
}

function checkCarries(initial: readonly Tensor[], next: readonly Tensor[]): void {
  if (next.length !== initial.length) {
    throw new ArgumentError(
      `loop: the body must return as many carries as there are initial values (${initial.length}), received ${next.length}.`,
    )
  }
  initial.forEach((before, i) => {
    if (sameShape(before.shape, next[i].shape) && before.dtype === next[i].dtype) return
    throw new ShapeError(`loop: carry ${i} must stay ${before}, but the body returns ${next[i]}.`)
  })
}
