import { InternalError } from '../errors.js'
import { getOptimizer, type OptimizerLike } from '../optimizers/get.js'
import type { Optimizer } from '../optimizers/optimizer.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { type GuardOptions, type Guards, resolveGuards } from './guards/guards.js'
import {
  checkObjectiveOptions,
  type GetMetric,
  metricMaker,
  type Objective,
  type ObjectiveOptions,
  type OutputShapes,
  settleObjective,
} from './objective.js'
import type { Places } from './places.js'
import type { Probe } from './probe.js'

export interface CompileOptions extends ObjectiveOptions {
  /** How weights are changed. Default: `'rmsprop'`, as in Keras. */
  readonly optimizer?: OptimizerLike
  /** Which mistakes are looked for: all (the default, `true`), none (`false`), or all but those set to false. */
  readonly guards?: boolean | GuardOptions
}

const compileOptions: OptionKeys<CompileOptions> = {
  optimizer: true,
  loss: true,
  lossWeights: true,
  metrics: true,
  weightedMetrics: true,
  guards: true,
}

/** What `compile` was given. Forms of loss and metrics are settled when the first labels are seen, as in Keras. */
export class CompiledModel {
  readonly optimizer: Optimizer
  readonly guards: Guards
  /** Settled by the first labels that fit. */
  objective: Objective | undefined
  /** Whether the objective is for the layers that the model has now. */
  isSettled = false
  /** Whether outputs for samples to train on were looked at. */
  outputsChecked = false
  /** What the model does with data of one shape. */
  probe: Probe | undefined

  private getMetric: GetMetric | undefined

  constructor(readonly options: CompileOptions) {
    checkOptions(options, 'compile', "{ loss: 'mse' }", compileOptions)
    checkObjectiveOptions(options)
    this.optimizer = getOptimizer(options.optimizer ?? 'rmsprop')
    this.guards = resolveGuards(options.guards)
  }

  /** Loads what it takes to settle the objective. */
  async load(): Promise<void> {
    this.getMetric ??= await metricMaker(this.options)
  }

  /** The objective for these outputs and labels: see `settleObjective`. */
  settled(places: Places, shapes: readonly OutputShapes[]): Objective {
    if (this.isSettled && this.objective) return this.objective
    if (!this.getMetric) throw new InternalError('An objective was settled before it could be.')
    return settleObjective(this.options, places, shapes, this.getMetric)
  }

  /** Forgets what was found by looking at the model, whose layers are others now: the objective is settled anew at its next use. */
  forgetModel(): void {
    this.isSettled = false
    this.outputsChecked = false
    this.probe = undefined
  }
}
