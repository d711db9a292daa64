import { Variable } from '../graph/variable.js'
import type { RandomKeys } from '../layers/callContext.js'
import { add } from '../ops/add.js'
import { foldIn } from '../ops/foldIn.js'
import { keyFromSeed } from '../ops/hostRandom.js'
import { tensor } from '../ops/tensor.js'
import type { RandomKey } from '../ops/threefry.js'
import { drawKey } from '../utils/randomSeed.js'

/** Keys for one traced step. */
export interface TracedKeys extends RandomKeys {
  /** Advances the counter, if any key was asked for. */
  finish(): void
}

/** The randomness of a model's steps (dropout): a key, and a counter that each training step advances. */
export class RandomState {
  private readonly key = new Variable([0, 0], [2], { name: 'random/key', dtype: 'int32', trainable: false })
  private readonly counter = new Variable([0], [], {
    name: 'random/counter',
    dtype: 'int32',
    trainable: false,
  })

  /** The key and the counter. */
  get variables(): readonly Variable[] {
    return [this.key, this.counter]
  }

  /** Starts again from a key, as if `counter` steps had been taken. */
  seed(key: RandomKey, counter = 0): void {
    this.key.write(key)
    this.counter.write([counter])
  }

  /** Whether a key was ever given. */
  get isSeeded(): boolean {
    return this.key.version > 0
  }

  /** Draws a key, if none was ever given. */
  ensureSeeded(): void {
    if (!this.isSeeded) this.seed(drawKey())
  }

  /** Inside a trace: keys for this step, one after another. */
  keysForStep(): TracedKeys {
    const step = this.counter.value()
    let used = 0
    return {
      next: (seed) => {
        const root = seed === undefined ? this.key.value() : tensor(Int32Array.from(keyFromSeed(seed)))
        return foldIn(foldIn(root, step), used++)
      },
      finish: () => {
        if (used > 0) this.counter.assign(add(step, 1))
      },
    }
  }
}
