import type { TypedArray } from '../graph/dtype.js'
import type { Variable } from '../graph/variable.js'
import type { StoredArray } from '../saving/storedArray.js'
import { checkArray } from './modelState.js'

/** Values for variables, gathered and checked before any is written, so that a file that does not fit changes nothing. */
export class PendingValues {
  private readonly values: (readonly [Variable, TypedArray])[] = []

  /** @throws DataError if the array is no value of the variable, naming `where` it is from */
  add(variable: Variable, array: StoredArray, where: string): void {
    this.values.push([variable, checkArray(array, variable, where).data])
  }

  write(): void {
    for (const [variable, data] of this.values) variable.write(data)
  }
}
