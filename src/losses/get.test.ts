import { describe, expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import { getLoss, type LossLike, serializeLoss } from './get.js'
import * as losses from './index.js'

describe('getLoss', () => {
  const shapes = [
    [8, 3],
    [8, 3],
  ] as const

  it('takes names, class names, functions, objects and configs', () => {
    for (const name of ['categorical_crossentropy', 'CategoricalCrossentropy'] as const) {
      expect(getLoss(name, ...shapes)).toBeInstanceOf(losses.CategoricalCrossentropy)
    }
    expect(getLoss(losses.meanSquaredError, ...shapes)).toBeInstanceOf(losses.MeanSquaredError)
    const mine = (yTrue: Tensor, _: Tensor) => yTrue
    expect(getLoss(mine, ...shapes).name).toBe('mine')
    const smooth = new losses.CategoricalCrossentropy({ labelSmoothing: 0.1, fromLogits: true })
    const again = getLoss(serializeLoss(smooth), ...shapes)
    expect(again.getConfig()).toEqual(smooth.getConfig())
  })

  it("knows Keras's short names", () => {
    const short = {
      mse: 'MeanSquaredError',
      MAE: 'MeanAbsoluteError',
      mape: 'MeanAbsolutePercentageError',
      MSLE: 'MeanSquaredLogarithmicError',
      bce: 'BinaryCrossentropy',
      kld: 'KLDivergence',
      logcosh: 'LogCosh',
      huber: 'Huber',
      ctc: 'CTC',
    }
    for (const [name, className] of Object.entries(short)) {
      expect(getLoss(name as LossLike, ...shapes).className).toBe(className)
    }
  })

  it('makes every class by its name, and finds the class of its function', () => {
    const classes = Object.entries(losses).filter(([name]) => /^[A-Z]/.test(name) && name !== 'Loss')
    expect(classes.length).toBe(22)
    for (const [name] of classes) expect(getLoss(name as LossLike, ...shapes).className).toBe(name)
    const functions = Object.values(losses).filter(
      (each) => typeof each === 'function' && /^[a-z]/.test(each.name) && !/^(get|serialize)/.test(each.name),
    )
    expect(functions.length).toBe(22)
    for (const each of functions) {
      expect(getLoss(each as losses.LossFunction, ...shapes).className.toLowerCase()).toBe(
        each.name.toLowerCase(),
      )
    }
  })

  it("has Keras's names and configs", () => {
    expect(new losses.Huber().getConfig()).toEqual({ name: 'huber_loss', reduction: 'sum_over_batch_size' })
    expect(new losses.KLDivergence().name).toBe('kl_divergence')
    expect(new losses.SparseCategoricalCrossentropy().getConfig()).toEqual({
      name: 'sparse_categorical_crossentropy',
      reduction: 'sum_over_batch_size',
      from_logits: false,
      ignore_class: null,
    })
    const none = { class_name: 'MeanSquaredError', config: { name: 'mine', reduction: null, dtype: null } }
    const loss = getLoss(none as never, ...shapes)
    expect([loss.name, loss.reduction]).toEqual(['mine', 'none'])
  })

  it("chooses the form of 'crossentropy' by shapes", () => {
    expect(getLoss('crossentropy', [8], [8, 3]).name).toBe('sparse_categorical_crossentropy')
    expect(getLoss('crossentropy', [8, 1], [8, 3]).name).toBe('sparse_categorical_crossentropy')
    expect(getLoss('ce', [8, 3], [8, 3]).name).toBe('categorical_crossentropy')
    expect(getLoss('crossentropy', [8], [8, 1]).name).toBe('binary_crossentropy')
  })

  it('suggests the nearest name', () => {
    expect(() => getLoss('categorical_crosentropy' as LossLike, ...shapes)).toThrow(
      /loss: 'categorical_crosentropy' is unknown. Did you mean 'categorical_crossentropy'\?/,
    )
    expect(() => getLoss(3 as never, ...shapes)).toThrow(/expected a name such as .*received 3/)
  })

  it('refuses options out of range', () => {
    expect(() => new losses.Huber({ delta: 0 })).toThrow(/delta above 0, received 0/)
    expect(() => new losses.CategoricalGeneralizedCrossEntropy({ q: 1 })).toThrow(/below 1, received 1/)
    expect(() => new losses.BinaryFocalCrossentropy({ gamma: -1 })).toThrow(/gamma of 0 or more, received -1/)
  })
})
