import { beforeEach, describe, expect, it } from 'vitest'
import {
  ArgumentError,
  layers,
  models,
  NumericError,
  ops,
  optimizers,
  ShapeError,
  StateError,
  type Tensor,
  utils,
} from '../../index.js'
import { expectRefusal, type Refusal } from './expectRefusal.js'

/** Eight samples of four numbers, in three classes. */
const x = Array.from({ length: 8 }, (_, i) => [0, 1, 2, 3].map((j) => Math.sin(4 * i + j)))
const classes = [0, 1, 2, 0, 1, 2, 0, 1]
const silent = { batchSize: 3, epochs: 2, verbose: 0, seed: 1 } as const

type CompileOptions = Parameters<models.Model['compile']>[0]
type FitOptions = NonNullable<Parameters<models.Model['fit']>[2]>

const sparse: CompileOptions = {
  loss: 'sparse_categorical_crossentropy',
  optimizer: 'adam',
  metrics: ['accuracy'],
}

function createModel(options: CompileOptions | undefined = sparse): models.Sequential {
  const model = models.sequential(
    [
      layers.input([4]),
      layers.dense(5, { name: 'hidden', activation: 'relu' }),
      layers.dense(3, { name: 'out', activation: 'softmax' }),
    ],
    { name: 'net', seed: 2 },
  )
  model.compile(options)
  return model
}

const weightsOf = async (model: models.Model) =>
  Promise.all(model.weights.map(async (weight) => Array.from(await weight.data())))

interface WrongFit {
  readonly x?: unknown
  readonly y?: unknown
  readonly options?: FitOptions
  readonly compile?: CompileOptions
  readonly refusal: Refusal
}

const categorical: CompileOptions = { ...sparse, loss: 'categorical_crossentropy' }
const oneHot = classes.map((label) => [0, 1, 2].map((k) => (k === label ? 1 : 0)))

