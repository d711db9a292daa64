import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { type Config, type Configurable, classNameOf } from '../utils/config.js'
import { toSnakeCase } from '../utils/naming.js'

export interface OptimizerOptions {
  /** Default: the class's name in lower case. */
  readonly name?: string
}

/** What a step hands to an update rule beside the gradient. */
export interface UpdateContext {
  /** The learning rate, an input of the step: changing it compiles nothing. */
  readonly learningRate: Tensor
  /** The number of this step, from 1, as float32. */
  readonly step: Tensor
}

/**
 * Changes weights against their gradients. Subclasses override `update`, the rule for one weight, and make the state
 * they need with `slot`; both run inside the traced step.
 */
export abstract class Optimizer implements Configurable {
  readonly name: string
  /** How many steps were taken: an int32 variable of rank 0 that the step advances. */
  readonly iterations: Variable
  private rate: number
  private readonly slots = new Map<Variable, Map<string, Variable>>()

  constructor(learningRate: number, options: OptimizerOptions = {}) {
    this.name = options.name ?? toSnakeCase(this.className)
    this.rate = this.checkedRate(learningRate)
    this.iterations = new Variable([0], [], {
      name: `${this.name}/iteration`,
      dtype: 'int32',
      trainable: false,
    })
  }

  /** The name of the optimizer's class, as it stands in saved files. */
  get className(): string {
    return classNameOf(this)
  }

  /** The learning rate of the steps to come. May be set at any time, during training too. */
  get learningRate(): number {
    return this.rate
  }

  set learningRate(value: number) {
    this.rate = this.checkedRate(value)
  }

  /** The new value of a weight for its gradient. */
  protected abstract update(weight: Variable, gradient: Tensor, context: UpdateContext): Tensor

  /** The names of the slots that each weight needs, in Keras's order. */
  protected abstract get slotNames(): readonly string[]

  /** Makes the state for weights that have none yet. */
  build(weights: readonly Variable[]): void {
    for (const weight of weights) for (const name of this.slotNames) this.slot(weight, name)
  }

  /** Inside a trace: updates each weight by its gradient and counts the step. */
  apply(weights: readonly Variable[], gradients: readonly Tensor[], learningRate: Tensor): void {
    const next = add(this.iterations.value(), 1)
    const context = { learningRate, step: cast(next, 'float32') }
    weights.forEach((weight, i) => weight.assign(this.update(weight, gradients[i], context)))
    this.iterations.assign(next)
  }

  /** A weight's state of this name, of the weight's shape; zeros at first. */
  protected slot(weight: Variable, name: string): Variable {
    const ofWeight = this.slots.get(weight) ?? new Map<string, Variable>()
    this.slots.set(weight, ofWeight)
    const known = ofWeight.get(name)
    if (known) return known
    const slot = new Variable(new Float32Array(weight.size), weight.shape, {
      name: `${this.name}/${weight.name}_${name}`,
      trainable: false,
    })
    ofWeight.set(name, slot)
    return slot
  }

  /** The state: iterations, then each weight's slots. */
  get variables(): Variable[] {
    return [this.iterations, ...[...this.slots.values()].flatMap((ofWeight) => [...ofWeight.values()])]
  }

  /** Whether a model's weights have their slots. */
  get built(): boolean {
    return this.slots.size > 0
  }

  /** The settings under Keras's keys. */
  getConfig(): Config {
    return {
      name: this.name,
      learning_rate: this.rate,
      weight_decay: null,
      clipnorm: null,
      global_clipnorm: null,
      clipvalue: null,
      use_ema: false,
      ema_momentum: 0.99,
      ema_overwrite_frequency: null,
      loss_scale_factor: null,
      gradient_accumulation_steps: null,
    }
  }

  private checkedRate(value: number): number {
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
    throw new ArgumentError(
      `${this.className}: expected a learning rate of at least 0, received ${String(value)}. Usual ones are 0.1 to 0.0001.`,
    )
  }
}

/** @throws ArgumentError unless the value lies in [0, 1) or, if said so, [0, 1] */
export function fraction(value: number, what: string): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  throw new ArgumentError(`${what}: expected a number from 0 to 1, received ${String(value)}.`)
}
