import type { Tensor } from '../graph/tensor.js'
import { type AnyModel, type Model, serialize } from '../models/index.js'
import { compareAll, type Measurement } from './compare.js'
import { asGradus } from './gradusSide.js'
import { HostTensor } from './hostTensor.js'
import type { Settings } from './kerasObject.js'
import type { KerasPeer, Precision } from './kerasPeer.js'
import { floats } from './samples.js'

/** Steps of a run. */
export const runSteps = 50

/** How far the losses of a run may be from each other. */
const limit = 1e-3

/** A model with what it is trained on. */
export interface RunComparison {
  /** Built and compiled; as small as can be. */
  readonly model: AnyModel
  /** The same arguments of `compile` in Keras. */
  readonly compile: Settings
  /** As many rows as all steps take, one batch behind the other; a list for several inputs. */
  readonly x: HostTensor | readonly HostTensor[]
  readonly y: HostTensor | readonly HostTensor[]
}

interface Reply {
  readonly losses: HostTensor
}

/**
 * Trains a model in both, from the same weights and on the same batches, and compares the loss of each step. Keras makes
 * its model from the config that Gradus writes.
 */
export async function compareRun(peer: KerasPeer, run: RunComparison): Promise<Measurement[]> {
  const { model, compile, x, y } = run
  const weights = await weightsOf(model)
  const ask = (precision: Precision) =>
    peer.ask<Reply>('train', { model: serialize(model), compile, weights, x, y, steps: runSteps }, precision)
  const { losses: keras } = await ask('float32')
  const gradus = floats([runSteps], new Float32Array(runSteps))
  for (let step = 0; step < runSteps; step++) {
    const { loss } = await (model as unknown as Model).trainOnBatch(batchOf(x, step), batchOf(y, step))
    gradus.data[step] = loss
  }
  const arbiter = async () => ({ losses: (await ask('float64')).losses })
  const [measured] = await compareAll({ losses: gradus }, { losses: keras }, arbiter, limit)
  return [
    { ...measured, what: `losses of ${runSteps} steps`, curves: { gradus: gradus.data, keras: keras.data } },
  ]
}

/** A model's weights on the host. */
export const weightsOf = (model: AnyModel): Promise<HostTensor[]> =>
  Promise.all(model.weights.map(async (weight) => floats(weight.shape, await weight.data())))

/** The rows of a step, as a user gives them. */
function batchOf(data: HostTensor | readonly HostTensor[], step: number): Tensor {
  // A list of tensors where the model has several inputs or outputs, which the type of one model cannot say.
  if (!(data instanceof HostTensor)) return data.map((each) => batchOf(each, step)) as unknown as Tensor
  const rows = data.shape[0] / runSteps
  const size = data.data.length / runSteps
  const part = data.data.slice(step * size, (step + 1) * size)
  return asGradus(new HostTensor(data.dtype, [rows, ...data.shape.slice(1)], part))
}
