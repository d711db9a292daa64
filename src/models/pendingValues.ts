import { DataError } from '../errors.js'
import type { TypedArray } from '../graph/dtype.js'
import type { Variable } from '../graph/variable.js'
import type { StoredArray } from '../saving/storedArray.js'
import { warn } from './guards/warn.js'
import { checkArray } from './modelState.js'

/** Values for variables, gathered and checked before any is written, so that a file that does not fit changes nothing. */
export class PendingValues {
  private readonly values: (readonly [Variable, TypedArray])[] = []
  /** Why layers stay as they are. */
  private readonly mismatches: string[] = []
  private layers = 0

  constructor(
    private readonly file: string,
    private readonly skipsMismatch = false,
  ) {}

  /** @throws DataError if the array is no value of the variable, naming `where` it is from */
  add(variable: Variable, array: StoredArray, where: string): void {
    this.values.push([variable, checkArray(array, variable, where).data])
  }

  /** Adds what `add` finds for one layer: all of it or, where one value does not fit and may be passed over, nothing. */
  take(add: (values: PendingValues) => void): void {
    const own = new PendingValues(this.file)
    try {
      add(own)
    } catch (error) {
      if (!this.skipsMismatch || !(error instanceof DataError)) throw error
      this.mismatches.push(error.message)
      return
    }
    this.values.push(...own.values)
    this.layers++
  }

  /** @throws DataError if no layer's values fit; nothing is written then */
  write(): void {
    const { file, values, mismatches, layers } = this
    if (mismatches.length > 0) {
      if (layers === 0) {
        throw new DataError(
          `${file}: has weights for no layer of the model, so nothing was loaded. ${mismatches[0]}`,
        )
      }
      warn(`loadWeights: ${mismatches.length} layer(s) stay as they are:\n  ${mismatches.join('\n  ')}`)
    }
    for (const [variable, data] of values) variable.write(data)
  }
}
