import { bytesPerElement } from '../graph/dtype.js'
import { freshNodeId, type OperationNode } from '../graph/node.js'
import type { KindName } from '../graph/op.js'
import { sizeOf } from '../graph/shape.js'
import { trace } from '../graph/trace.js'
import { contextFor, inContext } from '../layers/callContext.js'
import type { AnyLayer, Layer } from '../layers/layer.js'
import { flatTensors, type Tensors } from '../layers/tensors.js'
import { pack } from '../utils/structure.js'
import type { AnyModel } from './model.js'
import { requirePlaces } from './places.js'

/** The elements of a node's first output. */
const outputSize = ({ outputs: [output] }: OperationNode): number => sizeOf(output.shape)
const inputSize = ({ inputs: [input] }: OperationNode): number => sizeOf(input.shape)

/** Floating-point operations of a node, by the kind of its op. */
const flopsOf: Record<KindName, (node: OperationNode) => number> = {
  elementwise: outputSize,
  contraction: (node) => {
    const { kind } = node.op
    if (kind.kind !== 'contraction') return 0
    const { shape } = node.inputs[0]
    return 2 * outputSize(node) * (shape.at(kind.transposes(node.attributes).a ? -2 : -1) ?? 1)
  },
  convolution: (node) => {
    // Each output of a forward convolution sums up one filter; the kernel is `[...kernelSize, channels / groups, filters]`.
    const kernel = node.inputs[1].shape
    return 2 * outputSize(node) * sizeOf(kernel.slice(0, -1))
  },
  window: (node) => {
    const { kind } = node.op
    return kind.kind === 'window' ? outputSize(node) * sizeOf(kind.geometry(node.attributes).size) : 0
  },
  reduction: inputSize,
  movement: () => 0,
  gather: () => 0,
  scatter: (node) => sizeOf(node.inputs[2].shape),
  prefixScan: outputSize,
  sort: (node) => Math.round(outputSize(node) * Math.log2(Math.max(2, node.inputs[0].shape.at(-1) ?? 1))),
  random: outputSize,
  loop: (node) => {
    const { kind } = node.op
    if (kind.kind !== 'loop') return 0
    const { graph, length } = kind.body(node.attributes)
    return (
      length * graph.nodes().reduce((total, each) => total + (each.type === 'operation' ? flops(each) : 0), 0)
    )
  },
}

const flops = (node: OperationNode): number => flopsOf[node.op.kind.kind](node)

/** What one sample costs in a layer. */
export interface LayerCost {
  /**
   * Floating-point operations in inference: 2 for each multiplication and addition of matrix products and convolutions, 1 for
   * each element of other ops, none for moving data.
   */
  readonly flops: number
  /** Bytes of the outputs. */
  readonly bytes: number
}

/** What one sample costs in each layer of a model that is built, those inside others too; shared layers count each call. */
export function layerCosts(model: AnyModel): ReadonlyMap<AnyLayer, LayerCost> {
  const { inputs } = requirePlaces(model)
  const spans: { readonly layer: AnyLayer; readonly begin: number; end: number; bytes: number }[] = []
  const entered: typeof spans = []
  const observer = {
    enter(layer: AnyLayer) {
      const span = { layer, begin: freshNodeId(), end: 0, bytes: 0 }
      spans.push(span)
      entered.push(span)
    },
    leave(_layer: AnyLayer, outputs: Tensors) {
      const span = entered.pop()
      if (!span) return
      span.end = freshNodeId()
      span.bytes = flatTensors(outputs).reduce(
        (total, { size, dtype }) => total + size * bytesPerElement[dtype],
        0,
      )
    },
  }
  const placeholders = inputs.shapes.map((shape, i) => ({
    name: `input_${i}`,
    shape: [1, ...shape.slice(1).map((size) => size ?? 1)],
    dtype: 'float32' as const,
  }))
  const { graph } = trace(placeholders, (...tensors) => {
    const context = { ...contextFor({ training: false }), observer }
    const run = () => (model as unknown as Layer<Tensors, Tensors>).invoke(pack(tensors, inputs.layout))
    return flatTensors(inContext(context, run))
  })
  const operations = graph.nodes().filter((node) => node.type === 'operation')
  const costs = new Map<AnyLayer, LayerCost>()
  for (const { layer, begin, end, bytes } of spans) {
    const before = costs.get(layer) ?? { flops: 0, bytes: 0 }
    const inside = operations.filter(({ id }) => id > begin && id < end)
    costs.set(layer, {
      flops: before.flops + inside.reduce((total, node) => total + flops(node), 0),
      bytes: before.bytes + bytes,
    })
  }
  return costs
}
