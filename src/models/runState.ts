import { StateError } from '../errors.js'
import type { AnyLayer } from '../layers/layer.js'
import type { CompiledModel } from './compiledModel.js'
import type { IndexUse } from './guards/indices.js'
import { makeHalt } from './guards/standStill.js'
import { ProgramCache } from './programCache.js'
import { RandomState } from './randomState.js'
import { trainableFlags } from './trainableFlags.js'

/** What a model keeps between runs besides its weights. */
export class RunState {
  compiled: CompiledModel | undefined
  readonly programs = new ProgramCache()
  readonly random = new RandomState()
  /** Whether training stands still after a step whose loss was not finite. */
  readonly halt = makeHalt()
  /** Whether a training step of it was ever started. */
  isTrained = false
  /** Whether the scale of its inputs was looked at. */
  scalingChecked = false
  /** Whether layers take numbers for rows of a table, once that was looked at. */
  hasTables: boolean | undefined
  /** Which of them take numbers of the model's inputs, for data of the shapes in `key`. */
  indexUses: { readonly key: string; readonly uses: readonly IndexUse[] } | undefined
  private busyWith: string | undefined
  /** Whether no batch of what it is busy with is under way, nor are its metrics in use. */
  private isPausing = false
  /** An evaluation in such a pause. */
  private guest: Promise<unknown> | undefined
  /** What of the model's layers was trainable when training steps were asked for last: steps heed no other flags. */
  trainableInSteps: readonly boolean[] = []

  /** Forgets what was found by tracing the model, which has changed. */
  forgetTraces(): void {
    this.programs.clear()
    this.compiled?.forgetModel()
    this.hasTables = undefined
    this.indexUses = undefined
  }

  /** Before training steps: forgets those that were traced when other layers were trainable. */
  heedTrainable(model: AnyLayer): void {
    const flags = trainableFlags(model)
    const before = this.trainableInSteps
    if (before.length > 0 && String(flags) !== String(before)) this.programs.clear()
    this.trainableInSteps = flags
  }

  /**
   * Runs something that changes weights or metrics, alone; an evaluation also in a pause of training.
   * @throws StateError if such a run of this model is under way
   */
  async alone<T>(title: string, what: string, run: () => Promise<T>): Promise<T> {
    if (this.isPausing && !this.guest && what === 'evaluate') return this.asGuest(run)
    if (this.busyWith !== undefined) {
      throw new StateError(
        `${title}: ${what} was called while ${this.guest ? 'evaluate' : this.busyWith} of the same model is under way. Await it first: its metrics ` +
          `and weights are in use. (A callback of fit may call evaluate when an epoch begins or ends.)`,
      )
    }
    this.busyWith = what
    try {
      return await run()
    } finally {
      this.busyWith = undefined
    }
  }

  /** Tells callbacks of training something between two epochs, when they may evaluate the model. */
  async pausing(tell: () => Promise<void> | undefined): Promise<void> {
    this.isPausing = true
    try {
      await tell()
      // One that nobody awaited.
      await this.guest
    } finally {
      this.isPausing = false
    }
  }

  private async asGuest<T>(run: () => Promise<T>): Promise<T> {
    const result = run()
    this.guest = result.catch(() => {})
    try {
      return await result
    } finally {
      this.guest = undefined
    }
  }

  /** @throws StateError if `compile` was not called */
  requireCompiled(title: string, what: string): CompiledModel {
    if (this.compiled) return this.compiled
    throw new StateError(
      `${title}: ${what} needs a loss and an optimizer. Call model.compile({ loss, optimizer, metrics }) first.`,
    )
  }
}