const wrongFits: Record<string, WrongFit> = {
  'samples of another length': {
    x: x.map((row) => [...row, 1]),
    refusal: {
      type: ShapeError,
      names: /'net'.* x /,
      expected: 'expected x of shape [null, 4]',
      received: 'received [8, 5]',
      fix: /Give samples of shape \[4\], or .*layers\.input\(\[5\]\)/,
    },
  },
  'samples with an axis too many': {
    x: x.map((row) => row.map((value) => [value])),
    refusal: {
      type: ShapeError,
      names: /'net'.* x /,
      expected: '[null, 4]',
      received: '[8, 4, 1]',
      fix: 'reshape it to [8, 4]',
    },
  },
  'one sample without its batch axis': {
    x: x[0],
    refusal: {
      type: ShapeError,
      names: /'net'.* x /,
      expected: '[null, 4]',
      received: '[4]',
      fix: 'reshape it to [1, 4]',
    },
  },
  'no samples': {
    x: new Float32Array(0),
    refusal: {
      type: ArgumentError,
      names: /^x:/,
      expected: 'expected at least one sample',
      received: 'received shape [0',
      fix: /Check how the data was loaded or cut/,
    },
  },
  'ragged rows': {
    x: [...x.slice(0, 7), [1, 2]],
    refusal: {
      type: ShapeError,
      names: /^x:/,
      expected: 'at level 1 expected 4',
      received: 'received an array of 2',
      fix: /same shape/,
    },
  },
  'samples that are no numbers': {
    x: 'images',
    refusal: {
      type: ArgumentError,
      names: /^x:/,
      expected: 'expected a tensor, a typed array or nested arrays',
      received: "received 'images'",
      fix: 'a typed array',
    },
  },
  'fewer labels than samples': {
    y: classes.slice(1),
    refusal: {
      type: ArgumentError,
      names: /'net'.*\by\b/,
      expected: 'expected as many labels as samples',
      received: /received 8 samples.* 7 labels/,
      fix: /one label for each sample/,
    },
  },
  // Nine numbers for eight samples could be cut into three rows of three: they are counted as they are.
  'more labels than samples, in a typed array': {
    y: Int32Array.from([...classes, 0]),
    refusal: {
      type: ArgumentError,
      names: /'net'.*\by\b/,
      expected: 'expected as many labels as samples',
      received: /received 8 samples.* 9 labels in y \(\[9\]\)/,
      fix: /one label for each sample/,
    },
  },
  'a label above the last class': {
    y: [0, 1, 2, 0, 3, 2, 0, 1],
    refusal: {
      type: ArgumentError,
      names: /sparse_categorical_crossentropy: .* in y/,
      expected: 'labels from 0 to 2',
      received: 'received 3 in sample 4',
      fix: 'give it at least 4 or correct the labels',
    },
  },
  'a negative label': {
    y: Int32Array.from([0, 1, 2, 0, -1, 2, 0, 1]),
    refusal: {
      type: ArgumentError,
      names: / in y/,
      expected: 'labels from 0 to 2',
      received: 'received -1 in sample 4',
      fix: 'Labels count from 0',
    },
  },
  'a label that is no whole number': {
    y: [0, 1, 2, 0, 1.5, 2, 0, 1],
    refusal: {
      type: ArgumentError,
      names: / in y/,
      expected: 'labels from 0 to 2',
      received: 'received 1.5 in sample 4',
      fix: 'mean_squared_error',
    },
  },
  'one-hot labels where class numbers are expected': {
    y: oneHot,
    refusal: {
      type: ShapeError,
      names: /sparse_categorical_crossentropy: .* y /,
      expected: 'expected class numbers of shape [8]',
      received: 'shape [8, 3]',
      fix: 'Use the loss categorical_crossentropy',
    },
  },
  'class numbers where one-hot labels are expected': {
    compile: categorical,
    y: classes,
    refusal: {
      type: ShapeError,
      names: /categorical_crossentropy: .* y /,
      expected: /one-hot/,
      received: 'shape [8]',
      fix: /sparse_categorical_crossentropy.*toCategorical|toCategorical.*sparse_categorical_crossentropy/,
    },
  },
  'one-hot labels of too many classes': {
    compile: categorical,
    y: classes.map((label) => [0, 1, 2, 3].map((k) => (k === label ? 1 : 0))),
    refusal: {
      type: ShapeError,
      names: / y /,
      expected: '[8, 3]',
      received: '[8, 4]',
      fix: /units/,
    },
  },
  'validation samples of another length': {
    options: { validationData: [[[1, 2, 3]], [0]] },
    refusal: {
      type: ShapeError,
      names: 'validationData[0]',
      expected: '[null, 4]',
      received: '[1, 3]',
      fix: /layers\.input\(\[3\]\)/,
    },
  },
  'a validation label out of range': {
    options: { validationData: [[[1, 2, 3, 4]], [7]] },
    refusal: {
      type: ArgumentError,
      names: 'validationData[1]',
      expected: 'labels from 0 to 2',
      received: 'received 7',
      fix: 'correct the labels',
    },
  },
  ...Object.fromEntries(
    [-0.1, 1, 1.5, Number.NaN].map((validationSplit) => [
      `validationSplit ${validationSplit}`,
      {
        options: { validationSplit },
        refusal: {
          type: ArgumentError,
          names: 'validationSplit',
          expected: 'at least 0 and below 1',
          received: `received ${validationSplit}`,
          fix: '0.1 means 10 %',
        },
      },
    ]),
  ),
  'a validationSplit that leaves nothing to train on': {
    options: { validationSplit: 0.95 },
    refusal: {
      type: ArgumentError,
      names: 'validationSplit 0.95',
      expected: 'Both need at least one',
      received: 'of 8 samples leaves 0 to train on',
      fix: 'give more data or another fraction',
    },
  },
  'a batch size of 0': {
    options: { batchSize: 0 },
    refusal: {
      type: ArgumentError,
      names: 'batchSize',
      expected: 'an integer of at least 1',
      received: 'received 0',
      fix: /at least 1/,
    },
  },
  'an option mistyped, where no types are checked': {
    options: { batchsize: 4 } as FitOptions,
    refusal: {
      type: ArgumentError,
      names: /^fit:/,
      expected: /Known: .*'batchSize'/,
      received: "has no option 'batchsize'",
      fix: "Did you mean 'batchSize'?",
    },
  },
  'epochs of 2.5': {
    options: { epochs: 2.5 },
    refusal: {
      type: ArgumentError,
      names: 'epochs',
      expected: 'an integer of at least 1',
      received: 'received 2.5',
      fix: /at least 1/,
    },
  },
}

describe('Wrong data or options of fit', () => {
  it.each(Object.entries(wrongFits))('%s: refused, and nothing half-done stays', async (_, wrong) => {
    const { refusal, compile = sparse, options } = wrong
    const right = compile === categorical ? oneHot : classes
    const control = createModel(compile)
    const expected = (await control.fit(x, right, silent)).history

    const model = createModel(compile)
    const before = await weightsOf(model)
    const given = [wrong.x ?? x, wrong.y ?? right] as [number[][], number[]]
    await expectRefusal(() => model.fit(...given, { ...silent, ...options }), refusal)
    expect(await weightsOf(model)).toEqual(before)
    expect((await model.fit(x, right, silent)).history).toEqual(expected)
  })
})

