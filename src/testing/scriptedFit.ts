import type { CallbackLike, History, Logs } from '../callbacks/index.js'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import { type FitOptions, type Sequential, sequential } from '../models/index.js'
import * as optimizers from '../optimizers/index.js'

/** What a scripted run has to show. */
export interface ScriptedRun {
  readonly history: History
  readonly model: Sequential
  /** The learning rate of each epoch. */
  readonly rates: readonly number[]
  /** The model's one weight in the end. */
  readonly weight: number
}

/**
 * Trains a model of one weight, with the learning rate 1, that learns nothing: after each epoch its logs are those of the script, and its
 * weight is the number of the epoch, counted from 1. The callbacks see that. Its logs have `loss`, `mae`, `binary_accuracy` and those of
 * validation.
 * @param rows what stands in the logs of each epoch
 */
export async function scriptedFit(
  callbacks: readonly CallbackLike[],
  rows: readonly Logs[],
  options: FitOptions<Tensor, Tensor> = {},
): Promise<ScriptedRun> {
  const model = sequential([layers.input([1]), layers.dense(1, { useBias: false })])
  const optimizer = optimizers.sgd({ learningRate: 1 })
  model.compile({ loss: 'mse', metrics: ['mae', 'binary_accuracy'], optimizer })
  const rates: number[] = []
  const script: CallbackLike = {
    onEpochEnd(epoch, logs) {
      Object.assign(logs, rows[epoch])
      model.weights[0].write([epoch + 1])
    },
  }
  const recorder: CallbackLike = { onTrainBatchEnd: () => void rates.push(optimizer.learningRate) }
  const zeros = [[0]]
  const history = await model.fit(zeros, zeros, {
    epochs: rows.length,
    validationData: [zeros, zeros],
    verbose: 0,
    ...options,
    callbacks: [script, ...callbacks, recorder],
  })
  const [weight] = await model.weights[0].data()
  return { history, model, rates, weight }
}
