import { DataError } from '../errors.js'
import { type Shape, showShape, sizeOf } from '../graph/shape.js'
import type { InitialValues } from '../graph/variable.js'
import type { Initializer } from '../initializers/initializer.js'

/** How many numbers the weights may have that are made at present, without values; `undefined` if they are to have values. */
let budget: { left: number; readonly most: number } | undefined

/**
 * Runs `body`, in which weights are made that begin as zeros, because their values are about to be read from a file: nothing is drawn.
 * @param most how many numbers they may have together
 * @throws DataError before more are made
 */
export function withoutInitialValues<T>(most: number, body: () => T): T {
  const around = budget
  budget = { left: most, most }
  try {
    return body()
  } finally {
    budget = around
  }
}

/** What a weight begins with. */
export function initialValues(initializer: Initializer, shape: Shape, title: string): InitialValues {
  if (!budget) return initializer.initialValues(shape)
  const size = sizeOf(shape)
  budget.left -= size
  if (budget.left >= 0) return (target) => target.fill(0)
  throw new DataError(
    `${title} has a shape of ${showShape(shape)}, but the file has room for ${budget.most} numbers at most.`,
  )
}