describe('Wrong names', () => {
  it('a loss mistyped', () =>
    expectRefusal(() => createModel({ ...sparse, loss: 'sparse_categorical_crosentropy' as 'mse' }), {
      type: ArgumentError,
      names: /^loss:/,
      expected: /Known: .*'categorical_crossentropy'/,
      received: "'sparse_categorical_crosentropy' is unknown",
      fix: "Did you mean 'sparse_categorical_crossentropy'?",
    }))

  it('an option of compile mistyped, where no types are checked', () =>
    expectRefusal(() => createModel({ ...sparse, metric: ['accuracy'] } as CompileOptions), {
      type: ArgumentError,
      names: /^compile:/,
      expected: /Known: .*'metrics'/,
      received: "has no option 'metric'",
      fix: "Did you mean 'metrics'?",
    }))

  it('a metric mistyped', () =>
    expectRefusal(() => createModel({ ...sparse, metrics: ['acuracy' as 'accuracy'] }), {
      type: ArgumentError,
      names: /^metrics?\b/,
      expected: /Known: .*'accuracy'/,
      received: "'acuracy' is unknown",
      fix: "Did you mean 'accuracy'?",
    }))

  it('an optimizer mistyped', () =>
    expectRefusal(() => createModel({ ...sparse, optimizer: 'adm' as 'adam' }), {
      type: ArgumentError,
      names: /^optimizer:/,
      expected: /Known: .*'adam'/,
      received: "'adm' is unknown",
      fix: "Did you mean 'adam'?",
    }))

  it('an activation mistyped', () =>
    expectRefusal(() => layers.dense(3, { activation: 'rleu' as 'relu' }), {
      type: ArgumentError,
      names: /activation/,
      expected: /Known: .*'relu'/,
      received: "'rleu' is unknown",
      fix: "Did you mean 'relu'?",
    }))

  it('a compile that fails leaves the one before in force', async () => {
    const model = createModel()
    const control = createModel()
    expect(() => model.compile({ ...sparse, loss: 'mes' as 'mse' })).toThrow(ArgumentError)
    expect((await model.fit(x, classes, silent)).history).toEqual(
      (await control.fit(x, classes, silent)).history,
    )
  })
})

