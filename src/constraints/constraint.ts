import type { Tensor } from '../graph/tensor.js'
import { callable } from '../utils/callable.js'
import { type Config, type Configurable, classNameOf } from '../utils/config.js'

/** Maps a weight's value to the nearest allowed one, of the same shape. */
export type ConstraintFunction = (weight: Tensor) => Tensor

/**
 * What a weight's values must satisfy; the optimizer applies it after each update. An object called like a function,
 * `constraint(weight)`; a plain function of ops serves wherever one is expected. Subclasses override `call`.
 */
export abstract class Constraint extends callable<ConstraintFunction>() implements Configurable {
  /** Config keys of the constructor's positional arguments, in order; the rest are options. */
  static readonly positional: readonly string[] = []

  /** The name of the constraint's class, as it stands in saved files. */
  get className(): string {
    return classNameOf(this)
  }

  /** The allowed value for a weight's value. */
  abstract override call(weight: Tensor): Tensor

  /** The settings under Keras's keys. */
  getConfig(): Config {
    return {}
  }
}
