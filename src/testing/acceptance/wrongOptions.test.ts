import { describe, expect, it } from 'vitest'
import {
  callbacks,
  constraints,
  initializers,
  layers,
  losses,
  metrics,
  models,
  optimizers,
  regularizers,
  utils,
} from '../../index.js'

type Make = (...settings: unknown[]) => unknown

/** All that is made with options, each with as many other settings before them. */
const rooms: Readonly<
  Record<string, readonly (readonly [module: object, names: readonly string[], before: number])[]>
> = {
  layers: [
    [layers, ['flatten', 'softmax', 'batchNormalization', 'attention'], 0],
    [
      layers,
      [
        'input',
        'dense',
        'dropout',
        'rescaling',
        'maxPooling2d',
        'lstm',
        'gru',
        'simpleRnn',
        'gruCell',
        'reshape',
      ],
      1,
    ],
    [
      layers,
      ['conv1d', 'conv2d', 'conv2dTranspose', 'embedding', 'convLstm2d', 'multiHeadAttention', 'resizing'],
      2,
    ],
  ],
  losses: [[losses, ['CategoricalCrossentropy', 'Huber', 'MeanSquaredError', 'Tversky'], 0]],
  metrics: [
    [
      metrics,
      [
        'Accuracy',
        'AUC',
        'F1Score',
        'Mean',
        'MeanIoU',
        'OneHotMeanIoU',
        'Precision',
        'TopKCategoricalAccuracy',
      ],
      0,
    ],
    [metrics, ['PrecisionAtRecall'], 1],
  ],
  callbacks: [
    [callbacks, ['earlyStopping', 'reduceLrOnPlateau', 'terminateOnNan', 'swapEmaWeights', 'tensorBoard'], 0],
    [callbacks, ['csvLogger', 'modelCheckpoint', 'backupAndRestore', 'learningRateScheduler'], 1],
  ],
  initializers: [
    [initializers, ['glorotUniform', 'heNormal', 'randomNormal', 'varianceScaling', 'orthogonal', 'stft'], 0],
  ],
  regularizers: [[regularizers, ['orthogonalRegularizer'], 1]],
  constraints: [
    [constraints, ['unitNorm', 'minMaxNorm'], 0],
    [constraints, ['maxNorm'], 1],
  ],
  schedules: [
    [optimizers.schedules, ['cosineDecay', 'cosineDecayRestarts', 'piecewiseConstantDecay'], 2],
    [optimizers.schedules, ['exponentialDecay', 'inverseTimeDecay'], 3],
  ],
  optimizers: [[optimizers, ['adam', 'adamw', 'sgd', 'muon', 'ftrl'], 0]],
}

const cases = Object.entries(rooms).flatMap(([room, lists]) =>
  lists.flatMap(([module, names, before]) =>
    names.map((name) => [`${room}.${name}`, module, name, before] as const),
  ),
)

/** What stands before options: boundaries and values of a schedule are lists, shapes too. */
const settingsFor = (name: string, before: number): unknown[] =>
  /^(input|reshape)$/.test(name)
    ? [[3]]
    : name.startsWith('piecewise')
      ? [[3], [1, 2]]
      : new Array(before).fill(1)

describe('Options, where no types are checked', () => {
  it.each(cases)('%s: a name that is none is refused', (_, module, name, before) => {
    const made = (module as Record<string, unknown>)[name]
    const make: Make = /^[A-Z]/.test(name)
      ? (...settings) => new (made as new (...settings: unknown[]) => unknown)(...settings)
      : (made as Make)
    const settings = settingsFor(name, before)
    expect(() => make(...settings, { nonsense: 1 })).toThrow(/has no option 'nonsense'. Known: '/)
    expect(() => make(...settings, { na_me: 1 })).toThrow(/expected options in camelCase, received 'na_me'/)
    expect(() => make(...settings, 3)).toThrow(/expected an object of options, such as .*, received 3/)
  })

  it('the nearest name is proposed, of the class itself and of those that it extends', () => {
    const given = (options: object) => options
    expect(() => layers.dense(3, given({ kernelInitialiser: 'zeros' }))).toThrow(
      /Did you mean 'kernelInitializer'\?/,
    )
    expect(() => layers.lstm(3, given({ returnSequence: true }))).toThrow(
      /LSTM: .*Did you mean 'returnSequences'\?/,
    )
    expect(() => layers.conv2d(3, 3, given({ stride: 2 }))).toThrow(/Did you mean 'strides'\?/)
    expect(() => layers.dense(3, given({ nam: 'a' }))).toThrow(/Did you mean 'name'\?/)
    expect(() => models.sequential([], given({ sed: 1 }))).toThrow(/Did you mean 'seed'\?/)
    expect(() => callbacks.earlyStopping(given({ patiance: 3 }))).toThrow(/Did you mean 'patience'\?/)
    expect(() => utils.trainTestSplit([1, 2], given({ testsize: 0.5 }))).toThrow(/Did you mean 'testSize'\?/)
    expect(() => optimizers.adam(given({ bata1: 0.5 }))).toThrow(/Did you mean 'beta1'\?/)
  })

  it('options of the class that a class extends, which it has not itself, are refused', () => {
    const given = (options: object) => options as never
    expect(() => initializers.glorotUniform(given({ scale: 2 }))).toThrow(
      /GlorotUniform: has no option 'scale'/,
    )
    expect(() => layers.spatialDropout2d(0.5, given({ noiseShape: [1] }))).toThrow(/no option 'noiseShape'/)
    expect(() => layers.input([3], given({ trainable: false }))).toThrow(
      /InputLayer: has no option 'trainable'/,
    )
    expect(() => new metrics.F1Score(given({ beta: 2 }))).toThrow(/F1Score: has no option 'beta'/)
    expect(() => new metrics.MeanIoU(given({ numClasses: 3, targetClassIds: [1] }))).toThrow(
      /'targetClassIds'/,
    )
    expect(new metrics.OneHotMeanIoU({ numClasses: 3 }).getConfig()).toMatchObject({ num_classes: 3 })
  })

  it('a class of a user knows those of Gradus, and takes its own apart', () => {
    class Mine extends layers.Dense {
      readonly factor: number
      constructor(units: number, { factor = 1, ...options }: layers.DenseOptions & { factor?: number } = {}) {
        super(units, options)
        this.factor = factor
      }
    }
    const { factor, useBias } = new Mine(3, { factor: 2, useBias: false })
    expect([factor, useBias]).toEqual([2, false])
    expect(() => new Mine(3, { usebias: false } as object)).toThrow(
      /Mine: has no option 'usebias'. Did you mean 'useBias'/,
    )
  })

  it('numbers and shapes are no objects', () => {
    const object = {} as never
    expect(() => layers.rescaling(object)).toThrow(/scale: expected a finite number, received \{/)
    expect(() => layers.reshape(object)).toThrow(/expected the shape of a sample/)
    expect(() => layers.permute(object)).toThrow(/expected dims to be the numbers/)
  })
})
