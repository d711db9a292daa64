import type { DataInput } from './dataSource.js'
import { checkFinite, trainProgram } from './fit.js'
import type { Logs } from './listener.js'
import { logsOf } from './logs.js'
import type { Model } from './model.js'
import { labeledData, settleObjective } from './trainingData.js'

/** One training step: see `Model.trainOnBatch`. */
export async function trainOnBatch(model: Model, x: DataInput, y: DataInput): Promise<Logs> {
  const compiled = model.state.requireCompiled(model.title, 'trainOnBatch')
  const train = await labeledData(model, x, y, { x: 'x', y: 'y' })
  const objective = settleObjective(model, compiled, train)
  compiled.optimizer.build(model.trainableWeights)
  await compiled.optimizer.synchronize()
  model.state.random.ensureSeeded()
  compiled.resetMetrics()
  const { executable } = await trainProgram({ model, compiled, objective, train }, train.x.samples)
  const rate = new Float32Array([compiled.optimizer.takeLearningRate()])
  const [batchLoss, ...values] = await executable.run([train.x.data, train.y.data, rate])
  checkFinite(batchLoss[0], model)
  return logsOf(objective.trackers, values)
}
