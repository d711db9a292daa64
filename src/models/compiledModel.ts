import { ArgumentError } from '../errors.js'
import type { TensorType } from '../graph/op.js'
import type { Shape } from '../graph/shape.js'
import { checkLossIdentifier, getLoss, type LossLike } from '../losses/get.js'
import type { Loss } from '../losses/loss.js'
import { checkMetricIdentifier, getMetric, type MetricLike } from '../metrics/get.js'
import { Mean } from '../metrics/mean.js'
import type { Metric } from '../metrics/metric.js'
import { getOptimizer, type OptimizerLike } from '../optimizers/get.js'
import type { Optimizer } from '../optimizers/optimizer.js'

export interface CompileOptions {
  /** How far predictions are from targets. `'crossentropy'` chooses its form by the labels. */
  readonly loss: LossLike
  /** How weights are changed. */
  readonly optimizer: OptimizerLike
  /** What is measured besides the loss. `'accuracy'` chooses its form by the labels. Default: none. */
  readonly metrics?: readonly MetricLike[]
}

/** The loss and metrics in the forms that fit a kind of labels. */
export interface Objective {
  readonly loss: Loss
  /** The mean loss, then the metrics, in the order of a step's results. */
  readonly trackers: readonly Metric[]
  readonly lossTracker: Mean
  readonly metrics: readonly Metric[]
  /** Whether loss or metrics take a batch as a whole, so that it must not be padded. */
  couplesSamples(yTrue: TensorType, yPred: TensorType): boolean
}

/** What `compile` was given. Forms of loss and metrics are settled when the first labels are seen, as in Keras. */
export class CompiledModel {
  readonly optimizer: Optimizer
  private objective: Objective | undefined

  constructor(private readonly options: CompileOptions) {
    checkLossIdentifier(options.loss)
    for (const metric of options.metrics ?? []) checkMetricIdentifier(metric)
    this.optimizer = getOptimizer(options.optimizer)
  }

  /**
   * The objective for labels and outputs of these shapes. It is settled for good by the first labels that `check`, which
   * throws if they do not fit its loss, lets pass.
   * @throws ArgumentError if two metrics would have one key in logs
   */
  objectiveFor(labels: Shape, output: Shape, check: (loss: Loss) => void): Objective {
    const objective = this.objective ?? this.settle(labels, output)
    check(objective.loss)
    this.objective = objective
    return objective
  }

  /** Forgets all batches that loss and metrics have seen. */
  resetMetrics(): void {
    for (const tracker of this.objective?.trackers ?? []) tracker.resetState()
  }

  private settle(labels: Shape, output: Shape): Objective {
    const loss = getLoss(this.options.loss, labels, output)
    const metrics = (this.options.metrics ?? []).map((metric) => getMetric(metric, labels, output))
    const lossTracker = new Mean({ name: 'loss' })
    const trackers = [lossTracker, ...metrics]
    const names = trackers.map((tracker) => tracker.name)
    const twice = names.find((name, i) => names.indexOf(name) !== i)
    if (twice !== undefined) {
      throw new ArgumentError(
        `compile: two metrics have the name '${twice}', which is their key in logs. Give one of them another name.`,
      )
    }
    return {
      loss,
      trackers,
      lossTracker,
      metrics,
      couplesSamples: (yTrue, yPred) =>
        [loss, ...metrics].some((measure) => measure.couplesSamples(yTrue, yPred)),
    }
  }
}