describe('A model used too early', () => {
  const uncompiled: Refusal = {
    type: StateError,
    names: "Model 'net'",
    expected: 'needs a loss and an optimizer',
    received: /fit|evaluate|trainOnBatch/,
    fix: 'Call model.compile({ loss, optimizer, metrics }) first',
  }
  let model: models.Sequential

  beforeEach(() => {
    model = models.sequential([layers.input([4]), layers.dense(3)], { name: 'net' })
  })

  it('not compiled: fit, evaluate and trainOnBatch', async () => {
    await expectRefusal(() => model.fit(x, classes), uncompiled)
    await expectRefusal(() => model.evaluate(x, classes), uncompiled)
    await expectRefusal(() => model.trainOnBatch(x, classes), uncompiled)
  })

  it('not compiled: predict needs no compile', async () => {
    expect((await model.predict(x)).shape).toEqual([8, 3])
  })

  it('not built: weights are asked for', async () => {
    const unbuilt = models.sequential([layers.dense(3, { name: 'first' })], { name: 'net' })
    const refusal: Refusal = {
      type: StateError,
      names: /'net'|'first'/,
      expected: /weights/,
      received: /not built/,
      fix: /layers\.input|inputShape|build\(/,
    }
    await expectRefusal(() => unbuilt.countParams(), refusal)
    await expectRefusal(() => unbuilt.setWeights([[[1]], [1]]), refusal)
    await expectRefusal(() => unbuilt.getWeights(), refusal)
  })

  it('not built: fit builds it for its data', async () => {
    const unbuilt = models.sequential([layers.dense(3, { activation: 'softmax' })])
    unbuilt.compile(sparse)
    await unbuilt.fit(x, classes, silent)
    expect(unbuilt.countParams()).toBe(15)
  })

  it('without layers', async () => {
    const empty = models.sequential([], { name: 'empty' })
    empty.compile(sparse)
    await expectRefusal(() => empty.fit(x, classes), {
      type: StateError,
      names: "Model 'empty'",
      expected: /layers/,
      received: 'has no layers',
      fix: 'model.add(layer)',
    })
  })
})

describe('Wrong shapes inside a model', () => {
  it('name the layer when the model is made', () =>
    expectRefusal(() => models.sequential([layers.input([28, 28]), layers.conv2d(20, 5, { name: 'c1' })]), {
      type: ShapeError,
      names: "Layer 'c1' (Conv2D)",
      expected: 'rank 4, [batch, height, width, channels]',
      received: '[null, 28, 28]',
      fix: /\[28, 28, 1\]|add.*axis|If an axis is missing/,
    }))

  it('name the layer whose window is larger than its input', () =>
    expectRefusal(
      () =>
        models.sequential([
          layers.input([6, 6, 1]),
          layers.conv2d(4, 5, { name: 'c1' }),
          layers.conv2d(4, 5, { name: 'c2' }),
        ]),
      {
        type: ShapeError,
        names: "Layer 'c2' (Conv2D)",
        expected: /window of 5/,
        received: /\b2\b/,
        fix: /'same'/,
      },
    ))

  it('leave a model as it was: a layer that does not fit is not added', async () => {
    const model = models.sequential([layers.input([6, 6, 1]), layers.conv2d(2, 5, { name: 'c1' })])
    expect(() => model.add(layers.conv2d(2, 5, { name: 'c2' }))).toThrow(ShapeError)
    expect(model.layers.map(({ name }) => name)).toEqual(['c1'])
    model.add(layers.flatten())
    expect((await model.predict(new Float32Array(36))).shape).toEqual([1, 8])
  })

  it('leave a model as it was: data that does not fit its second layer builds nothing', async () => {
    const model = models.sequential([
      layers.conv2d(2, 5, { name: 'c1' }),
      layers.conv2d(2, 5, { name: 'c2' }),
      layers.flatten(),
    ])
    const small = ops.zeros([1, 6, 6, 3])
    await expect(model.predict(small)).rejects.toThrow(/Layer 'c2' \(Conv2D\)/)
    expect(model.layers.map(({ built }) => built)).toEqual([false, false, false])
    expect((await model.predict(ops.zeros([1, 12, 12, 1]))).shape).toEqual([1, 32])
  })

  it('leave a model of its own class as it was', async () => {
    class Two extends models.Model {
      first = layers.dense(3, { name: 'first' })
      second = layers.conv2d(2, 5, { name: 'second' })
      override call(x: Tensor) {
        return this.second(this.first(x))
      }
    }
    const model = new Two()
    await expect(model.predict([[1, 2]])).rejects.toThrow(/Layer 'second' \(Conv2D\)/)
    expect((await model.predict(ops.zeros([1, 5, 5, 7]))).shape).toEqual([1, 1, 1, 2])
  })

  it('name the op and both shapes', async () => {
    await expectRefusal(() => ops.matmul(ops.zeros([2, 3]), ops.zeros([4, 5])), {
      type: ShapeError,
      names: /^matmul/,
      expected: /\b3\b/,
      received: /\[4, 5\]/,
      fix: /transpose|equal|same/i,
    })
  })
})

describe('A loss that becomes NaN', () => {
  it('is named with model, epoch and batch; after setting weights the model trains as if new', async () => {
    const line = () => {
      const model = models.sequential([layers.input([4]), layers.dense(1)], { name: 'line', seed: 3 })
      model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.1 }) })
      return model
    }
    const targets = classes.map((label) => [label])
    const control = line()
    const expected = (await control.fit(x, targets, silent)).history
    const model = line()
    const initial = await model.getWeights()
    const poisoned = targets.map((row, i) => (i === 6 ? [Number.NaN] : row))
    await expectRefusal(() => model.fit(x, poisoned, { ...silent, shuffle: false }), {
      type: NumericError,
      names: "Model 'line'",
      expected: 'in epoch 1 of 2, batch 3 of 3',
      received: 'the loss became NaN',
      fix: /learning rate.*scaled.*NaN in the data/,
    })
    await model.setWeights(initial)
    expect((await model.fit(x, targets, silent)).history).toEqual(expected)
  })

  it('is found when the learning rate is far too high', async () => {
    const model = models.sequential([layers.input([4]), layers.dense(8), layers.dense(1)], { seed: 1 })
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 1e30 }) })
    await expect(model.fit(x, classes, { ...silent, epochs: 20 })).rejects.toThrow(NumericError)
    await expect(model.fit(x, classes, { ...silent, epochs: 20 })).rejects.toThrow(/batch 1 of 3/)
  })

  it('is found by trainOnBatch', async () => {
    const model = models.sequential([layers.input([1]), layers.dense(1)])
    model.compile({ loss: 'mse', optimizer: 'sgd' })
    await expect(model.trainOnBatch([[1]], [[Number.NaN]])).rejects.toThrow(/the loss became NaN/)
  })
})

describe('toCategorical', () => {
  it('refuses labels out of range', () =>
    expectRefusal(() => utils.toCategorical([0, 3], 3), {
      type: ArgumentError,
      names: /toCategorical/,
      expected: /0 to 2/,
      received: /received 3/,
      fix: /numClasses|classes/,
    }))
})
