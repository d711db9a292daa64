import { afterAll, beforeAll, describe, it } from 'vitest'
import type { Executor } from '../graph/executor.js'
import { createExecutor } from '../runtime/createExecutor.js'
import { expectClose } from '../testing/opTest.js'
import { walk } from '../testing/walkOptimizer.js'
import * as optimizers from './index.js'
import type { OptimizerOptions } from './options.js'

const makers = {
  adadelta: (options: OptimizerOptions) => optimizers.adadelta(options),
  adafactor: (options: OptimizerOptions) => optimizers.adafactor(options),
  adagrad: (options: OptimizerOptions) => optimizers.adagrad(options),
  adam: (options: OptimizerOptions) => optimizers.adam({ ...options, amsgrad: true }),
  adamax: (options: OptimizerOptions) => optimizers.adamax(options),
  adamw: (options: OptimizerOptions) => optimizers.adamw(options),
  ftrl: (options: OptimizerOptions) => optimizers.ftrl({ ...options, l1RegularizationStrength: 0.01 }),
  lamb: (options: OptimizerOptions) => optimizers.lamb(options),
  lion: (options: OptimizerOptions) => optimizers.lion(options),
  muon: (options: OptimizerOptions) => optimizers.muon(options),
  nadam: (options: OptimizerOptions) => optimizers.nadam(options),
  rmsprop: (options: OptimizerOptions) =>
    optimizers.rmsprop({ ...options, momentum: 0.5, epsilon: 0.01, centered: true }),
  scheduleFreeAdamw: (options: OptimizerOptions) => optimizers.scheduleFreeAdamw(options),
  sgd: (options: OptimizerOptions) => optimizers.sgd({ ...options, momentum: 0.9, nesterov: true }),
}

const variants: readonly (readonly [string, OptimizerOptions])[] = [
  ['plain', { learningRate: 0.02 }],
  [
    'with all that is common',
    {
      learningRate: optimizers.schedules.exponentialDecay(0.05, 4, 0.5),
      weightDecay: 0.1,
      globalClipnorm: 3,
      useEma: true,
      emaMomentum: 0.5,
      emaOverwriteFrequency: 2,
      lossScaleFactor: 8,
      gradientAccumulationSteps: 2,
    },
  ],
]

describe('optimizers on WebAssembly follow the float64 reference', () => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor({ target: 'wasm', threads: 2 })
  })
  afterAll(() => executor.close())

  const cases = Object.entries(makers).flatMap(([name, make]) =>
    variants.map(([variant, options]) => [name, variant, make, options] as const),
  )
  it.each(cases)('%s, %s', async (_, __, make, options) => {
    const shape = [19, 5]
    const expected = await walk(make(options), { shape, steps: 10 })
    const received = await walk(make(options), { shape, steps: 10, executor })
    received.forEach((weight, step) => expectClose(weight, expected[step], 1e-5))
  })
})
