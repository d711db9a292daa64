import { expect } from 'vitest'
import type { Executor } from '../graph/executor.js'
import { Graph } from '../graph/graph.js'
import type { OperationNode } from '../graph/node.js'
import type { Reference } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { gradients } from '../ops/gradient.js'
import { hostRandomUniform } from '../ops/hostRandom.js'
import { add, multiply, sum } from '../ops/index.js'
import { evaluateReference } from '../ops/reference.js'
import { x64Status } from '../runtime/createX64Backend.node.js'
import { kindReference } from './kindReference.js'
import { type OpCase, type OpGraph, traceCase } from './opCase.js'
import { referenceEvaluate } from './referenceEvaluate.js'

/** The executors that cases are run on, beside the reference: names of `ExecutorOptions.target`. */
export const targets = (await x64Status()).available
  ? (['interpreter', 'wasm', 'x64'] as const)
  : (['interpreter', 'wasm'] as const)

/** Checks a case on the references alone: values, expressions, movements, gradients by finite differences. */
export function checkOnReference(opCase: OpCase): void {
  const traced = traceCase(opCase)
  const values = evaluate(traced)
  if (opCase.expected) expectClose(Array.from(values[0].data), opCase.expected, 1e-6)
  traced.graph.results.forEach((result, i) => expect(values[i].shape).toEqual(result.shape))
  checkKinds(traced)
  checkGradients(traced)
  if (opCase.gradient === 'second') checkGradients(traceCase(gradientCase(opCase)))
}

/** Compiles a case for an executor, runs it, and holds it against the references. */
export async function checkOnExecutor(executor: Executor, opCase: OpCase): Promise<void> {
  const traced = traceCase(opCase)
  const expected = evaluate(traced)
  const executable = await executor.compile({ graph: traced.graph, assignments: new Map() })
  const received = await executable.run(traced.inputs)
  traced.graph.results.forEach(({ dtype }, i) => {
    expectClose(received[i], expected[i].data, dtype === 'float32' ? (opCase.tolerance ?? 1e-5) : 0)
  })
}

/** Elements equal up to an error relative to the largest of them, and to their own size; NaN and infinities equal. */
export function expectClose(
  received: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  expect(received.length).toBe(expected.length)
  const finite = Array.from(expected).filter(Number.isFinite)
  const scale = finite.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
  for (let i = 0; i < expected.length; i++) {
    const close =
      Object.is(received[i], expected[i]) ||
      received[i] === expected[i] ||
      (Number.isFinite(expected[i]) &&
        Math.abs(received[i] - expected[i]) <= tolerance * Math.max(Math.abs(expected[i]), scale * 0.1))
    if (!close) expect.fail(`element ${i}: received ${received[i]}, expected ${expected[i]}`)
  }
}

const evaluate = ({ graph, inputs }: OpGraph): Reference[] =>
  evaluateReference(
    graph,
    inputs.map((data, i) => ({ shape: graph.parameters[i].shape, data: Float64Array.from(data) })),
  )

/** Holds each node's expression or movement against its reference. */
function checkKinds({ graph, inputs }: OpGraph): void {
  const nodes = graph.nodes().filter((node): node is OperationNode => node.type === 'operation')
  const tensors = nodes.flatMap((node) => [...node.inputs, ...node.outputs])
  const feeds = new Map(graph.parameters.map((tensor, i) => [tensor, inputs[i]] as const))
  const values = new Map(referenceEvaluate(tensors, feeds).map((value, i) => [tensors[i], value] as const))
  const lookUp = (tensor: Tensor) => values.get(tensor) as Reference
  for (const node of nodes) {
    const byKind = kindReference(node, node.inputs.map(lookUp))
    if (byKind) expectClose(byKind.data, lookUp(node.outputs[0]).data, 1e-12)
  }
}

/** Holds gradients against central differences along each axis of small inputs, and random directions of large ones. */
function checkGradients({ graph, inputs, outputs }: OpGraph): void {
  const values = evaluate({ graph, inputs, outputs })
  const found = values.slice(outputs)
  if (found.length === 0) return
  const primal = new Graph(graph.parameters, graph.results.slice(0, outputs))
  const weights = inputs.slice(
    inputs.length - primal.results.filter(({ dtype }) => dtype === 'float32').length,
  )
  const lossAt = (changed: number, data: Float64Array): number => {
    const feeds = inputs.map((values, i) => ({
      shape: graph.parameters[i].shape,
      data: i === changed ? data : Float64Array.from(values),
    }))
    const results = evaluateReference(primal, feeds).filter((_, i) => primal.results[i].dtype === 'float32')
    return results.reduce(
      (total, { data: y }, o) => total + y.reduce((sum, v, i) => sum + v * weights[o][i], 0),
      0,
    )
  }
  const floats = inputs.flatMap((_, i) =>
    i < inputs.length - weights.length && graph.parameters[i].dtype === 'float32' ? [i] : [],
  )
  const step = 1e-5
  floats.forEach((input, g) => {
    const at = Float64Array.from(inputs[input])
    for (const direction of directions(at.length)) {
      const moved = (sign: number) => at.map((value, i) => value + sign * step * direction[i])
      const numeric = (lossAt(input, moved(1)) - lossAt(input, moved(-1))) / (2 * step)
      const analytic = found[g].data.reduce((total, value, i) => total + value * direction[i], 0)
      expect(
        Math.abs(analytic - numeric),
        `gradient ${analytic}, finite difference ${numeric}`,
      ).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(numeric)))
    }
  })
}

function directions(size: number): Float64Array[] {
  if (size <= 6)
    return Array.from({ length: size }, (_, i) =>
      Float64Array.from({ length: size }, (__, j) => (i === j ? 1 : 0)),
    )
  return [1, 2, 3].map((n) => hostRandomUniform([n, 7], size).map((u) => 2 * u - 1))
}

/** The gradients of a case as a case of its own, so that their gradients are checked. */
export function gradientCase(opCase: OpCase): OpCase {
  return {
    name: `gradient of ${opCase.name}`,
    inputs: opCase.inputs,
    build(inputs) {
      const outputs = [opCase.build(inputs)].flat().filter(({ dtype }) => dtype === 'float32')
      const floats = inputs.filter(({ dtype }) => dtype === 'float32')
      // Squares, so that the gradient of a linear op is not constant.
      const loss = outputs.map((output) => sum(multiply(output, output))).reduce((a, b) => add(a, b))
      return gradients(loss, floats)
    },
  }
}
