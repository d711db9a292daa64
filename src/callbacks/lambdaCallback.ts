import { Callback, type CallbackLike } from './callback.js'

/**
 * A callback made of functions (Keras's `LambdaCallback`). A plain object with the same functions does as well; this one has
 * `this.model` and `this.params`.
 *
 * @example
 * callbacks.lambdaCallback({ onEpochEnd: (epoch, logs) => console.log(epoch, logs.loss) })
 */
export class LambdaCallback extends Callback {
  static override readonly className = 'LambdaCallback'

  constructor(hooks: CallbackLike & ThisType<Callback> = {}) {
    super()
    Object.assign(this, hooks)
  }
}

/** See `LambdaCallback`. */
export const lambdaCallback = (hooks?: CallbackLike & ThisType<Callback>): LambdaCallback =>
  new LambdaCallback(hooks)
