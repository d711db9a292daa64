import type { Tensor } from '../../graph/tensor.js'
import type { Loss } from '../../losses/index.js'
import { compareFunction } from '../compareFunction.js'
import { asGradus, findFunction, makeObject } from '../gradusSide.js'
import type { HostTensor } from '../hostTensor.js'
import { describe, KerasObject, type Settings } from '../kerasObject.js'
import { floats, integers, Samples } from '../samples.js'
import type { ConformanceCase, Suite } from '../suite.js'

const samples = new Samples(2)

/** Targets and predictions of one kind. */
const data = {
  reals: [samples.normal([8, 5]), samples.normal([8, 5])],
  sequences: [samples.normal([4, 3, 5]), samples.normal([4, 3, 5])],
  positive: [samples.uniform([8, 5], 0.1, 4), samples.uniform([8, 5], 0.1, 4)],
  probabilities: [samples.probabilities([8, 5]), samples.probabilities([8, 5])],
  oneHot: [samples.oneHot([8, 5]), samples.probabilities([8, 5])],
  oneHotSequences: [samples.oneHot([4, 3, 5]), samples.probabilities([4, 3, 5])],
  oneHotLogits: [samples.oneHot([8, 5]), samples.normal([8, 5], 3)],
  binary: [samples.bits([8, 5]), samples.uniform([8, 5], 0.02, 0.98)],
  binaryLogits: [samples.bits([8, 5]), samples.normal([8, 5], 3)],
  /** Certain predictions, right and wrong: what clipping is for. */
  certain: [floats([4, 2], [1, 0, 0, 1, 1, 0, 0, 1]), floats([4, 2], [1, 0, 1, 0, 0.5, 0.5, 0, 1])],
  sparse: [samples.labels([8], 5), samples.probabilities([8, 5])],
  sparseColumn: [samples.labels([8, 1], 5), samples.probabilities([8, 5])],
  sparseLogits: [samples.labels([8], 5), samples.normal([8, 5], 3)],
  sparseSequences: [samples.labels([4, 3], 5), samples.probabilities([4, 3, 5])],
  signs: [samples.signs([8, 5]), samples.normal([8, 5])],
  /** Labels of classes, and unit vectors. */
  embeddings: [samples.labels([8], 3), unitRows(samples.normal([8, 4]))],
  images: [samples.bits([3, 4, 4, 2]), samples.uniform([3, 4, 4, 2], 0.02, 0.98)],
  /** Class numbers with zeros behind the end, and logits of each moment. */
  transcripts: [integers([3, 4], [1, 2, 2, 3, 4, 1, 0, 0, 3, 3, 3, 0]), samples.normal([3, 9, 5], 2)],
  column: [samples.normal([8, 1]), samples.normal([8, 1])],
} satisfies Record<string, readonly HostTensor[]>

type DataName = keyof typeof data

function unitRows(tensor: HostTensor): HostTensor {
  const size = tensor.shape[1]
  for (let row = 0; row < tensor.data.length; row += size) {
    const values = tensor.data.subarray(row, row + size)
    const norm = Math.hypot(...values)
    for (let i = 0; i < size; i++) values[i] /= norm
  }
  return tensor
}

/** Keras multiplies weights with values, which have one axis less than predictions, as they are; Gradus adds axes of size 1. */
const alongValues = ({ data: weights, shape }: HostTensor, rank: number): HostTensor =>
  floats(rank > 2 ? [...shape, ...Array<number>(rank - 2).fill(1)] : shape, weights)

/** A loss by class: its reduced value and the gradient of predictions. */
function classCase(name: string, on: DataName, settings: Settings = {}, weighted = false): ConformanceCase {
  return {
    entries: [`losses.${name}`],
    name: `${describe(name, settings)} of ${on}${weighted ? ', weighted' : ''}`,
    run: (peer) => {
      const keras = new KerasObject(`losses.${name}`, settings)
      const loss = makeObject(keras) as Loss
      const [{ shape }] = data[on]
      const sampleWeight = weighted ? new Samples(3).uniform([shape[0]], 0, 2) : undefined
      return compareFunction(peer, {
        keras,
        gradus: (yTrue, yPred) =>
          loss.compute(yTrue, yPred, sampleWeight && { sampleWeight: asGradus(sampleWeight) }),
        inputs: data[on],
        keywords: sampleWeight && { sample_weight: alongValues(sampleWeight, shape.length) },
        differentiate: [1],
        object: loss,
      })
    },
  }
}

/** A loss by function: its value for each sample and the gradient of predictions. */
function functionCase(name: string, on: DataName, settings: Settings = {}): ConformanceCase {
  return {
    entries: [`losses.${name}`],
    name: `${describe(name, settings)} of ${on}`,
    run: (peer) =>
      compareFunction(peer, {
        keras: new KerasObject(`losses.${name}`),
        gradus: findFunction(`losses.${name}`, settings) as (...inputs: Tensor[]) => Tensor,
        inputs: data[on],
        keywords: settings,
        differentiate: [1],
      }),
  }
}

