import { StateError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { gradients as gradientsOf } from '../ops/gradient.js'
import type { Optimizer } from '../optimizers/optimizer.js'
import type { StandStill } from './guards/standStill.js'

export interface WeightGradient {
  readonly weight: Variable
  readonly gradient: Tensor
}

/** What a training step can do besides computing: for use in `trainStep`. */
export class TrainingStep {
  /** The losses that the step made smaller. */
  readonly losses: Tensor[] = []
  /** The gradients that weights were changed by. */
  readonly gradients: WeightGradient[] = []

  constructor(
    private readonly title: string,
    /** Each optimizer of the model, the compiled one first, with its learning rate in this step. */
    private readonly rates: ReadonlyMap<Optimizer, Tensor>,
    private readonly defaultWeights: () => readonly Variable[],
    private readonly standStill?: StandStill,
  ) {}

  /**
   * Changes weights so that a float32 scalar becomes smaller.
   * @param weights default: all that the model may train
   * @param optimizer default: the one that the model was compiled with; others are held in properties of the model
   */
  minimize(loss: Tensor, weights = this.defaultWeights(), optimizer = this.compiled): void {
    this.losses.push(loss)
    this.apply(weights, gradientsOf(optimizer.scaleLoss(loss), weights), optimizer)
  }

  /** Changes weights by gradients of your own, of `optimizer.scaleLoss(loss)`. */
  apply(weights: readonly Variable[], gradients: readonly Tensor[], optimizer = this.compiled): void {
    this.gradients.push(...weights.map((weight, i) => ({ weight, gradient: gradients[i] })))
    this.standStill?.update([...this.losses, ...gradients])
    optimizer.apply(weights, gradients, this.learningRate(optimizer))
  }

  /** An optimizer's learning rate in this step, as a float32 scalar. */
  learningRate(optimizer = this.compiled): Tensor {
    const rate = this.rates.get(optimizer)
    if (rate) return rate
    throw new StateError(
      `${this.title}: the optimizer '${optimizer.name}' does not belong to the model. Hold it in a property of the model, so that its ` +
        'learning rate reaches the step.',
    )
  }

  private get compiled(): Optimizer {
    const [optimizer] = this.rates.keys()
    return optimizer
  }
}
