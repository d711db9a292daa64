import type { ScheduleFunction } from '../../schedules/index.js'
import type { Configurable } from '../../utils/config.js'
import { compareAll } from '../compare.js'
import { compareConfigs } from '../configs.js'
import { makeObject } from '../gradusSide.js'
import type { HostTensor } from '../hostTensor.js'
import { describe, KerasObject, type Settings } from '../kerasObject.js'
import type { Precision } from '../kerasPeer.js'
import { floats, integers } from '../samples.js'
import type { ConformanceCase, Suite } from '../suite.js'

/** Steps at which rates are compared. */
const count = 200
const steps = Int32Array.from({ length: count }, (_, step) => step)

interface Reply {
  readonly values: HostTensor
}

function scheduleCase(name: string, settings: Settings): ConformanceCase {
  return {
    entries: [`optimizers.schedules.${name}`],
    name: describe(name, settings),
    run: async (peer) => {
      const keras = new KerasObject(`optimizers.schedules.${name}`, settings)
      const schedule = makeObject(keras) as ScheduleFunction & Configurable
      const ask = (precision: Precision) =>
        peer.ask<Reply>('schedule', { schedule: keras, steps: integers([count], steps) }, precision)
      const reply = await ask('float32')
      const rates = floats(
        [count],
        Float32Array.from(steps, (step) => schedule(step)),
      )
      const measured = await compareAll({ rates }, { rates: reply.values }, async () => ({
        rates: (await ask('float64')).values,
      }))
      return [...measured, await compareConfigs(peer, keras, schedule)]
    },
  }
}

const start = { initial_learning_rate: 0.1 }

const schedules: readonly (readonly [name: string, ...settings: Settings[]])[] = [
  [
    'ExponentialDecay',
    { ...start, decay_steps: 30, decay_rate: 0.1 },
    { ...start, decay_steps: 30, decay_rate: 0.5, staircase: true },
  ],
  [
    'InverseTimeDecay',
    { ...start, decay_steps: 30, decay_rate: 1 },
    { ...start, decay_steps: 30, decay_rate: 0.5, staircase: true },
  ],
  ['PiecewiseConstantDecay', { boundaries: [20, 50, 120], values: [0.1, 0.05, 0.01, 0.001] }],
  [
    'PolynomialDecay',
    { ...start, decay_steps: 60 },
    { ...start, decay_steps: 60, end_learning_rate: 0.01, power: 2 },
    { ...start, decay_steps: 60, end_learning_rate: 0.01, power: 0.5, cycle: true },
  ],
  [
    'CosineDecay',
    { ...start, decay_steps: 100 },
    { ...start, decay_steps: 100, alpha: 0.1 },
    { initial_learning_rate: 0.01, decay_steps: 100, warmup_target: 0.2, warmup_steps: 40 },
  ],
  [
    'CosineDecayRestarts',
    { ...start, first_decay_steps: 30 },
    { ...start, first_decay_steps: 25, t_mul: 1.5, m_mul: 0.8, alpha: 0.05 },
    { ...start, first_decay_steps: 40, t_mul: 1 },
  ],
]

export const scheduleSuite: Suite = {
  name: 'optimizers.schedules',
  cases: schedules.flatMap(([name, ...given]) => given.map((settings) => scheduleCase(name, settings))),
}
