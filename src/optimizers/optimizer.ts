import { StateError } from '../errors.js'
import type { Shape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { divide } from '../ops/divide.js'
import { equal } from '../ops/equal.js'
import { floorDivide } from '../ops/floorDivide.js'
import { mod } from '../ops/mod.js'
import { multiply } from '../ops/multiply.js'
import { notEqual } from '../ops/notEqual.js'
import { subtract } from '../ops/subtract.js'
import { where } from '../ops/where.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { type Config, type Configurable, classNameOf } from '../utils/config.js'
import { toSnakeCase } from '../utils/naming.js'
import { assignIf } from './assignIf.js'
import { clipGradients } from './clipping.js'
import { flushSubnormals } from './flushSubnormals.js'
import { LearningRate } from './learningRate.js'
import {
  type CommonSettings,
  commonSettings,
  type LearningRateLike,
  type OptimizerOptions,
  optimizerOptions,
} from './options.js'

/** What a step hands to an update rule beside the gradient. */
export interface UpdateContext {
  /** The learning rate, an input of the step: changing it compiles nothing. */
  readonly learningRate: Tensor
  /** The number of this update, from 1, as float32. */
  readonly step: Tensor
}

/** Weights that are not decayed. */
export interface DecayExclusions {
  readonly variables?: readonly Variable[]
  /** Parts of names: `['bias']` excludes all biases. */
  readonly names?: readonly string[]
}

const decayExclusions: OptionKeys<DecayExclusions> = { variables: true, names: true }

/**
 * Changes weights against their gradients. Subclasses override `update`, the rule for one weight, which runs inside the
 * traced step, and `makeSlots`, if the rule needs state.
 *
 * A step goes so: gradients are unscaled, accumulated, clipped; weights decay; `update` for each weight; the moving average
 * of weights; constraints; the count of steps.
 *
 * @example
 * class SignDescent extends optimizers.Optimizer {
 *   update(weight, gradient, { learningRate }) {
 *     return ops.subtract(weight.value(), ops.multiply(ops.sign(gradient), learningRate))
 *   }
 * }
 */
export abstract class Optimizer implements Configurable {
  /** The module of Keras that the class is written under in saved files. */
  static readonly kerasModule: string = 'keras.optimizers'
  /** Config keys of the constructor's positional arguments: none, all are options. */
  static readonly positional: readonly string[] = []
  /** The names of the constructor's options. A class with options of its own names them, or takes them apart before `super(...)`. */
  static readonly options: OptionKeys<OptimizerOptions> = optimizerOptions

  readonly name: string
  /** How many steps were taken: an int32 variable of rank 0 that the step advances. */
  readonly iterations: Variable
  /** The options that all optimizers treat alike. */
  readonly settings: CommonSettings
  private readonly rate: LearningRate
  private readonly slots = new Map<Variable, Map<string, Variable>>()
  /** State that belongs to no weight, by its name. */
  private readonly shared = new Map<string, Variable>()
  private readonly state: Variable[] = []
  /** The slots that were asked for last, in order. */
  private asked: Variable[] = []
  private exclusions: DecayExclusions = {}

  constructor(options: OptimizerOptions = {}, defaultLearningRate = 0.001) {
    checkOptions(options, this.className, '{ learningRate: 0.1 }', new.target.options)
    this.name = options.name ?? toSnakeCase(this.className)
    this.settings = commonSettings(options, this.className)
    this.rate = new LearningRate(options.learningRate ?? defaultLearningRate, this.className)
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

  /**
   * The learning rate of the next step. It may be set at any time, during training too, to a number or to a schedule.
   * @throws StateError if a number is set where a schedule rules
   */
  get learningRate(): number {
    return this.rate.value
  }

  set learningRate(value: LearningRateLike) {
    this.rate.set(value)
  }

  /** Before a run of steps: takes the count of steps from the device, for the schedule. */
  synchronize(): Promise<void> {
    return this.rate.synchronize(this.iterations)
  }

  /** The learning rate for the step that is being launched, which is counted. */
  takeLearningRate(): number {
    return this.rate.take()
  }

  /** The new value of a weight for its gradient. */
  protected abstract update(weight: Variable, gradient: Tensor, context: UpdateContext): Tensor

  /** Makes the state that weights need, with `addSlots`. It may be called again for the same weights, whose slots stay. */
  protected makeSlots(_weights: readonly Variable[]): void {}

  /** Makes the state for weights that have none yet. */
  build(weights: readonly Variable[]): void {
    const added = weights.filter((weight) => !this.slots.has(weight))
    if (added.length === 0) return
    for (const weight of added) this.slots.set(weight, new Map())
    this.makeAllSlots(added)
  }

  private makeAllSlots(weights: readonly Variable[]): void {
    if (this.settings.useEma) this.addSlots(weights, ['average'])
    if (this.settings.gradientAccumulationSteps) this.addSlots(weights, ['gradient_accumulator'])
    this.makeSlots(weights)
  }

  /** The loss to differentiate. */
  scaleLoss(loss: Tensor): Tensor {
    const { lossScaleFactor } = this.settings
    return lossScaleFactor === undefined ? loss : multiply(loss, lossScaleFactor)
  }

  /** Inside a trace: updates each weight by its gradient (of the scaled loss) and counts the step. */
  apply(weights: readonly Variable[], gradients: readonly Tensor[], learningRate: Tensor): void {
    this.build(weights)
    const slots = new Set(this.state)
    flushSubnormals(
      (variable) => slots.has(variable),
      () => this.applyRules(weights, gradients, learningRate),
    )
  }

  private applyRules(weights: readonly Variable[], gradients: readonly Tensor[], learningRate: Tensor): void {
    const { lossScaleFactor, gradientAccumulationSteps, useEma } = this.settings
    const iterations = this.iterations.value()
    const updates = gradientAccumulationSteps
      ? floorDivide(iterations, gradientAccumulationSteps)
      : iterations
    const context = { learningRate, step: cast(add(updates, 1), 'float32') }
    const unscaled = lossScaleFactor
      ? gradients.map((gradient) => divide(gradient, lossScaleFactor))
      : gradients
    const update = (means: readonly Tensor[]) => {
      this.decayWeights(weights, learningRate)
      this.updateAll(weights, clipGradients(means, this.settings), context)
    }
    if (gradientAccumulationSteps) this.accumulate(weights, unscaled, gradientAccumulationSteps, update)
    else update(unscaled)
    if (useEma) this.averageWeights(weights, updates)
    for (const weight of weights) if (weight.constraint) weight.assign(weight.constraint(weight.value()))
    this.iterations.assign(add(iterations, 1))
  }

  /** Inside a trace: updates all weights. Override it for state that belongs to no weight. */
  protected updateAll(
    weights: readonly Variable[],
    gradients: readonly Tensor[],
    context: UpdateContext,
  ): void {
    weights.forEach((weight, i) => weight.assign(this.update(weight, gradients[i], context)))
  }

  /** Sums gradients up, and updates by their mean when enough have come. */
  private accumulate(
    weights: readonly Variable[],
    gradients: readonly Tensor[],
    steps: number,
    update: (means: readonly Tensor[]) => void,
  ): void {
    const isDue = equal(mod(add(this.iterations.value(), 1), steps), 0)
    const sums = weights.map((weight, i) =>
      add(gradients[i], this.slot(weight, 'gradient_accumulator').value()),
    )
    assignIf(isDue, () => update(sums.map((sum) => divide(sum, steps))))
    weights.forEach((weight, i) => this.slot(weight, 'gradient_accumulator').assign(where(isDue, 0, sums[i])))
  }

  /** Moves the averages of weights, which begin as the weights after the first update; writes them back when due. */
  private averageWeights(weights: readonly Variable[], updates: Tensor): void {
    const { emaMomentum, emaOverwriteFrequency } = this.settings
    const momentum = multiply(cast(notEqual(updates, 0), 'float32'), emaMomentum)
    for (const weight of weights) {
      const average = this.slot(weight, 'average')
      const old = multiply(average.value(), momentum)
      average.assign(add(old, multiply(weight.value(), subtract(1, momentum))))
      if (!emaOverwriteFrequency) continue
      const isDue = equal(mod(add(updates, 1), emaOverwriteFrequency), 0)
      weight.assign(where(isDue, average.value(), weight.value()))
    }
  }

  private decayWeights(weights: readonly Variable[], learningRate: Tensor): void {
    for (const weight of weights) {
      const decay = this.isExcluded(weight) ? undefined : this.decayOf(weight)
      if (decay === undefined) continue
      const value = weight.value()
      weight.assign(subtract(value, multiply(multiply(value, decay), learningRate)))
    }
  }

  /** By how much a weight decays. */
  protected decayOf(_weight: Variable): number | undefined {
    return this.settings.weightDecay
  }

  /** Leaves weights out of weight decay. To be called before training. */
  excludeFromWeightDecay(exclusions: DecayExclusions): void {
    checkOptions(exclusions, 'excludeFromWeightDecay', "{ names: ['bias'] }", decayExclusions)
    this.exclusions = exclusions
  }

  private isExcluded(weight: Variable): boolean {
    const { variables = [], names = [] } = this.exclusions
    return variables.includes(weight) || names.some((part) => weight.name.includes(part))
  }

  /** With `useEma`: the moving average of a weight, which is of use once a step was taken. */
  averageOf(weight: Variable): Variable | undefined {
    return this.slots.get(weight)?.get('average')
  }

  /** With `useEma`: writes the moving averages into the weights. `fit` ends with it. */
  async finalizeVariableValues(weights: readonly Variable[]): Promise<void> {
    // Before the first step averages are zeros.
    if (!this.settings.useEma || (await this.iterations.data())[0] === 0) return
    const averages = await Promise.all(weights.map((weight) => this.averageOf(weight)?.data()))
    weights.forEach((weight, i) => {
      const average = averages[i]
      // That of a weight which became trainable after the last step is not there, or zeros too.
      if (average?.some((value) => value !== 0)) weight.write(average)
    })
  }

  /**
   * Makes slots of each weight's shape: for each weight all names, in the order in which Keras saves them.
   * @param initial the value of each element at first; default 0
   */
  protected addSlots(weights: readonly Variable[], names: readonly string[], initial = 0): void {
    for (const weight of weights) for (const name of names) this.addSlot(weight, name, weight.shape, initial)
  }

  /** Makes one slot of a weight, of any shape. */
  protected addSlot(weight: Variable, name: string, shape: Shape, initial = 0): void {
    const named = this.slots.get(weight)
    const slot =
      named?.get(name) ?? this.makeVariable(`${weight.name.replaceAll('/', '_')}_${name}`, shape, initial)
    named?.set(name, slot)
    this.asked.push(slot)
  }

  /** Makes state that belongs to no weight, unless there is some of this name. */
  protected addVariable(name: string, shape: Shape, initial = 0): Variable {
    const variable = this.shared.get(name) ?? this.makeVariable(name, shape, initial)
    this.shared.set(name, variable)
    return variable
  }

  private makeVariable(name: string, shape: Shape, initial: number): Variable {
    const variable = new Variable((target) => target.fill(initial), shape, {
      name: `${this.name}/${name}`,
      trainable: false,
    })
    this.state.push(variable)
    return variable
  }

  /**
   * A weight's state of this name.
   * @throws StateError if `makeSlots` did not make it
   */
  protected slot(weight: Variable, name: string): Variable {
    const slot = this.slots.get(weight)?.get(name)
    if (slot) return slot
    throw new StateError(
      `${this.className}: weight ${weight.name} has no slot '${name}'. Make it in makeSlots(weights) with this.addSlots(weights, ['${name}']).`,
    )
  }

  /** The state: iterations, then the slots, in the order in which they were made. */
  get variables(): Variable[] {
    return [this.iterations, ...this.state]
  }

  /**
   * The state for these weights alone, in the order in which Keras saves it: iterations, the slots, what belongs to no weight. Whenever
   * weights became trainable, it is that of an optimizer which had all of them from the start. Makes the slots that are missing.
   */
  variablesFor(weights: readonly Variable[]): Variable[] {
    this.build(weights)
    this.asked = []
    this.makeAllSlots(weights)
    return [this.iterations, ...this.asked, ...this.shared.values()]
  }

  /** The state for these weights in another order: the count of steps, then slot by slot, each of all weights. */
  variablesBySlot(weights: readonly Variable[]): Variable[] {
    this.build(weights)
    const slots = weights.flatMap((weight) => this.slots.get(weight) ?? [])
    const names = new Set(slots.flatMap((named) => [...named.keys()]))
    return [this.iterations, ...[...names].flatMap((name) => slots.flatMap((named) => named.get(name) ?? []))]
  }

  /**
   * The state by names that do not depend on when weights became trainable: `iteration`, `layers/dense/kernel/momentum`.
   * @param paths what weights are called; slots of others are left out
   */
  namedVariables(paths: ReadonlyMap<Variable, string>): Map<string, Variable> {
    const named = new Map([['iteration', this.iterations], ...this.shared])
    for (const [weight, slots] of this.slots) {
      const path = paths.get(weight)
      if (path === undefined) continue
      for (const [name, slot] of slots) named.set(`${path}/${name}`, slot)
    }
    return named
  }

  /** Whether a model's weights have their slots. */
  get built(): boolean {
    return this.slots.size > 0
  }

  /** The settings under Keras's keys. */
  getConfig(): Config {
    const { settings } = this
    return {
      name: this.name,
      learning_rate: this.rate.serialize(),
      weight_decay: settings.weightDecay ?? null,
      clipnorm: settings.clipnorm ?? null,
      global_clipnorm: settings.globalClipnorm ?? null,
      clipvalue: settings.clipvalue ?? null,
      use_ema: settings.useEma,
      ema_momentum: settings.emaMomentum,
      ema_overwrite_frequency: settings.emaOverwriteFrequency ?? null,
      loss_scale_factor: settings.lossScaleFactor ?? null,
      gradient_accumulation_steps: settings.gradientAccumulationSteps ?? null,
    }
  }
}
