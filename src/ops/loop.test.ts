import { describe, expect, it } from 'vitest'
import { ArgumentError, ShapeError, StateError } from '../errors.js'
import { canonicalize } from '../graph/canonical.js'
import { Graph, reachable } from '../graph/graph.js'
import type { Tensor } from '../graph/tensor.js'
import { Variable } from '../graph/variable.js'
import { expectClose } from '../testing/opTest.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { gradients } from './gradient.js'
import * as ops from './index.js'

const kernel = new Variable([0.5, -0.3, 0.2, 0.7], [2, 2])

const step = (h: Tensor, x: Tensor): Tensor => ops.tanh(ops.add(ops.matmul(h, kernel.value()), x))

/** The sum of all states of a recurrent layer, as a loop and written out. */
function looped(x: Tensor): Tensor {
  const { carries, outputs } = ops.loop({ initial: [ops.ones([1, 2])], sequences: [x] }, ([h], [slice]) => {
    const next = step(h, slice)
    return { carries: [next], outputs: [next] }
  })
  return ops.add(ops.sum(outputs[0]), ops.sum(ops.square(carries[0])))
}

function unrolled(x: Tensor): Tensor {
  let [h, total]: Tensor[] = [ops.ones([1, 2]), ops.scalar(0)]
  for (const slice of ops.split(x, x.shape[0])) {
    h = step(h, ops.squeeze(slice, 0))
    total = ops.add(total, ops.sum(h))
  }
  return ops.add(total, ops.sum(ops.square(h)))
}

describe('loop', () => {
  it('is what its steps written out are, with the same gradients for sequences and captured variables', () => {
    const x = ops.tensor([1, -2, 0.5, 0.3, -1, 0.8], { shape: [3, 1, 2] })
    const [a, b] = [looped, unrolled].map((f) => {
      const value = f(x)
      return [value, ...gradients(value, [x, kernel])].map(referenceValues)
    })
    a.forEach((values, i) => expectClose(values, b[i], 1e-12))
  })

  it('has a graph whose size does not depend on its length', () => {
    const size = (time: number) => {
      const x = ops.zeros([time, 1, 2])
      return reachable(gradients(looped(x), [kernel])).length
    }
    expect(size(1000)).toBe(size(3))
  })

  it('hands its body outside values as parameters, one for all readings of a variable', () => {
    const { carries } = ops.loop({ initial: [ops.ones([2, 2])], length: 2 }, ([h]) => ({
      carries: [ops.add(ops.matmul(h, kernel.value()), kernel.value())],
    }))
    const { node } = carries[0]
    if (node.type !== 'operation' || node.op.kind.kind !== 'loop') throw new Error('not a loop')
    const { graph } = node.op.kind.body(node.attributes)
    const leaves = graph.nodes().filter(({ type }) => type === 'variable')
    expect(leaves).toEqual([])
    expect(graph.parameters.length).toBe(2)
    expect(node.inputs[1].node).toMatchObject({ type: 'variable', variable: kernel })
  })

  it('gives its body the position of the slices, also when reversed', () => {
    const positions = (reverse: boolean) =>
      ops.loop({ initial: [], length: 3, reverse }, (_, __, index) => ({ carries: [], outputs: [index] }))
        .outputs[0]
    const order = (reverse: boolean) =>
      ops.loop({ initial: [0], length: 3, reverse }, ([code], _, index) => ({
        carries: [ops.add(ops.multiply(code, 10), ops.cast(index, 'float32'))],
      })).carries[0]
    expect(referenceValues(positions(true))).toEqual([0, 1, 2])
    expect(referenceValues(order(false))).toEqual([12])
    expect(referenceValues(order(true))).toEqual([210])
  })

  it('refuses carries that change, sequences of other lengths, and no length at all', () => {
    const x = ops.zeros([3, 2])
    const grow = () =>
      ops.loop({ initial: [x], length: 2 }, ([h]) => ({ carries: [ops.concatenate([h, h])] }))
    expect(grow).toThrow(ShapeError)
    expect(grow).toThrow('carry 0 must stay')
    expect(() => ops.loop({ initial: [x], length: 2 }, () => ({ carries: [] }))).toThrow(ArgumentError)
    expect(() => ops.loop({ initial: [], sequences: [x], length: 2 }, () => ({ carries: [] }))).toThrow(
      ShapeError,
    )
    expect(() => ops.loop({ initial: [x] }, ([h]) => ({ carries: [h] }))).toThrow('expected a length')
  })

  it('refuses bodies that return no lists', () => {
    const run = (body: unknown) => () =>
      ops.loop({ initial: [0], length: 2 }, body as Parameters<typeof ops.loop>[1])
    const cases: readonly (readonly [body: unknown, received: string])[] = [
      [() => undefined, 'undefined'],
      [([h]: Tensor[]) => [h], '[Tensor(float32 [])]'],
      [([h]: Tensor[]) => ({ outputs: [h] }), '{ outputs: [Tensor(float32 [])] }'],
      [([h]: Tensor[]) => ({ carries: h }), '{ carries: Tensor(float32 []) }'],
      [([h]: Tensor[]) => ({ carries: [h], outputs: h }), 'outputs: Tensor(float32 [])'],
      [async ([h]: Tensor[]) => ({ carries: [h] }), 'a Promise (is await missing?)'],
    ]
    for (const [body, received] of cases) {
      expect(run(body)).toThrow(ArgumentError)
      expect(run(body)).toThrow('expected the body to return { carries: [...] }')
      expect(run(body)).toThrow(received)
    }
    expect(() => ops.loop({ initial: 0 as never, length: 2 }, ([h]) => ({ carries: [h] }))).toThrow(
      'expected initial as a list of tensors, received 0.',
    )
  })

  it('keeps the values of its body to itself', () => {
    const leaked: Tensor[] = []
    ops.loop({ initial: [0], length: 2 }, ([h]) => {
      leaked.push(h, ops.add(h, 1))
      return { carries: [h] }
    })
    for (const value of leaked) {
      const reading = () => canonicalize({ graph: new Graph([], [value]), assignments: new Map() })
      expect(reading).toThrow(StateError)
      expect(reading).toThrow("'carry0' is a value inside a loop")
    }
  })
})
