import type { Shape } from '../graph/shape.js'
import { sizeOf } from '../graph/shape.js'
import type { Config } from '../utils/config.js'
import { finite } from '../utils/numbers.js'
import { Initializer } from './initializer.js'

/** Every weight is `value` (Keras's `Constant`). Default: 0. */
export class Constant extends Initializer {
  static readonly className: string = 'Constant'
  static override readonly positional = ['value']

  constructor(readonly value = 0) {
    super()
    finite(value, 'Constant: value')
  }

  override generate(shape: Shape): Float64Array {
    return new Float64Array(sizeOf(shape)).fill(this.value)
  }

  override getConfig(): Config {
    return { value: this.value }
  }
}

/** Every weight is 0. As a kernel's initializer it leaves all units equal for ever; biases usually start so. */
export class Zeros extends Initializer {
  static readonly className = 'Zeros'

  override generate(shape: Shape): Float64Array {
    return new Float64Array(sizeOf(shape))
  }
}

/** Every weight is 1. */
export class Ones extends Initializer {
  static readonly className = 'Ones'

  override generate(shape: Shape): Float64Array {
    return new Float64Array(sizeOf(shape)).fill(1)
  }
}

/** Every weight is `value`: see `Constant`. */
export const constant = (value = 0): Constant => new Constant(value)
/** Every weight is 0: see `Zeros`. */
export const zeros = (): Zeros => new Zeros()
/** Every weight is 1: see `Ones`. */
export const ones = (): Ones => new Ones()
