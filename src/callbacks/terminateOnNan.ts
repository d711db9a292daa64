import type { NumericError } from '../errors.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { Callback } from './callback.js'

export interface TerminateOnNanOptions {
  /** Whether `fit` rejects with the error, as it does without this callback. Default: false. */
  readonly raiseError?: boolean
}

/**
 * Ends training when the loss or a gradient becomes NaN or infinite (Keras's `TerminateOnNaN`), as `stopTraining` does: `fit` gives the
 * history so far. It writes down which layer and which batch it was, and keeps it as `failure`. The model is as it was before that
 * batch.
 *
 * It takes over from the guard against NaN that every model has, which throws the same report.
 *
 * @throws ArgumentError from `fit` if that guard is off
 * @example
 * const guard = callbacks.terminateOnNan()
 * await model.fit(x, y, { callbacks: [guard] })
 * if (guard.failure) console.log(guard.failure.message)
 */
export class TerminateOnNaN extends Callback {
  static override readonly className = 'TerminateOnNaN'
  static readonly options: OptionKeys<TerminateOnNanOptions> = { raiseError: true }
  /** What ended the last run. */
  failure: NumericError | undefined
  private readonly raiseError: boolean

  constructor(options: TerminateOnNanOptions = {}) {
    super()
    checkOptions(options, this.className, '{ raiseError: true }', new.target.options)
    this.raiseError = options.raiseError ?? false
  }

  override onTrainBegin(): void {
    this.failure = undefined
  }

  override onNonFinite(failure: NumericError): void {
    this.failure = failure
    if (this.raiseError) throw failure
    this.sayBelowBar(failure.message)
  }
}

/** See `TerminateOnNaN`. */
export const terminateOnNan = (options?: TerminateOnNanOptions): TerminateOnNaN => new TerminateOnNaN(options)
