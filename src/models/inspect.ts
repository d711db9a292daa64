import type { Inspection } from '../callbacks/inspection.js'
import { getExecutor } from '../graph/executor.js'
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
import { trainingBody } from './step.js'
import { batchInputs } from './stepBatch.js'
import { feedOf } from './supply.js'

/** See `Model.inspect`. */
export async function inspectModel(model: AnyModel, given: GivenData): Promise<Inspection> {
  const compiled = model.state.requireCompiled(model.title, 'inspect')
  const data = await modelData(model, given, argumentNames)
  settle(model, compiled, data)
  await model.prepareTraining()
  model.state.random.ensureSeeded()
  const batch = feedOf(data)
  const rates = model.optimizers.map((_, i) => ({ name: `rate_${i}`, shape: [], dtype: 'float32' }) as const)
  const layers = new Set<AnyLayer>(model.layers)
  const weights = model.trainableWeights
  const outputs: { readonly layer: string; readonly tensor: Tensor }[] = []
  let slopes: readonly Tensor[] = []
  const { graph } = trace([...batchInputs(batch.types), ...rates], (...tensors) => {
    const leave = (layer: AnyLayer, given: Parameters<typeof flatTensors>[0]) => {
      if (!layers.has(layer)) return
      for (const tensor of flatTensors(given)) outputs.push({ layer: layer.name, tensor })
    }
    const { losses } = trainingBody(model, batch.types, tensors, { observer: { leave } })
    slopes = gradients(
      losses.reduce((a, b) => add(a, b)),
      weights,
    )
    return [...slopes, ...outputs.map(({ tensor }) => tensor)]
  })
  // Nothing is assigned: the step only says what it would have computed.
  const program = await (await getExecutor()).compile({ graph, assignments: new Map() })
  const results = await program.run([...batch.arrays, ...rates.map(() => new Float32Array(1))])
  const stored = ({ dtype, shape }: Tensor, i: number): StoredArray => ({ dtype, shape, data: results[i] })
  return {
    gradients: slopes.map((tensor, i) => ({ weight: weights[i], values: stored(tensor, i) })),
    activations: outputs.map(({ layer, tensor }, i) => ({
      layer,
      values: stored(tensor, slopes.length + i),
    })),
  }
}