/** Class, function and the data that they are compared on, with settings of each. */
const losses: readonly (readonly [
  className: string,
  functionName: string,
  on: readonly DataName[],
  ...settings: Settings[],
])[] = [
  ['MeanSquaredError', 'mean_squared_error', ['reals', 'sequences', 'column']],
  ['MeanAbsoluteError', 'mean_absolute_error', ['reals', 'sequences', 'column']],
  ['MeanAbsolutePercentageError', 'mean_absolute_percentage_error', ['reals', 'positive']],
  ['MeanSquaredLogarithmicError', 'mean_squared_logarithmic_error', ['reals', 'positive']],
  ['LogCosh', 'log_cosh', ['reals', 'sequences']],
  ['Huber', 'huber', ['reals', 'sequences'], {}, { delta: 0.4 }],
  ['CosineSimilarity', 'cosine_similarity', ['reals', 'sequences'], {}, { axis: 1 }],
  ['Hinge', 'hinge', ['signs', 'binary']],
  ['SquaredHinge', 'squared_hinge', ['signs', 'binary']],
  ['CategoricalHinge', 'categorical_hinge', ['oneHot', 'oneHotLogits']],
  ['KLDivergence', 'kl_divergence', ['probabilities', 'oneHot']],
  ['Poisson', 'poisson', ['positive', 'probabilities']],
  [
    'BinaryCrossentropy',
    'binary_crossentropy',
    ['binary', 'certain', 'images'],
    {},
    { label_smoothing: 0.1 },
  ],
  ['BinaryCrossentropy', 'binary_crossentropy', ['binaryLogits'], { from_logits: true }],
  [
    'BinaryFocalCrossentropy',
    'binary_focal_crossentropy',
    ['binary'],
    {},
    { apply_class_balancing: true, alpha: 0.3, gamma: 1.5 },
    { label_smoothing: 0.1 },
  ],
  ['BinaryFocalCrossentropy', 'binary_focal_crossentropy', ['binaryLogits'], { from_logits: true }],
  [
    'CategoricalCrossentropy',
    'categorical_crossentropy',
    ['oneHot', 'oneHotSequences', 'certain', 'probabilities'],
    {},
    { label_smoothing: 0.1 },
  ],
  ['CategoricalCrossentropy', 'categorical_crossentropy', ['oneHotLogits'], { from_logits: true }],
  [
    'CategoricalFocalCrossentropy',
    'categorical_focal_crossentropy',
    ['oneHot', 'oneHotSequences'],
    {},
    { alpha: 0.5, gamma: 1.5, label_smoothing: 0.1 },
  ],
  ['CategoricalFocalCrossentropy', 'categorical_focal_crossentropy', ['oneHotLogits'], { from_logits: true }],
  ['CategoricalGeneralizedCrossEntropy', 'categorical_generalized_cross_entropy', ['sparse'], { q: 0.7 }],
  [
    'SparseCategoricalCrossentropy',
    'sparse_categorical_crossentropy',
    ['sparse', 'sparseColumn', 'sparseSequences'],
    {},
    { ignore_class: 2 },
  ],
  [
    'SparseCategoricalCrossentropy',
    'sparse_categorical_crossentropy',
    ['sparseLogits'],
    { from_logits: true },
  ],
  ['Dice', 'dice', ['binary', 'images'], {}, { axis: [1] }],
  ['Tversky', 'tversky', ['binary', 'images'], {}, { alpha: 0.3, beta: 0.7 }],
  ['CTC', 'ctc', ['transcripts']],
  ['Circle', 'circle', ['embeddings'], {}, { gamma: 20, margin: 0.3 }],
]

/** What every loss inherits, shown on two of them. */
const reductions: readonly ConformanceCase[] = [
  ...['sum', 'mean', 'none', 'mean_with_sample_weight'].flatMap((reduction) => [
    classCase('MeanSquaredError', 'sequences', { reduction }),
    classCase('SparseCategoricalCrossentropy', 'sparse', { reduction }, true),
  ]),
  classCase('MeanSquaredError', 'sequences', {}, true),
]

export const lossSuite: Suite = {
  name: 'losses',
  cases: [
    ...losses.flatMap(([className, functionName, on, ...given]) =>
      (given.length > 0 ? given : [{}]).flatMap((settings) =>
        on.flatMap((kind) => [
          classCase(className, kind, settings),
          functionCase(functionName, kind, settings),
        ]),
      ),
    ),
    ...losses.map(([className, , [on], settings]) => classCase(className, on, settings, true)),
    ...reductions,
  ],
}
