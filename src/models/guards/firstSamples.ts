import type { TypedArray } from '../../graph/dtype.js'
import { getExecutor } from '../../graph/executor.js'
import type { Tensor } from '../../graph/tensor.js'
import { trace } from '../../graph/trace.js'
import { type CallObserver, contextFor, inContext } from '../../layers/callContext.js'
import type { Layer } from '../../layers/layer.js'
import { flatTensors, type Tensors } from '../../layers/tensors.js'
import { pack } from '../../utils/structure.js'
import type { AnyModel } from '../model.js'
import { type ModelData, sliceData } from '../modelData.js'
import { requirePlaces } from '../places.js'
import { batchInputs } from '../stepBatch.js'
import { feedOf } from '../supply.js'

/** How many samples are looked at. */
const SAMPLES = 32

/**
 * Values on the way of the first samples through a model, in inference.
 * @param chosen which tensors, once the model gave its outputs; for none nothing is computed
 */
export async function onFirstSamples(
  model: AnyModel,
  data: ModelData,
  chosen: (outputs: readonly Tensor[]) => readonly Tensor[],
  observer?: CallObserver,
): Promise<TypedArray[]> {
  const batch = feedOf(sliceData({ ...data, y: [], weights: [] }, 0, Math.min(SAMPLES, data.samples)))
  const { graph } = trace(batchInputs(batch.types), (...tensors) => {
    const given = pack(tensors, requirePlaces(model).inputs.layout)
    const context = { ...contextFor({ training: false }), observer }
    return chosen(
      flatTensors(inContext(context, () => (model as unknown as Layer<Tensors, Tensors>).invoke(given))),
    )
  })
  if (graph.results.length === 0) return []
  const program = await (await getExecutor()).compile({ graph, assignments: new Map() })
  return program.run(batch.arrays)
}
