import { ShapeError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { callable } from '../utils/callable.js'
import { type Config, type Configurable, classNameOf } from '../utils/config.js'
import { expectTensor } from '../utils/expectTensor.js'

/** A penalty: a scalar tensor that is added to the loss, from a weight or from a layer's outputs. */
export type RegularizerFunction = (x: Tensor) => Tensor

/**
 * The penalty for a tensor.
 * @param what what the tensor is called in errors
 * @throws ArgumentError, ShapeError unless the regularizer gives a scalar
 */
export function penaltyOf(regularizer: RegularizerFunction, x: Tensor, what: string): Tensor {
  const penalty = expectTensor(regularizer(x), `regularizer of ${what}`)
  if (penalty.size === 1) return penalty
  throw new ShapeError(
    `regularizer of ${what}: expected a scalar, received ${penalty}. Reduce it, for example with ops.sum(...).`,
  )
}

/**
 * A term of the loss that depends on a weight or on a layer's outputs: an object called like a function, `regularizer(x)`.
 * A plain function of ops serves wherever one is expected. Subclasses override `call`.
 */
export abstract class Regularizer extends callable<RegularizerFunction>() implements Configurable {
  /** Config keys of the constructor's positional arguments, in order; the rest are options. */
  static readonly positional: readonly string[] = []

  /** The name of the regularizer's class, as it stands in saved files. */
  get className(): string {
    return classNameOf(this)
  }

  /** The penalty for `x`: a float32 scalar. */
  abstract override call(x: Tensor): Tensor

  /** The settings under Keras's keys. */
  getConfig(): Config {
    return {}
  }
}
