import type { ArrayInPlace, Inspection } from '../callbacks/inspection.js'
import { arrayOf } from '../graph/dtype.js'
import type { Tensor } from '../graph/tensor.js'
import { trace } from '../graph/trace.js'
import type { AnyLayer } from '../layers/layer.js'
import { flatTensors } from '../layers/tensors.js'
import { add } from '../ops/add.js'
import { gradients } from '../ops/gradient.js'
import type { StoredArray } from '../saving/storedArray.js'
import type { AnyModel } from './model.js'
import { argumentNames, type GivenData, modelData } from './modelData.js'
import { settle } from './settle.js'
import { type NamedTrace, trainingBody } from './step.js'
import { batchInputs } from './stepBatch.js'
import { type FeedBatch, feedOf } from './supply.js'

/** See `Model.inspect`. */
export const inspectModel = (model: AnyModel, given: GivenData): Promise<Inspection> =>
  inspectInPlace(model, given, ({ activations, gradients }) => ({
    activations: activations.map(({ layer, values }) => ({ layer, values: copied(values) })),
    gradients: gradients.map(({ weight, values }) => ({ weight, values: copied(values) })),
  }))

const copied = ({ dtype, shape, data }: ArrayInPlace): StoredArray => ({
  ...{ dtype, shape },
  data: new arrayOf[dtype](data),
})

/** See `Model.inspectInPlace`. */
export async function inspectInPlace<T>(
  model: AnyModel,
  given: GivenData,
  look: (inspection: Inspection<ArrayInPlace>) => T,
): Promise<T> {
  const compiled = model.runState.requireCompiled(model.title, 'inspect')
  const data = await modelData(model, given, argumentNames)
  await compiled.load()
  settle(model, compiled, data)
  await model.prepareTraining()
  model.runState.random.ensureSeeded()
  const batch = feedOf(data)
  const { types } = batch
  const { executable, results, keys } = await model.runState.programs.get('inspect', types, (given) =>
    traceInspection(model, given),
  )
  const inputs = [...batch.arrays, ...model.optimizers.map(() => new Float32Array(1))]
  const weights = model.trainableWeights
  return executable.runInPlace(inputs, (arrays) => {
    const values = results.map(({ dtype, shape }, i): ArrayInPlace => ({ dtype, shape, data: arrays[i] }))
    return look({
      gradients: weights.map((weight, i) => ({ weight, values: values[i] })),
      activations: keys.map((layer, i) => ({ layer, values: values[weights.length + i] })),
    })
  })
}

/** The gradient of each trainable weight, and then what the layers give, under their names. */
function traceInspection(model: AnyModel, types: FeedBatch['types']): NamedTrace {
  const rates = model.optimizers.map((_, i) => ({ name: `rate_${i}`, shape: [], dtype: 'float32' }) as const)
  const layers = new Set<AnyLayer>(model.layers)
  const outputs: { readonly layer: string; readonly tensor: Tensor }[] = []
  const { graph } = trace([...batchInputs(types), ...rates], (...tensors) => {
    const leave = (layer: AnyLayer, given: Parameters<typeof flatTensors>[0]) => {
      if (!layers.has(layer)) return
      for (const tensor of flatTensors(given)) outputs.push({ layer: layer.name, tensor })
    }
    const { losses } = trainingBody(model, types, tensors, { observer: { leave } })
    const loss = losses.reduce((a, b) => add(a, b))
    return [...gradients(loss, model.trainableWeights), ...outputs.map(({ tensor }) => tensor)]
  })
  // Nothing is assigned: the step only says what it would have computed.
  return { trace: { graph, assignments: new Map() }, keys: outputs.map(({ layer }) => layer) }
}
