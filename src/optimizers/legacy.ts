import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { sqrt } from '../ops/sqrt.js'
import { Adagrad } from './adagrad.js'
import { RMSprop } from './rmsprop.js'

/**
 * The module of Keras 2.11 to 2.15 with the optimizers that there were before, which those of now replace. Most follow the same rule. Those
 * that do not are here, for models in files that go on being trained: they are written as what they are, too.
 */
export const LEGACY_MODULE = 'keras.optimizers.legacy'

/** `RMSprop` as it was: without momentum, `epsilon` is added to the root, not under it. */
export class LegacyRMSprop extends RMSprop {
  static override readonly kerasModule = LEGACY_MODULE

  protected override divisor(variance: Tensor): Tensor {
    return this.momentum > 0 ? super.divisor(variance) : add(sqrt(variance), this.epsilon)
  }
}

/** `Adagrad` as it was: `epsilon` is added to the root, not under it. */
export class LegacyAdagrad extends Adagrad {
  static override readonly kerasModule = LEGACY_MODULE

  protected override divisor(accumulator: Tensor): Tensor {
    return add(sqrt(accumulator), this.epsilon)
  }
}
