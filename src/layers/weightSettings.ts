import type { ConstraintFunction } from '../constraints/constraint.js'
import { type ConstraintLike, getConstraint, serializeConstraint } from '../constraints/get.js'
import { getInitializer, type InitializerLike, serializeInitializer } from '../initializers/get.js'
import type { Initializer } from '../initializers/initializer.js'
import { getRegularizer, type RegularizerLike, serializeRegularizer } from '../regularizers/get.js'
import type { RegularizerFunction } from '../regularizers/regularizer.js'
import type { OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'

/** How one of a layer's weights begins, what it costs, and what it must satisfy. */
export interface WeightSettings {
  readonly initializer: Initializer
  readonly regularizer: RegularizerFunction | undefined
  readonly constraint: ConstraintFunction | undefined
}

/** The settings that a layer's options stand for. */
export const weightSettings = (
  initializer: InitializerLike,
  regularizer: RegularizerLike | undefined,
  constraint: ConstraintLike | undefined,
): WeightSettings => ({
  initializer: getInitializer(initializer),
  regularizer: getRegularizer(regularizer),
  constraint: getConstraint(constraint),
})

/** Options of the kernel, the weights that inputs are multiplied with. */
export interface KernelOptions {
  /** Default: `'glorot_uniform'`. */
  readonly kernelInitializer?: InitializerLike
  /** A penalty for the kernel. Default: none. */
  readonly kernelRegularizer?: RegularizerLike
  /** What the kernel must satisfy after each update. Default: none. */
  readonly kernelConstraint?: ConstraintLike
}

export const kernelOptions: OptionKeys<KernelOptions> = {
  kernelInitializer: true,
  kernelRegularizer: true,
  kernelConstraint: true,
}

/** Options of the bias, the weights that are added. */
export interface BiasOptions {
  /** Default: `'zeros'`. */
  readonly biasInitializer?: InitializerLike
  /** A penalty for the bias. Default: none. */
  readonly biasRegularizer?: RegularizerLike
  /** What the bias must satisfy after each update. Default: none. */
  readonly biasConstraint?: ConstraintLike
}

export const biasOptions: OptionKeys<BiasOptions> = {
  biasInitializer: true,
  biasRegularizer: true,
  biasConstraint: true,
}

export const kernelSettings = (options: KernelOptions): WeightSettings =>
  weightSettings(
    options.kernelInitializer ?? 'glorot_uniform',
    options.kernelRegularizer,
    options.kernelConstraint,
  )

export const biasSettings = (options: BiasOptions): WeightSettings =>
  weightSettings(options.biasInitializer ?? 'zeros', options.biasRegularizer, options.biasConstraint)

/** The settings under Keras's keys: `kernel_initializer`, `kernel_regularizer`, `kernel_constraint`. */
export const weightConfig = (weight: string, settings: WeightSettings): Config => ({
  [`${weight}_initializer`]: serializeInitializer(settings.initializer),
  [`${weight}_regularizer`]: serializeRegularizer(settings.regularizer),
  [`${weight}_constraint`]: serializeConstraint(settings.constraint),
})
