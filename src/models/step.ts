import type { DType } from '../graph/dtype.js'
import type { Shape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { type Trace, type TraceInput, trace } from '../graph/trace.js'
import { inContext, type LossTerms } from '../layers/callContext.js'
import type { Layer } from '../layers/layer.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { gradients } from '../ops/gradient.js'
import { iota } from '../ops/iota.js'
import { less } from '../ops/less.js'
import type { Optimizer } from '../optimizers/optimizer.js'
import type { Objective } from './compiledModel.js'
import type { RandomState } from './randomState.js'

/** The type of one array that a step is fed. */
export interface FeedType {
  readonly shape: Shape
  readonly dtype: DType
}

/** What a step is traced from. */
export interface StepParts {
  readonly model: Layer
  readonly random: RandomState
  readonly objective: Objective
  readonly optimizer: Optimizer
}

const feed = (name: string, type: FeedType): TraceInput => ({ name, ...type })
const scalar = (name: string): TraceInput => ({ name, shape: [], dtype: 'float32' })

/**
 * A training step: forward pass, loss, gradients, the optimizer's update and the metrics, all in one.
 * Inputs: x, y, the learning rate. Results: this batch's loss, then each tracker's value so far.
 */
export function traceTrainStep(parts: StepParts, x: FeedType, y: FeedType): Trace {
  const { model, random, objective, optimizer } = parts
  return trace([feed('x', x), feed('y', y), scalar('learning_rate')], (inputs, targets, learningRate) => {
    const weights = model.trainableWeights
    const keys = random.keysForStep()
    const losses = new LossSum()
    const outputs = inContext({ training: true, random: keys, losses }, () => model.invoke(inputs))
    keys.finish()
    const loss = losses.totalWith(objective.loss.compute(targets, outputs), model)
    optimizer.apply(weights, gradients(optimizer.scaleLoss(loss), weights), learningRate)
    objective.lossTracker.update(loss, cast(x.shape[0], 'float32'))
    for (const metric of objective.metrics) metric.updateState(targets, outputs)
    return [loss, ...objective.trackers.map((tracker) => tracker.result())]
  })
}

/**
 * A test step: forward pass in inference, loss and metrics.
 * Inputs: x, y, and how many samples of the batch count; the others are padding, of which there must be none if loss or
 * metrics take the batch as a whole. Results: each tracker's value so far.
 */
export function traceTestStep({ model, random, objective }: StepParts, x: FeedType, y: FeedType): Trace {
  return trace([feed('x', x), feed('y', y), scalar('samples')], (inputs, targets, samples) => {
    const sampleWeight = cast(less(cast(iota([x.shape[0]]), 'float32'), samples), 'float32')
    const losses = new LossSum({ mask: sampleWeight, samples })
    const outputs = infer(model, random, inputs, losses)
    const isWhole = objective.couplesSamples(targets, outputs)
    const counted = isWhole ? {} : { sampleWeight, samples }
    const loss = losses.totalWith(objective.loss.compute(targets, outputs, counted), model)
    objective.lossTracker.update(loss, samples)
    for (const metric of objective.metrics) metric.updateState(targets, outputs, counted.sampleWeight)
    return objective.trackers.map((tracker) => tracker.result())
  })
}

/** The model's outputs in inference. Input: x. Result: the outputs. */
export function tracePredictStep({ model, random }: Pick<StepParts, 'model' | 'random'>, x: FeedType): Trace {
  return trace([feed('x', x)], (inputs) => [infer(model, random, inputs)])
}

function infer(model: Layer, random: RandomState, inputs: Tensor, losses?: LossTerms): Tensor {
  const keys = random.keysForStep()
  const outputs = inContext({ training: false, random: keys, losses }, () => model.invoke(inputs))
  keys.finish()
  return outputs
}

/** What layers add to the loss of a step. */
class LossSum implements LossTerms {
  private readonly terms: Tensor[] = []

  constructor(readonly batch?: LossTerms['batch']) {}

  add(term: Tensor): void {
    this.terms.push(term)
  }

  /** The loss, the terms that layers added, and the penalties of the model's weights. */
  totalWith(loss: Tensor, model: Layer): Tensor {
    return [...this.terms, ...model.regularizationLosses()].reduce((total, term) => add(total, term), loss)
  }
}
