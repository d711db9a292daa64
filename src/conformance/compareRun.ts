import { type AnyModel, type Model, serialize } from '../models/index.js'
import { batchOf, type HostData } from './batches.js'
import { compareAll, type Measurement } from './compare.js'
import type { HostTensor } from './hostTensor.js'
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
  readonly x: HostData
  readonly y: HostData
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
    const { loss } = await (model as unknown as Model).trainOnBatch(
      batchOf(x, step, runSteps),
      batchOf(y, step, runSteps),
    )
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
