import { InternalError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { trace } from '../graph/trace.js'
import { contextFor, inContext } from '../layers/callContext.js'
import type { Layer } from '../layers/layer.js'
import { flatTensors, type Tensors } from '../layers/tensors.js'
import { pack } from '../utils/structure.js'
import type { AnyModel } from './model.js'
import { requirePlaces } from './places.js'
import { batchInputs, type FeedType, LossSum } from './stepBatch.js'

/** What a model does with a batch, seen without computing anything. */
export interface Probe {
  /** The types of the inputs. */
  readonly types: readonly FeedType[]
  /** The outputs, in inference. */
  readonly outputs: readonly Tensor[]
  /** Whether a layer adds a term to the loss that may depend on samples that are padding. */
  readonly addsCoupledLosses: boolean
}

/** Traces a model on inputs of these types. */
export function probe(model: AnyModel, types: readonly FeedType[]): Probe {
  const losses = new LossSum()
  let outputs: Tensor[] | undefined
  trace(batchInputs({ x: types, y: [], weights: [] }), (...tensors) => {
    const given = pack(tensors, requirePlaces(model).inputs.layout)
    const context = { ...contextFor({ training: false }), losses }
    outputs = flatTensors(
      inContext(context, () => (model as unknown as Layer<Tensors, Tensors>).invoke(given)),
    )
    return outputs
  })
  if (!outputs) throw new InternalError(`${model.title} gave no outputs`)
  return { types, outputs, addsCoupledLosses: losses.dependsOnPadding }
}
