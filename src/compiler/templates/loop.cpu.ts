import type { Node, OperationNode } from '../../graph/node.js'
import type { Tensor } from '../../graph/tensor.js'
import { GraphLowering, type GroupLowering } from '../lowerGraph.js'
import type { BufferView } from '../lowering.js'
import { lowerCopy } from './copy.cpu.js'
import { kindOf } from './kindOf.js'

/**
 * A loop op is a repeat around the launches of its body. Carries live in the buffers of the op's outputs; sequences are
 * read and written in place, by addresses that move with each iteration. Outputs that nobody reads are not computed.
 */
export function lowerLoop(node: OperationNode, lowering: GroupLowering): void {
  const { graph, length, carries, sequences, reverse } = kindOf(node, 'loop').body(node.attributes)
  const { recorder, traits, cutOf, depth } = lowering.graph
  const carryViews = node.outputs.slice(0, carries).map((output, i) => {
    const view = lowering.output(output)
    lowerCopy(lowering.input(node.inputs[i]), view, output.dtype, output.size, lowering)
    return view
  })

  const slice = (view: BufferView, elements: number): BufferView => {
    const known = [...view.strides, ...new Array<number>(depth - view.strides.length).fill(0)]
    const offset = view.offset + (reverse ? (length - 1) * elements : 0)
    return { buffer: view.buffer, offset, strides: [...known, reverse ? -elements : elements] }
  }
  const bindings = new Map<Node, BufferView>()
  graph.parameters.forEach((parameter, i) => {
    if (i < carries) bindings.set(parameter.node, carryViews[i])
    else if (i < carries + sequences)
      bindings.set(parameter.node, slice(lowering.input(node.inputs[i]), parameter.size))
    else bindings.set(parameter.node, lowering.input(node.inputs[i]))
  })
  const nextCarries = graph.results.slice(0, carries)
  const stacked = node.outputs
    .slice(carries)
    .map((output, i) => ({ output, result: graph.results[carries + i] }))
    .filter(({ output }) => lowering.graph.isUsed(output))
  const targets = stacked.map(({ output, result }) => slice(lowering.output(output), result.size))

  recorder.repeat(length, depth, () => {
    const results: Tensor[] = [...nextCarries, ...stacked.map(({ result }) => result)]
    const body = new GraphLowering(results, bindings, recorder, traits, cutOf, depth + 1)
    const inside = body.lowering('loop')
    stacked.forEach(({ result }, i) => {
      lowerCopy(body.view(result), targets[i], result.dtype, result.size, inside)
    })
    // All next carries are computed before the first old one is overwritten.
    const held = nextCarries.map((next) => {
      const view = body.view(next)
      if (![...bindings.values()].includes(view)) return view
      const copy = recorder.view(next.dtype, next.size)
      lowerCopy(view, copy, next.dtype, next.size, inside)
      return copy
    })
    held.forEach((view, i) => {
      lowerCopy(view, carryViews[i], nextCarries[i].dtype, nextCarries[i].size, inside)
    })
  })
}
