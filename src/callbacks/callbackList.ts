import { ArgumentError, DataError, GradusError, type NumericError } from '../errors.js'
import { isSnapshot } from '../graph/variable.js'
import { classNameOf } from '../utils/config.js'
import { toSnakeCase } from '../utils/naming.js'
import { suggestion } from '../utils/nearest.js'
import { show } from '../utils/show.js'
import {
  Callback,
  type CallbackLike,
  type CallbackModel,
  type LoggedMetric,
  type Logs,
  type RunParameters,
} from './callback.js'
import type { CaptureState, SavedTraining, TrainingMoment } from './trainingState.js'

/** A moment of which callbacks are told. */
type Moment = Extract<keyof CallbackLike, `on${string}${'Begin' | 'End'}`>
type ArgumentsOf<M extends Moment> = Parameters<NonNullable<CallbackLike[M]>>
type Stage = 'Train' | 'Test' | 'Predict'

const stages = ['Train', 'Test', 'Predict'] as const
const hooks: readonly string[] = [
  ...stages.flatMap((stage) => [
    `on${stage}Begin`,
    `on${stage}End`,
    `on${stage}BatchBegin`,
    `on${stage}BatchEnd`,
  ]),
  ...['onEpochBegin', 'onEpochEnd', 'onNonFinite'],
]

/**
 * Tells callbacks in order, each when the one before is done (Keras's `CallbackList`). For a training loop of your own:
 *
 * @example
 * const list = new callbacks.CallbackList([callbacks.csvLogger('log.csv')])
 * list.begin(model, { epochs: 2, steps: 10, verbose: 0, output })
 * await list.during('Train', async () => {
 *   // ... list.tell('onEpochEnd', epoch, logs)
 * })
 */
export class CallbackList {
  readonly callbacks: readonly CallbackLike[]

  /**
   * @param behind callbacks that are told after those
   * @throws ArgumentError for what is no callback, and for methods that look like a callback's but are never called
   */
  constructor(callbacks: readonly CallbackLike[] = [], behind: readonly CallbackLike[] = []) {
    if (!Array.isArray(callbacks)) {
      throw new ArgumentError(
        `callbacks: expected a list, received ${showCallback(callbacks)}. Write callbacks: [callback].`,
      )
    }
    callbacks.forEach(checkCallback)
    this.callbacks = [...callbacks, ...behind]
  }

  /** What the states of the callbacks are stored under, in order. */
  get names(): readonly string[] {
    return numbered(this.callbacks.map(nameOf))
  }

  /** Before a run: which model, and what is known of it. */
  begin(model: CallbackModel, params: RunParameters): void {
    for (const callback of this.callbacks) {
      callback.setModel?.(model)
      callback.setParams?.(params)
    }
  }

  /** Whether anybody wants to know which numbers the logs of an epoch will have. */
  get asksForMetrics(): boolean {
    return this.callbacks.some((callback) => callback.setMetrics)
  }

  /** Tells which numbers the logs of an epoch will have, besides those that callbacks add. */
  async setMetrics(metrics: readonly LoggedMetric[]): Promise<void> {
    const added = this.callbacks.flatMap(({ logKeys = [] }) => logKeys)
    const all = [...metrics, ...added.map((key) => ({ key, direction: undefined }))]
    for (const callback of this.callbacks) await callback.setMetrics?.(all)
  }

  /** Whether anybody is told of this moment. */
  hears(moment: Moment): boolean {
    return this.callbacks.some((callback) => callback[moment])
  }

  /** Whether each batch must wait until the end of the one before was told. */
  inLockstep(stage: Stage): boolean {
    return this.callbacks.some(
      (callback) =>
        !callback.asyncSafe && (callback[`on${stage}BatchBegin`] || callback[`on${stage}BatchEnd`]),
    )
  }

  /** Whether the next batch of training must wait until the end of this one, which was begun, was told. */
  landsAlone(batch: number): boolean {
    return this.inLockstep('Train') || this.callbacks.some((callback) => callback.needsModelAfter?.(batch))
  }

  /** The state that training is to go on from, of the first callback that has one. */
  async restoreTraining(): Promise<SavedTraining | undefined> {
    const found: (SavedTraining | undefined)[] = []
    for (const callback of this.callbacks) found.push(await callback.restoreTraining?.())
    return found.find((saved) => saved !== undefined)
  }

  /** Lets callbacks keep the state that was reached. */
  async keepTraining(capture: CaptureState, moment: TrainingMoment): Promise<void> {
    const filesWritten = async () => {
      for (const callback of this.callbacks) await callback.filesWritten?.()
    }
    for (const callback of this.callbacks) {
      if (callback.keepTraining) await callback.keepTraining(capture, moment, filesWritten)
    }
  }

  /** No promise where nobody hears: a prediction of few samples is through sooner than with one for each moment. */
  tell<M extends Moment>(moment: M, ...details: ArgumentsOf<M>): Promise<void> | undefined {
    return this.hears(moment) ? this.tellAll(moment, details) : undefined
  }

  private async tellAll<M extends Moment>(moment: M, details: ArgumentsOf<M>): Promise<void> {
    for (const callback of this.callbacks) {
      if (!callback[moment]) continue
      await call(callback, moment, details)
      checkLogs(details.at(-1), callback)
    }
  }

