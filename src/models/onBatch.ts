import type { Logs } from '../callbacks/callback.js'
import { testInputs, testProgram } from './evaluate.js'
import { trainInputs, trainProgram } from './fit.js'
import { explainFailure } from './guards/nonFinite.js'
import { logsOf } from './logs.js'
import type { AnyModel } from './model.js'
import { argumentNames, type GivenData, modelData } from './modelData.js'
import { settle } from './settle.js'
import { feedOf } from './supply.js'

/** One training step: see `Model.trainOnBatch`. */
export async function trainOnBatch(model: AnyModel, given: GivenData): Promise<Logs> {
  const compiled = model.state.requireCompiled(model.title, 'trainOnBatch')
  const data = await modelData(model, given, argumentNames)
  const { objective } = settle(model, compiled, data)
  await model.prepareTraining()
  model.state.random.ensureSeeded()
  model.resetMetrics()
  const batch = feedOf(data)
  const { executable, keys } = await trainProgram(model, batch)
  const [[health], ...values] = await executable.run(trainInputs(model.optimizers, batch))
  if (health !== 1 && compiled.guards.nonFinite) throw await explainFailure(model, batch)
  return logsOf(keys, values, objective.trackers)
}

/** The loss and metrics of one batch: see `Model.testOnBatch`. */
export async function testOnBatch(model: AnyModel, given: GivenData): Promise<Logs> {
  const compiled = model.state.requireCompiled(model.title, 'testOnBatch')
  const data = await modelData(model, given, argumentNames)
  const { objective } = settle(model, compiled, data)
  model.resetMetrics()
  const batch = feedOf(data)
  const { executable, keys } = await testProgram(model, batch)
  return logsOf(keys, await executable.run(testInputs(batch)), objective.trackers)
}
