import type { DType } from '../graph/dtype.js'
import { type Shape, sameShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import type { TraceInput } from '../graph/trace.js'
import type { LossTerms } from '../layers/callContext.js'
import type { Tensors } from '../layers/tensors.js'
import { cast } from '../ops/cast.js'
import { iota } from '../ops/iota.js'
import { less } from '../ops/less.js'
import { multiply } from '../ops/multiply.js'
import { reshape } from '../ops/reshape.js'
import { literal } from '../ops/tensor.js'
import { pack } from '../utils/structure.js'
import type { Places } from './places.js'

/** The type of one array that a step is fed. */
export interface FeedType {
  readonly shape: Shape
  readonly dtype: DType
}

/** The types of all arrays of a batch, in the order in which they are fed; `null` for those that there are none of. */
export interface BatchTypes {
  readonly x: readonly FeedType[]
  readonly y: readonly (FeedType | null)[]
  readonly weights: readonly (FeedType | null)[]
}

/** Whether all arrays of two batches have the same types. */
export const sameTypes = (a: BatchTypes, b: BatchTypes): boolean =>
  sameFeeds(a.x, b.x) && sameFeeds(a.y, b.y) && sameFeeds(a.weights, b.weights)

/** The same for some of its arrays. */
export function sameFeeds(a: readonly (FeedType | null)[], b: readonly (FeedType | null)[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!sameType(a[i], b[i])) return false
  return true
}

const sameType = (a: FeedType | null, b: FeedType | null): boolean =>
  a === null || b === null ? a === b : a.dtype === b.dtype && sameShape(a.shape, b.shape)

/** The inputs of a step for the arrays of a batch. */
export function batchInputs({ x, y, weights }: BatchTypes): TraceInput[] {
  const named = (name: string, types: readonly (FeedType | null)[]) =>
    types.flatMap((type, i) => (type === null ? [] : [{ name: `${name}${i === 0 ? '' : `_${i}`}`, ...type }]))
  return [...named('x', x), ...named('y', y), ...named('sample_weight', weights)]
}

/**
 * A batch as a step of a model sees it: tensors in the form of the model's inputs and outputs. For use in `trainStep` and
 * `testStep`.
 */
export class StepBatch<In extends Tensors = Tensor, Out extends Tensors = Tensor> {
  /** The samples. */
  readonly x: In
  /** What the model should say of them; `undefined` where no labels were given. */
  readonly y: Out
  /** How many samples count, as a float32 scalar. In evaluation, copies of the last one may follow. */
  readonly samples: Tensor
  /** What layers add to the loss. Internal. */
  readonly losses: LossSum
  /** The targets of each output. */
  readonly targets: readonly (Tensor | undefined)[]
  private readonly weights: readonly (Tensor | undefined)[]
  private readonly padding: Tensor | undefined

  /**
   * @param tensors what `batchInputs` stand for
   * @param samples how many samples count, if not all do
   */
  constructor(
    types: BatchTypes,
    tensors: readonly Tensor[],
    places: { readonly inputs: Places; readonly outputs: Places },
    samples?: Tensor,
  ) {
    let next = 0
    const take = (list: readonly (FeedType | null)[]) =>
      list.map((type) => (type === null ? undefined : tensors[next++]))
    const x = take(types.x)
    const y = take(types.y)
    this.weights = take(types.weights)
    this.x = pack(x, places.inputs.layout) as In
    this.targets = places.outputs.names.map((_, i) => y[i])
    this.y = (y.length === 0 ? undefined : pack(y, places.outputs.layout)) as Out
    const [size] = types.x[0].shape
    this.samples = samples ?? literal(size)
    this.padding = samples && cast(less(cast(iota([size]), 'float32'), samples), 'float32')
    this.losses = new LossSum(this.padding && { mask: this.padding, samples: this.samples })
  }

  /** 1 for each sample that counts and 0 for copies behind them; `undefined` where all count. */
  get sampleMask(): Tensor | undefined {
    return this.padding
  }

  /** How many samples a loss divides by, where not all count. */
  get countedSamples(): Tensor | undefined {
    return this.padding && this.samples
  }

  /** The weights given for an output's samples, those of copies 0; `undefined` where all are 1. */
  sampleWeight(output = 0): Tensor | undefined {
    const given = this.weights[output]
    if (!given || !this.padding) return given ?? this.padding
    const mask = reshape(this.padding, [this.padding.size, ...given.shape.slice(1).map(() => 1)])
    return multiply(cast(given, 'float32'), mask)
  }
}

/** What layers add to the loss of a step. */
export class LossSum implements LossTerms {
  readonly terms: Tensor[] = []
  /** Whether a term was added that may depend on samples that are padding. */
  dependsOnPadding = false

  constructor(readonly batch?: LossTerms['batch']) {}

  add(term: Tensor, leavesOutPadding = false): void {
    this.terms.push(term)
    if (!leavesOutPadding) this.dependsOnPadding = true
  }
}
