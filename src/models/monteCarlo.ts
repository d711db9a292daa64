import { ArgumentError } from '../errors.js'
import type { TypedArray } from '../graph/dtype.js'
import { constant } from '../graph/node.js'
import type { Shape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { trace } from '../graph/trace.js'
import { inContext } from '../layers/callContext.js'
import type { Layer } from '../layers/layer.js'
import { flatTensors, type Tensors } from '../layers/tensors.js'
import { keyFromSeed } from '../ops/hostRandom.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { positiveInteger } from '../utils/numbers.js'
import { drawKey } from '../utils/randomSeed.js'
import { pack } from '../utils/structure.js'
import { allowsPadding } from './allowsPadding.js'
import type { AnyModel, Model } from './model.js'
import { type DataFor, modelInputs } from './modelData.js'
import { requirePlaces } from './places.js'
import { ProgramCache } from './programCache.js'
import { RandomState } from './randomState.js'
import type { NamedTrace } from './step.js'
import { batchInputs, type FeedType } from './stepBatch.js'
import { memorySupply } from './supply.js'

export interface MonteCarloOptions {
  /** How often each sample is predicted, at least 2. Default: 100. */
  readonly repeats?: number
  /** Samples that are run at a time. Default: 32. */
  readonly batchSize?: number
  /** Fixes what is dropped. Default: drawn, and fixed by `utils.setRandomSeed`. */
  readonly seed?: number
  /** Ends the run between two batches: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

const monteCarloOptions: OptionKeys<MonteCarloOptions> = {
  repeats: true,
  batchSize: true,
  seed: true,
  signal: true,
}

/** What many predictions of one sample say together. Outputs are `[samples, ...]`. */
export interface MonteCarloPrediction {
  /** The mean of the predictions: the shape of an output. */
  readonly mean: Tensor
  /** Their standard deviation, by which a model says how sure it is: the shape of an output. */
  readonly standardDeviation: Tensor
  /**
   * The predictive entropy in nats, `-sum p log p` over the last axis of the mean: 0 where one class is certain, ln C where all
   * C are alike. One unit is the probability of the second of two classes. The shape of an output without its last axis; NaN for
   * what is no probability.
   */
  readonly entropy: Tensor
  /**
   * The share of predictions in which each class of the last axis was the most probable, so which classes are taken for each
   * other; of one unit, in which it was above 0.5. The shape of an output.
   */
  readonly votes: Tensor
}

/**
 * Predicts each sample many times with dropout on, and says how much the predictions agree (Monte Carlo dropout). Layers behave as in
 * training, but for batch normalisation, which keeps to its moving statistics; nothing of the model changes.
 *
 * Source: Gal and Ghahramani, Dropout as a Bayesian approximation, 2016.
 *
 * @throws ArgumentError if the model has several outputs, or nothing random in it
 * @example
 * const { mean, standardDeviation, votes } = await models.monteCarlo(model, images, { repeats: 50 })
 */
export async function monteCarlo<In extends Tensors>(
  model: Model<In, Tensor>,
  x: DataFor<In>,
  options: MonteCarloOptions = {},
): Promise<MonteCarloPrediction> {
  checkOptions(options, 'monteCarlo', '{ repeats: 100 }', monteCarloOptions)
  const repeats = positiveInteger(options.repeats ?? 100, 'monteCarlo: repeats', 2)
  const batchSize = positiveInteger(options.batchSize ?? 32, 'monteCarlo: batchSize')
  const open = model as unknown as AnyModel
  const inputs = await modelInputs(open, x, 'x')
  const [{ samples }] = inputs
  const isPadded = allowsPadding(open)
  const supply = memorySupply({ x: inputs, y: [], weights: [], samples }, { batchSize, isPadded })
  const random = new RandomState()
  random.seed(options.seed === undefined ? drawKey() : keyFromSeed(options.seed))
  const programs = new ProgramCache()
  const tallies: Tally[] = []
  const batches = supply.pass(0)
  for (let batch = await batches.next(); batch; batch = await batches.next()) {
    const { executable, results } = await programs.get('repeat', batch.types, ({ x: types }) =>
      traceRandom(open, types, random),
    )
    const tally = new Tally(batch.samples, results[0].shape.slice(1))
    const arrays = batch.again()
    for (let repeat = 0; repeat < repeats; repeat++) {
      options.signal?.throwIfAborted()
      const [outputs] = await executable.run(arrays)
      tally.add(outputs)
    }
    tallies.push(tally)
  }
  return together(tallies, repeats)
}

/** The model as in training, with keys of its own: of all that it assigns, only their counter is kept. */
function traceRandom(model: AnyModel, x: readonly FeedType[], random: RandomState): NamedTrace {
  const { graph, assignments } = trace(batchInputs({ x, y: [], weights: [] }), (...tensors) => {
    const keys = random.keysForStep()
    const given = pack(tensors, requirePlaces(model).inputs.layout)
    const outputs = inContext({ training: true, fixedStatistics: true, random: keys }, () =>
      (model as unknown as Layer<Tensors, Tensors>).invoke(given),
    )
    keys.finish()
    return flatTensors(outputs)
  })
  if (graph.results.length !== 1) {
    throw new ArgumentError(
      `${model.title}: monteCarlo expects a model of one output, received one of ${graph.results.length}. Make one with models.functional({ inputs, outputs }).`,
    )
  }
  const kept = [...assignments].filter(([variable]) => random.variables.includes(variable))
  if (kept.length === 0) {
    throw new ArgumentError(
      `${model.title}: monteCarlo expects a model with something random in training, received one whose predictions are all the same. Add ` +
        'layers such as layers.dropout(0.2).',
    )
  }
  return { trace: { graph, assignments: new Map(kept) }, keys: [] }
}

/** What is summed up over the predictions of a batch, in float64. */
class Tally {
  readonly classes: number
  readonly sums: Float64Array
  readonly squares: Float64Array
  readonly votes: Float64Array
  /** The first prediction, from which differences are taken: sums of their squares lose nothing to rounding. */
  first: TypedArray | undefined

  constructor(
    readonly samples: number,
    readonly sampleShape: Shape,
  ) {
    const size = samples * sampleShape.reduce((a, b) => a * b, 1)
    this.classes = sampleShape.at(-1) ?? 1
    this.sums = new Float64Array(size)
    this.squares = new Float64Array(size)
    this.votes = new Float64Array(size)
  }

  add(outputs: TypedArray): void {
    this.first ??= outputs.slice() as TypedArray
    const { first, classes, sums, squares, votes } = this
    for (let begin = 0; begin < sums.length; begin += classes) {
      let best = begin
      for (let i = begin; i < begin + classes; i++) {
        const difference = outputs[i] - first[i]
        sums[i] += difference
        squares[i] += difference * difference
        if (outputs[i] > outputs[best]) best = i
      }
      if (classes > 1 || outputs[best] > 0.5) votes[best]++
    }
  }

  mean(i: number, repeats: number): number {
    return (this.first?.[i] ?? 0) + this.sums[i] / repeats
  }

  deviation(i: number, repeats: number): number {
    const mean = this.sums[i] / repeats
    return Math.sqrt(Math.max(0, this.squares[i] / repeats - mean * mean))
  }
}

function together(tallies: readonly Tally[], repeats: number): MonteCarloPrediction {
  const [{ sampleShape, classes }] = tallies
  const shape = [tallies.reduce((sum, { samples }) => sum + samples, 0), ...sampleShape]
  const gathered = (of: (tally: Tally, i: number) => number) =>
    Float32Array.from(tallies.flatMap((tally) => Array.from(tally.sums, (_, i) => of(tally, i))))
  const mean = gathered((tally, i) => tally.mean(i, repeats))
  const entropy = Float32Array.from({ length: mean.length / classes }, (_, row) => {
    const chances = Array.from(mean.subarray(row * classes, (row + 1) * classes))
    return entropyOf(classes === 1 ? [chances[0], 1 - chances[0]] : chances)
  })
  return {
    mean: constant(mean, shape, 'float32'),
    standardDeviation: constant(
      gathered((tally, i) => tally.deviation(i, repeats)),
      shape,
      'float32',
    ),
    entropy: constant(entropy, shape.slice(0, -1), 'float32'),
    votes: constant(
      gathered(({ votes }, i) => votes[i] / repeats),
      shape,
      'float32',
    ),
  }
}

/** In nats; the logarithm of a negative number is NaN. */
const entropyOf = (chances: readonly number[]): number =>
  chances.reduce((total, chance) => total - (chance === 0 ? 0 : chance * Math.log(chance)), 0)
