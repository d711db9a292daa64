import { DataError } from '../errors.js'
import { showShape } from '../graph/shape.js'
import type { Variable } from '../graph/variable.js'
import type { StoredArrays } from '../saving/storedArray.js'
import type { LoadWeightsOptions } from './loadWeights.js'
import type { AnyModel } from './model.js'
import { writeVariables } from './modelState.js'
import { PendingValues } from './pendingValues.js'
import { namedWeights } from './weightPaths.js'

/**
 * Gives a model the weights in arrays that have their names: see `namedWeights`. After an error nothing has changed.
 * @throws DataError if an array is missing, there is one too many, or one's shape or type does not fit
 */
export function loadNamedWeights(
  model: AnyModel,
  arrays: StoredArrays,
  file: string,
  { skipMismatch }: LoadWeightsOptions,
): void {
  const named = namedWeights(model)
  if (!skipMismatch) {
    writeVariables(named, arrays, file)
    return
  }
  const pending = new PendingValues(file, skipMismatch)
  for (const weights of byLayer(named)) {
    pending.take((values) => {
      for (const [name, variable] of weights) {
        const array = arrays.get(name)
        if (!array) throw new DataError(`${file}: holds no array '${name}' ${showShape(variable.shape)}.`)
        values.add(variable, array, `${file}: array '${name}'`)
      }
    })
  }
  pending.write()
}

/** Weights whose names differ in their last parts alone. */
function byLayer(named: ReadonlyMap<string, Variable>): Iterable<[string, Variable][]> {
  const layers = new Map<string, [string, Variable][]>()
  for (const entry of named) {
    const path = entry[0].slice(0, Math.max(0, entry[0].lastIndexOf('/')))
    const layer = layers.get(path)
    if (layer) layer.push(entry)
    else layers.set(path, [entry])
  }
  return layers.values()
}
