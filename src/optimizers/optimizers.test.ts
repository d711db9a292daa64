import { describe, expect, it } from 'vitest'
import { walk } from '../testing/walkOptimizer.js'
import { getOptimizer, type OptimizerLike, serializeOptimizer } from './get.js'
import * as optimizers from './index.js'

/** One of each, with options that are not the defaults, and Keras's config of it apart from what all have. */
const all: readonly (readonly [optimizers.Optimizer, Record<string, unknown>])[] = [
  [optimizers.adadelta({ rho: 0.9 }), { rho: 0.9, epsilon: 1e-7 }],
  [
    optimizers.adafactor({ beta2Decay: -0.7, epsilon1: 1e-20, relativeStep: false }),
    { beta_2_decay: -0.7, epsilon_1: 1e-20, epsilon_2: 0.001, clip_threshold: 1, relative_step: false },
  ],
  [optimizers.adagrad({ initialAccumulatorValue: 0.2 }), { initial_accumulator_value: 0.2, epsilon: 1e-7 }],
  [
    optimizers.adam({ beta1: 0.5, amsgrad: true }),
    { beta_1: 0.5, beta_2: 0.999, epsilon: 1e-7, amsgrad: true },
  ],
  [
    optimizers.adamw({ beta2: 0.5 }),
    { beta_1: 0.9, beta_2: 0.5, epsilon: 1e-7, amsgrad: false, weight_decay: 0.004 },
  ],
  [optimizers.adamax({ beta2: 0.5 }), { beta_1: 0.9, beta_2: 0.5, epsilon: 1e-7 }],
  [
    optimizers.ftrl({ l1RegularizationStrength: 0.1, learningRatePower: -0.4 }),
    {
      learning_rate_power: -0.4,
      initial_accumulator_value: 0.1,
      l1_regularization_strength: 0.1,
      l2_regularization_strength: 0,
      l2_shrinkage_regularization_strength: 0,
      beta: 0,
    },
  ],
  [optimizers.lamb({ epsilon: 1e-5 }), { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-5 }],
  [optimizers.lion({ beta2: 0.5 }), { beta_1: 0.9, beta_2: 0.5 }],
  [
    optimizers.muon({ adamBeta1: 0.8, excludeLayers: ['head'], nsSteps: 4 }),
    {
      adam_beta_1: 0.8,
      adam_beta_2: 0.999,
      epsilon: 1e-7,
      exclude_layers: ['head'],
      muon_a: 3.4445,
      muon_b: -4.775,
      muon_c: 2.0315,
      adam_lr_ratio: 1,
      momentum: 0.95,
      ns_steps: 4,
      nesterov: true,
      exclude_embeddings: true,
      adam_weight_decay: 0.004,
      rms_rate: 0.2,
      weight_decay: 0.004,
    },
  ],
  [optimizers.nadam({ beta1: 0.5 }), { beta_1: 0.5, beta_2: 0.999, epsilon: 1e-7 }],
  [
    optimizers.rmsprop({ centered: true, momentum: 0.1 }),
    { rho: 0.9, momentum: 0.1, epsilon: 1e-7, centered: true },
  ],
  [
    optimizers.scheduleFreeAdamw({ warmupSteps: 7 }),
    { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, warmup_steps: 7, learning_rate: 0.0025 },
  ],
  [optimizers.sgd({ momentum: 0.9, nesterov: true }), { momentum: 0.9, nesterov: true, learning_rate: 0.01 }],
]
const named = all.map(([optimizer, config]) => [optimizer.className, optimizer, config] as const)

const common = {
  learning_rate: 0.001,
  weight_decay: null,
  clipnorm: null,
  global_clipnorm: null,
  clipvalue: null,
  use_ema: false,
  ema_momentum: 0.99,
  ema_overwrite_frequency: null,
  loss_scale_factor: null,
  gradient_accumulation_steps: null,
}

