import type { Logs } from '../callbacks/callback.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { testInputs, testProgram } from './evaluate.js'
import { trainInputs, trainProgram } from './fit.js'
import { logsOf } from './logs.js'
import type { AnyModel, BatchOptions } from './model.js'
import { argumentNames, modelData } from './modelData.js'
import { settle } from './settle.js'
import { feedOf } from './supply.js'

const batchOptions: OptionKeys<BatchOptions> = { sampleWeight: true, classWeight: true }

interface Samples {
  readonly x: unknown
  readonly y?: unknown
}

/** One training step: see `Model.trainOnBatch`. */
export async function trainOnBatch(model: AnyModel, samples: Samples, options: BatchOptions): Promise<Logs> {
  checkOptions(options, 'trainOnBatch', '{ classWeight: { 0: 1, 1: 10 } }', batchOptions)
  const compiled = model.runState.requireCompiled(model.title, 'trainOnBatch')
  const data = await modelData(model, { ...options, ...samples }, argumentNames)
  await compiled.load()
  const { objective } = settle(model, compiled, data)
  await model.prepareTraining()
  model.runState.random.ensureSeeded()
  model.resetMetrics()
  const batch = feedOf(data)
  const { executable, keys } = await trainProgram(model, batch)
  const [[health], ...values] = await executable.run(trainInputs(model.optimizers, batch))
  if (health !== 1 && compiled.guards.nonFinite) {
    const { explainFailure } = await import('./onDemand.js')
    throw await explainFailure(model, batch)
  }
  return logsOf(keys, values, objective.trackers)
}

/** The loss and metrics of one batch: see `Model.testOnBatch`. */
export async function testOnBatch(model: AnyModel, samples: Samples, options: BatchOptions): Promise<Logs> {
  checkOptions(options, 'testOnBatch', '{ sampleWeight }', { ...batchOptions, classWeight: false })
  const compiled = model.runState.requireCompiled(model.title, 'testOnBatch')
  const data = await modelData(model, { ...options, ...samples }, argumentNames)
  await compiled.load()
  const { objective } = settle(model, compiled, data)
  model.resetMetrics()
  const batch = feedOf(data)
  const { executable, keys } = await testProgram(model, batch)
  return logsOf(keys, await executable.run(testInputs(batch)), objective.trackers)
}
