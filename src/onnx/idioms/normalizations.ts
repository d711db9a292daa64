import { type OperationNode, parameter } from '../../graph/node.js'
import { sizeOf } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import { BatchNormalization } from '../../layers/normalization/batchNormalization.js'
import { LayerNormalization } from '../../layers/normalization/layerNormalization.js'
import type { ScaledNormalization } from '../../layers/normalization/scaledNormalization.js'
import { ones, zeros } from '../../ops/tensor.js'
import type { Idiom } from '../planner.js'
import { orderedView, ownOrder, plainView } from '../view.js'
import { type Bindings, boundTo, literalsIn, match, nearby } from './match.js'

/** How many ops lie between the end of a normalisation and its epsilon. */
const reach = 8

/** The settings in which normalisations of one shape differ. */
function* settingsNear(node: OperationNode) {
  const around = nearby(node, reach)
  const ends = node.op.name === 'add' ? [true] : node.op.name === 'multiply' ? [false] : []
  if (ends.length === 0 || !around.some(({ op }) => op.name === 'rsqrt')) return
  const epsilons = literalsIn(around).filter((value) => value > 0 && value < 1)
  for (const epsilon of epsilons) {
    for (const center of ends) {
      for (const scale of [true, false]) yield { epsilon, center, scale, name: 'pattern' }
    }
  }
}

/** The size of the largest weight that may belong to a normalisation: a pattern is not made for larger ones. */
const largestNear = (node: OperationNode): number =>
  Math.max(
    0,
    ...nearby(node, reach).flatMap(({ inputs }) =>
      inputs.flatMap((each) => (each.node.type === 'variable' ? [each.size] : [])),
    ),
  )

/** What a layer is bound to in a graph, if the node is the end of what it computes. */
function bound(layer: ScaledNormalization, output: Tensor): { x: Tensor; bindings: Bindings } | undefined {
  const x = parameter('x', output)
  const bindings = match(layer.invoke(x), output)
  const input = bindings?.get(x.node)
  return bindings && input ? { x: input, bindings } : undefined
}

/** Batch normalisation with moving statistics, as `BatchNormalization`, whose features come behind the samples. */
export function batchNormalization(node: OperationNode): Idiom | undefined {
  const [output] = node.outputs
  for (const settings of settingsNear(node)) {
    for (let axis = output.rank - 1; axis > 0; axis--) {
      const layer = new BatchNormalization({ ...settings, axis })
      const found = bound(layer, output)
      if (!found) continue
      const sizes = [output.shape[axis]]
      const statistics = [layer.movingMean, layer.movingVariance].flatMap(
        (weight) => boundTo(weight, found.bindings) ?? [],
      )
      const scale = boundTo(layer.gamma, found.bindings) ?? ones(sizes)
      const shift = boundTo(layer.beta, found.bindings) ?? zeros(sizes)
      const order = [0, axis, ...ownOrder(output.rank).filter((each) => each !== 0 && each !== axis)]
      return {
        inputs: [found.x, scale, shift, ...statistics],
        write([view, ...weights], graph) {
          const values = [graph.value(view, order), ...weights.map((weight) => graph.value(weight))]
          const type = { dtype: output.dtype, sizes: order.map((each) => output.shape[each]) }
          const name = graph.one('BatchNormalization', values, type, { epsilon: { float: settings.epsilon } })
          return [orderedView({ name, graph }, output, order)]
        },
      }
    }
  }
  return undefined
}

/** Normalisation over the last axes of each sample. */
export function layerNormalization(node: OperationNode): Idiom | undefined {
  const [output] = node.outputs
  for (const settings of settingsNear(node)) {
    for (let axis = output.rank - 1; axis > 0; axis--) {
      const axes = ownOrder(output.rank).slice(axis)
      const sizes = output.shape.slice(axis)
      if ((settings.center || settings.scale) && sizeOf(sizes) > largestNear(node)) continue
      const layer = new LayerNormalization({ ...settings, axis: axes })
      const found = bound(layer, output)
      if (!found) continue
      const scale = boundTo(layer.gamma, found.bindings) ?? ones(sizes)
      const shift = boundTo(layer.beta, found.bindings) ?? zeros(sizes)
      return {
        inputs: [found.x, scale, shift],
        write(views, graph) {
          const attributes = { axis, epsilon: { float: settings.epsilon } }
          const type = { dtype: output.dtype, sizes: output.shape }
          const values = views.map((view) => graph.value(view))
          const name = graph.one('LayerNormalization', values, type, attributes)
          return [plainView({ name, graph }, output.shape, output.dtype)]
        },
      }
    }
  }
  return undefined
}