describe('configs', () => {
  it.each(named)("of %s are Keras's", (_, optimizer, config) => {
    expect(optimizer.getConfig()).toEqual({ name: optimizer.name, ...common, ...config })
  })

  it.each(named)('bring %s back', (_, optimizer) => {
    const again = getOptimizer(JSON.parse(JSON.stringify(serializeOptimizer(optimizer))))
    expect(again.constructor).toBe(optimizer.constructor)
    expect(again.getConfig()).toEqual(optimizer.getConfig())
  })

  it('carry common options and schedules', () => {
    const optimizer = optimizers.adam({
      learningRate: optimizers.schedules.exponentialDecay(0.1, 100, 0.9),
      name: 'mine',
      weightDecay: 0.1,
      globalClipnorm: 2,
      useEma: true,
      emaMomentum: 0.5,
      emaOverwriteFrequency: 3,
      lossScaleFactor: 8,
      gradientAccumulationSteps: 4,
    })
    expect(optimizer.getConfig()).toMatchObject({
      name: 'mine',
      learning_rate: {
        module: 'keras.optimizers.schedules',
        class_name: 'ExponentialDecay',
        config: {
          initial_learning_rate: 0.1,
          decay_steps: 100,
          decay_rate: 0.9,
          staircase: false,
          name: 'ExponentialDecay',
        },
      },
      weight_decay: 0.1,
      global_clipnorm: 2,
      use_ema: true,
      ema_momentum: 0.5,
      ema_overwrite_frequency: 3,
      loss_scale_factor: 8,
      gradient_accumulation_steps: 4,
    })
    const again = getOptimizer(serializeOptimizer(optimizer))
    expect(again.getConfig()).toEqual(optimizer.getConfig())
    again.takeLearningRate()
    expect(again.learningRate).toBeCloseTo(0.1 * 0.9 ** 0.01, 15)
  })
})

describe('variables', () => {
  const names = async (optimizer: optimizers.Optimizer, weightName = 'dense/kernel') => {
    await walk(optimizer, { steps: 1, weightName, shape: [2, 3] })
    return optimizer.variables.map(({ name }) => name)
  }

  it('stand in the order in which Keras saves them', async () => {
    expect(
      await names(optimizers.adam({ amsgrad: true, useEma: true, gradientAccumulationSteps: 2 })),
    ).toEqual([
      'adam/iteration',
      'adam/dense_kernel_average',
      'adam/dense_kernel_gradient_accumulator',
      'adam/dense_kernel_momentum',
      'adam/dense_kernel_velocity',
      'adam/dense_kernel_velocity_hat',
    ])
    expect(await names(optimizers.sgd())).toEqual(['sgd/iteration'])
    expect(await names(optimizers.nadam(), 'w')).toEqual([
      'nadam/iteration',
      'nadam/w_momentum',
      'nadam/w_velocity',
      'nadam/u_product',
    ])
  })

  it('count steps', async () => {
    const optimizer = optimizers.adam()
    expect(optimizer.built).toBe(false)
    await walk(optimizer, { steps: 5 })
    expect(optimizer.built).toBe(true)
    expect(Array.from(await optimizer.iterations.data())).toEqual([5])
  })
})

describe('getOptimizer', () => {
  it.each(named)('knows %s by name', (name) => {
    expect(getOptimizer(name as OptimizerLike).className).toBe(name)
    expect(getOptimizer(name.toLowerCase() as OptimizerLike).className).toBe(name)
  })

  it('takes optimizers as they are', () => {
    const mine = optimizers.adam({ learningRate: 0.01, beta1: 0.5 })
    expect(getOptimizer(mine)).toBe(mine)
  })

  it('writes what older files held as what it is', () => {
    const legacy = (class_name: string) =>
      getOptimizer({ module: 'keras.optimizers.legacy', class_name, config: {}, registered_name: null })
    const moduleOf = (class_name: string) => serializeOptimizer(legacy(class_name)).module
    expect(moduleOf('RMSprop')).toBe('keras.optimizers.legacy')
    expect(moduleOf('Adam')).toBe('keras.optimizers')
    const config = { decay: 0.004 }
    const nadam = { module: 'keras.optimizers.legacy', class_name: 'Nadam', config, registered_name: null }
    expect(() => getOptimizer(nadam)).toThrow(/'Nadam' of Keras 2 has a decay beside its schedule/)
  })

  it('refuses what makes no sense', () => {
    const { sgd } = optimizers
    expect(() => getOptimizer('adm' as OptimizerLike)).toThrow(/Did you mean 'adam'/)
    expect(() => sgd({ learningRate: -1 })).toThrow(/learning rate of at least 0, or a schedule, received -1/)
    expect(() => sgd({ momentum: 2 })).toThrow(/momentum: expected a number from 0 to 1, received 2/)
    expect(() => sgd({ clipnorm: 1, clipvalue: 1 })).toThrow(/one of .*, received clipnorm and clipvalue/)
    expect(() => sgd({ clipvalue: 0 })).toThrow(/clipvalue: expected a number above 0, received 0/)
    expect(() => sgd({ gradientAccumulationSteps: 1 })).toThrow(/integer of at least 2, received 1/)
    expect(() => sgd({ emaMomentum: 1.5 })).toThrow(/emaMomentum: expected a number from 0 to 1/)
    expect(() => sgd({ decay: 0.1, learningRate: (step) => step })).toThrow(/decay or a schedule/)
    const optimizer = sgd()
    expect(() => {
      optimizer.learningRate = Number.NaN
    }).toThrow(/received NaN/)
  })
})
