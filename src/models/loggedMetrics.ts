import type { LoggedMetric } from '../callbacks/callback.js'
import { sizeOf } from '../graph/shape.js'
import { testProgram } from './evaluate.js'
import { trainProgram } from './fit.js'
import type { AnyModel } from './model.js'
import type { CompiledStep } from './programCache.js'
import type { Supplies } from './trainingSupply.js'

/**
 * The numbers that the logs of an epoch will have: those of training, of training evaluated again, and of validation. They are read off
 * the steps themselves, which may be a user's own and are compiled for it.
 */
export async function loggedMetrics(model: AnyModel, supplies: Supplies): Promise<LoggedMetric[]> {
  const { train, trainAgain, validation } = supplies
  const metrics = numbersOf(model, await trainProgram(model, await train.form()))
  for (const [prefix, supply] of [
    ['train_', trainAgain],
    ['val_', validation],
  ] as const) {
    if (!supply) continue
    const measured = numbersOf(model, await testProgram(model, await supply.form()))
    metrics.push(...measured.map(({ key, direction }) => ({ key: `${prefix}${key}`, direction })))
  }
  return metrics
}

/** What a step logs as a number, with the direction of the metric behind it. */
function numbersOf(model: AnyModel, { keys, results }: CompiledStep): LoggedMetric[] {
  const trackers = model.runState.compiled?.objective?.trackers ?? []
  const types = results.slice(results.length - keys.length)
  return keys.flatMap((key, i): LoggedMetric[] => {
    const tracked = trackers.find((tracker) => tracker.key === key)?.metric
    const size = sizeOf(types[i].shape)
    // A matrix has no number that stands for it.
    if (size > 1 && tracked && tracked.logValue(new Float32Array(size)) === undefined) return []
    const metric = tracked ?? model.metrics.find(({ name }) => name === key)
    return [{ key, direction: metric?.direction ?? (key === 'loss' ? 'down' : undefined) }]
  })
}
