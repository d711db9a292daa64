import { describe, expect, it } from 'vitest'
import { currentConfig } from './olderConfig.js'

const node = (...addresses: unknown[]) => addresses
const tensor = (...history: unknown[]) => ({
  class_name: '__keras_tensor__',
  config: { keras_history: history },
})

describe('currentConfig', () => {
  it('leaves what the newest Keras wrote, but for names of its source', () => {
    const config = {
      class_name: 'Functional',
      config: {
        layers: [{ class_name: 'Dense', config: { units: 3, jit_compile: true } }],
        input_layers: [['a', 0, 0]],
        output_layers: [['b', 0, 0]],
      },
    }
    expect(currentConfig(config, '3.15.1')).toEqual(config)
    const attention = { class_name: 'GroupedQueryAttention', config: {} }
    expect(currentConfig(attention, '3.15.1')).toEqual({ class_name: 'GroupQueryAttention', config: {} })
  })

  it('until 3.10: a list of one input or output was that one', () => {
    const config = {
      input_layers: [['a', 0, 0]],
      output_layers: [
        ['b', 0, 0],
        ['c', 0, 0],
      ],
    }
    expect(currentConfig({ class_name: 'Functional', config }, '3.0.5').config).toEqual({
      input_layers: ['a', 0, 0],
      output_layers: config.output_layers,
    })
  })

  it.each(['2.15.0', '2.2.4-tf', undefined])('Keras 2 (%s): layers', (version) => {
    const current = (class_name: string, config: object) =>
      currentConfig({ class_name, config } as never, version).config
    expect(current('InputLayer', { batch_input_shape: [null, 3], name: 'x' })).toEqual({
      batch_shape: [null, 3],
      name: 'x',
    })
    expect(current('BatchNormalization', { axis: [3] })).toEqual({ axis: 3 })
    expect(current('LSTM', { units: 2, time_major: false, implementation: 2 })).toEqual({ units: 2 })
    const { recurrent_activation, activation } = current('LSTM', {
      activation: 'tanh',
      recurrent_activation: 'hard_sigmoid',
    }) as Record<string, unknown>
    expect(activation).toBe('tanh')
    expect(recurrent_activation).toMatchObject({ class_name: 'function', config: 'hard_sigmoid_of_keras_2' })
  })

  it('Keras 1: the first layer said what it is given', () => {
    const dense = { class_name: 'Dense', config: { name: 'd', units: 1, batch_input_shape: [null, 4] } }
    const { config } = currentConfig({ class_name: 'Sequential', config: { layers: [dense] } }, undefined)
    expect(config).toEqual({
      layers: [
        { class_name: 'InputLayer', config: { batch_shape: [null, 4], dtype: 'float32', name: 'd_input' } },
        { class_name: 'Dense', config: { name: 'd', units: 1 } },
      ],
    })
  })

  it('Keras 2: losses, metrics and optimizers', () => {
    const optimizer = { learning_rate: 0.5, is_legacy_optimizer: false, jit_compile: true }
    expect(
      currentConfig(
        {
          optimizer_config: { class_name: 'Custom>Adam', config: optimizer },
          loss: { class_name: 'Huber', config: { reduction: 'auto', delta: 2, fn: 'huber' } },
          metrics: [
            [{ class_name: 'MeanMetricWrapper', config: { name: 'mae', fn: 'mean_absolute_error' } }],
          ],
        },
        '2.15.0',
      ),
    ).toEqual({
      optimizer_config: { class_name: 'Adam', config: { learning_rate: 0.5 } },
      loss: { class_name: 'Huber', config: { delta: 2 } },
      metrics: [[{ class_name: 'mean_absolute_error', config: { name: 'mae' } }]],
    })
  })

  it('Keras until 2.10: the decay of optimizers is a schedule', () => {
    const current = (config: object, class_name = 'Adam') =>
      currentConfig({ class_name, config } as never, '2.9.0')
    const schedule = { initial_learning_rate: 0.1, decay_steps: 1, decay_rate: 0.5 }
    const module = 'keras.optimizers.legacy'
    expect(current({ learning_rate: 0.1, decay: 0 })).toMatchObject({
      module,
      config: { learning_rate: 0.1 },
    })
    for (const key of ['learning_rate', 'lr']) {
      const { config } = current({ [key]: 0.1, decay: 0.5, epsilon: 1e-7 })
      expect(config).toEqual({
        epsilon: 1e-7,
        learning_rate: expect.objectContaining({ class_name: 'InverseTimeDecay', config: schedule }),
      })
    }
    const both = { learning_rate: { class_name: 'InverseTimeDecay', config: schedule }, decay: 0.5 }
    expect(current(both).config).toEqual(both)
    expect(current({ decay: 0.004 }, 'Nadam')).toEqual({
      module,
      class_name: 'Nadam',
      config: { decay: 0.004 },
    })
  })

  it('Keras 2: calls of layers and of models, which were counted from 1', () => {
    const layer = (class_name: string, name: string, ...inbound_nodes: unknown[]) => ({
      class_name,
      name,
      config: { name },
      inbound_nodes,
    })
    const config = {
      layers: [
        layer('InputLayer', 'x'),
        layer('Sequential', 'seq', node(['x', 0, 0, {}])),
        layer('Functional', 'fun', node(['seq', 1, 0, {}])),
        layer('MultiHeadAttention', 'mha', node(['fun', 1, 0, { value: ['seq', 1, 0], training: false }])),
        layer('Add', 'add', node(['mha', 0, 0, {}], ['fun', 1, 1, {}])),
      ],
      input_layers: [['x', 0, 0]],
      output_layers: [
        ['add', 0, 0],
        ['seq', 1, 0],
        ['fun', 1, 0],
      ],
    }
    const current = currentConfig({ class_name: 'Functional', config } as never, '2.15.0').config as {
      layers: { name: string; inbound_nodes: unknown }[]
      input_layers: unknown
      output_layers: unknown
    }
    expect(Object.fromEntries(current.layers.map((each) => [each.name, each.inbound_nodes]))).toEqual({
      x: [],
      seq: [{ args: [tensor('x', 0, 0)], kwargs: {} }],
      fun: [{ args: [tensor('seq', 0, 0)], kwargs: {} }],
      mha: [
        {
          args: [tensor('fun', 0, 0)],
          kwargs: { value: tensor('seq', 0, 0), training: false },
          holds_training: true,
        },
      ],
      add: [{ args: [[tensor('mha', 0, 0), tensor('fun', 0, 1)]], kwargs: {} }],
    })
    expect(current.input_layers).toEqual(['x', 0, 0])
    expect(current.output_layers).toEqual([
      ['add', 0, 0],
      ['seq', 0, 0],
      ['fun', 1, 0],
    ])
  })
})
