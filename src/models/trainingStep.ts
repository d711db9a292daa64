import { ArgumentError, StateError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { foundGradients } from '../ops/gradient.js'
import { zerosLike } from '../ops/tensor.js'
import type { Optimizer } from '../optimizers/optimizer.js'
import type { StandStill } from './guards/standStill.js'
import { warn } from './guards/warn.js'

/** Weights that were named in a warning. */
const named = new WeakSet<Variable>()

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
   * @throws ArgumentError if it depends on none of them
   */
  minimize(loss: Tensor, weights = this.defaultWeights(), optimizer = this.compiled): void {
    this.losses.push(loss)
    const found = foundGradients(optimizer.scaleLoss(loss), weights)
    this.checkFound(weights, found)
    const gradients = found.map((gradient, i) => gradient ?? zerosLike(weights[i].value()))
    this.apply(weights, gradients, optimizer)
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

  /** As Keras does on TensorFlow: it refuses a loss that would train nothing, and names weights that it would not train. */
  private checkFound(weights: readonly Variable[], found: readonly (Tensor | undefined)[]): void {
    const without = weights.filter((_, i) => !found[i])
    if (without.length > 0 && without.length === weights.length) {
      throw new ArgumentError(
        `${this.title}: expected a loss that follows from the weights to train, received one without gradients for any of the ` +
          `${weights.length}. Compute it from the model's outputs; what is rounded, compared, an index or an integer has no gradient.`,
      )
    }
    const unknown = without.filter((weight) => !named.has(weight))
    if (unknown.length === 0) return
    for (const weight of unknown) named.add(weight)
    warn(
      `${this.title}: the loss has no gradients for ${unknown.map(({ name }) => name).join(', ')}: it does not depend on them, and does not ` +
        'train them. Where that is meant, set the trainable of their layers to false.',
    )
  }

  private get compiled(): Optimizer {
    const [optimizer] = this.rates.keys()
    return optimizer
  }
}