  /**
   * Tells the beginning of a stage, runs it, and tells its end, with the logs that it gave, to all who were told its beginning. They
   * are told of an error as well, after which the others' own errors are only printed.
   */
  async during(stage: Stage, run: () => Promise<Logs>): Promise<Logs> {
    const told: CallbackLike[] = []
    let logs: Logs = {}
    let failure: { readonly error: unknown } | undefined
    try {
      for (const callback of this.callbacks) {
        told.push(callback)
        await call(callback, `on${stage}Begin`, [])
      }
      logs = await run()
    } catch (error) {
      failure = { error }
    }
    for (const callback of told) {
      try {
        await call(callback, `on${stage}End`, failure ? [logs, failure.error] : [logs])
      } catch (error) {
        if (failure) {
          const reason = error instanceof GradusError ? error.message : error
          console.warn(`Warning: ${nameOf(callback)} failed at the end of a run that had failed:`, reason)
        }
        failure ??= { error }
      }
    }
    if (failure) throw failure.error
    return logs
  }

  /** Whether a callback takes losses that are not finite, so that they need not be thrown. */
  get takesFailures(): boolean {
    return this.callbacks.some((callback) => callback.onNonFinite)
  }

  /** Tells of a loss that is not finite; whether a callback took it. */
  async takeFailure(failure: NumericError): Promise<boolean> {
    for (const callback of this.callbacks) await callback.onNonFinite?.(failure)
    return this.takesFailures
  }

  /**
   * What the callbacks have to remember, under their names: copies, which do not change any more.
   * @throws ArgumentError if a state is not plain data
   */
  async getStates(): Promise<Record<string, unknown>> {
    const states: Record<string, unknown> = {}
    const { names } = this
    for (const [i, callback] of this.callbacks.entries()) {
      if (callback.getState) states[names[i]] = snapshot(await callback.getState(), names[i])
    }
    return states
  }

  /**
   * Gives callbacks back what they had to remember. States of callbacks that are not in the list are left aside.
   * @throws DataError naming the callback that cannot read its own
   */
  async setStates(states: Readonly<Record<string, unknown>>): Promise<void> {
    const { names } = this
    for (const [i, callback] of this.callbacks.entries()) {
      const name = names[i]
      if (!Object.hasOwn(states, name)) continue
      try {
        await callback.setState?.(states[name])
      } catch (error) {
        if (error instanceof GradusError) throw error
        throw new DataError(
          `${name}: setState cannot read what the backup holds for this callback (${(error as Error).message}). Resume with the version that ` +
            'wrote it, or remove the backup to train from the start.',
          { cause: error },
        )
      }
    }
  }
}

function call<M extends Moment>(callback: CallbackLike, moment: M, details: ArgumentsOf<M>): unknown {
  const method = callback[moment] as ((...details: ArgumentsOf<M>) => unknown) | undefined
  return method?.apply(callback, details)
}

/** @throws ArgumentError if a callback added what is no number, before the next one prints or writes it */
function checkLogs(logs: unknown, callback: CallbackLike): void {
  if (typeof logs !== 'object' || logs === null) return
  for (const [key, value] of Object.entries(logs)) {
    if (typeof value === 'number') continue
    throw new ArgumentError(
      `callbacks: expected numbers in logs, received ${show(value)} under '${key}' after ${nameOf(callback)}. Keep what is no number elsewhere.`,
    )
  }
}

/** The class's name in snake case, unless it has a name of its own. */
function nameOf(callback: CallbackLike): string {
  return callback.name ?? (isPlain(callback) ? 'callback' : toSnakeCase(classNameOf(callback)))
}

/** Names, from the second of its kind on with a number. */
function numbered(names: readonly string[]): string[] {
  const taken = new Map<string, number>()
  return names.map((name) => {
    const before = taken.get(name) ?? 0
    taken.set(name, before + 1)
    return before === 0 ? name : `${name}_${before}`
  })
}

function snapshot(state: unknown, name: string): unknown {
  try {
    return copyOf(state)
  } catch (cause) {
    throw new ArgumentError(
      `callbacks: expected getState of ${name} to give plain data: numbers, strings, booleans, null, typed arrays, and lists and objects of them. ` +
        (cause as Error).message,
      { cause },
    )
  }
}

const copyOf = (value: unknown): unknown => {
  if (isSnapshot(value)) return value
  if (Array.isArray(value)) return value.map(copyOf)
  if (typeof value !== 'object' || value === null || !isPlain(value)) return structuredClone(value)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOf(item)]))
}

const showCallback = (value: unknown): string => (value instanceof Callback ? value.className : show(value))

const isPlain = (object: object): boolean =>
  Object.getPrototypeOf(object) === Object.prototype || Object.getPrototypeOf(object) === null

function checkCallback(callback: unknown, i: number): void {
  if (typeof callback !== 'object' || callback === null) {
    throw new ArgumentError(
      `callbacks: expected callbacks such as callbacks.earlyStopping() or { onEpochEnd(epoch, logs) {} }, received ${showCallback(callback)} at ` +
        `position ${i}.`,
    )
  }
  for (const key of methodsOf(callback)) {
    if (!/^on(_|[A-Z])/.test(key) || hooks.includes(key)) continue
    throw new ArgumentError(
      `callbacks: ${nameOf(callback)}, at position ${i}, has a method ${key}, which is never called. ${suggestion(key, hooks)}`,
    )
  }
}

/** The names of an object's methods, those of its classes up to `Callback` too. */
function methodsOf(object: object): string[] {
  const names: string[] = []
  for (
    let level = object;
    level !== null && level !== Object.prototype && level !== Callback.prototype;
    level = Object.getPrototypeOf(level)
  ) {
    for (const name of Object.getOwnPropertyNames(level)) {
      const { value } = Object.getOwnPropertyDescriptor(level, name) ?? {}
      if (typeof value === 'function') names.push(name)
    }
  }
  return names
}
