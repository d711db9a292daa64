import { DataError } from '../errors.js'
import { showShape } from '../graph/shape.js'
import type { Variable } from '../graph/variable.js'
import type { Hdf5Tree } from '../saving/hdf5/hdf5Tree.js'
import type { Hdf5Group } from '../saving/hdf5/openHdf5.js'
import { type StoredObject, variablesAt, weightTree } from '../saving/weightTree.js'
import type { LoadWeightsOptions } from './loadWeights.js'
import type { AnyModel } from './model.js'
import { readArrays } from './modelState.js'
import { optimizerArrays, takeOptimizerState } from './optimizerState.js'
import { PendingValues } from './pendingValues.js'
import { layerPlaces, typesInFiles, weightPlaces } from './weightPaths.js'

const OPTIMIZER = 'optimizer'
/** Keys and counter of the model's random numbers. Keras has nothing of this name, so it passes it over. */
const RANDOM = 'gradus_random'

/**
 * A copy of what a `.weights.h5` file holds of a model, as Keras lays it out: weights and, if asked for, the optimizer's state and
 * that of random numbers.
 */
export async function copyKerasWeights(model: AnyModel, withOptimizer: boolean): Promise<Hdf5Tree> {
  const { optimizer, runState: state } = model
  const types = typesInFiles(model)
  const copy = async (path: string, name: string, variables: readonly Variable[]): Promise<Entry> => {
    return [path, { name, arrays: await readArrays(variables, types) }]
  }
  // Before 3.4 Keras looked for arrays of each layer, also where there are none.
  const copies = layerPlaces(model).map(({ path, layer, weights }) => copy(path, layer.name, weights))
  if (withOptimizer && optimizer) {
    const arrays = optimizerArrays(optimizer, model.trainableWeights).then((named) =>
      named.map(({ array }) => array),
    )
    copies.push(arrays.then((all): Entry => [OPTIMIZER, { name: optimizer.name, arrays: all }]))
  }
  if (withOptimizer && state.random.isSeeded) copies.push(copy(RANDOM, RANDOM, state.random.variables))
  return weightTree(new Map(await Promise.all(copies)))
}

type Entry = readonly [path: string, object: StoredObject]

/**
 * Gives a model the weights in a file that Keras laid out, and the optimizer's state, if there is one in it that fits.
 * After an error nothing has changed.
 * @param options `isOwn`: whether the file says that the model has such an optimizer. Default: false
 * @throws DataError if the weights are not those of the model, naming layer, weight and shapes
 */
export async function loadKerasWeights(
  model: AnyModel,
  root: Hdf5Group,
  file: string,
  { isOwn = false, skipMismatch }: LoadWeightsOptions & { readonly isOwn?: boolean } = {},
): Promise<void> {
  const pending = new PendingValues(file, skipMismatch)
  for (const { path, layer, weights } of weightPlaces(model)) {
    pending.take((values) => {
      const stored = variablesAt(root, path)
      if (!stored || stored.names.length !== weights.length) {
        throw new DataError(
          `${file}: expected ${weights.length} weight(s) of ${layer.title} at '${path}', found ${stored?.names.length ?? 'none'}: ` +
            `${weights.map(({ name, shape }) => `${name} ${showShape(shape)}`).join(', ')}. The model must be made as the saved one was.`,
        )
      }
      for (const [i, weight] of weights.entries()) {
        values.add(weight, stored.array(String(i)), `${file}: '${path}/vars/${i}'`)
      }
    })
  }
  const setRate = await takeStored(model, root, pending, { file, isOwn })
  const random = variablesAt(root, RANDOM)
  if (random?.names.length === 2) {
    for (const [i, variable] of model.runState.random.variables.entries()) {
      pending.add(variable, random.array(String(i)), `${file}: '${RANDOM}/vars/${i}'`)
    }
  }
  pending.write()
  setRate?.()
  await model.optimizer?.synchronize()
}

async function takeStored(
  model: AnyModel,
  root: Hdf5Group,
  pending: PendingValues,
  { file, isOwn }: { readonly file: string; readonly isOwn: boolean },
) {
  // Of an optimizer that scales losses, which float32 does not need, the one inside is taken.
  const stored = variablesAt(root, `${OPTIMIZER}/inner_optimizer`) ?? variablesAt(root, OPTIMIZER)
  if (!stored || !model.optimizer) return undefined
  const arrays = []
  for (let i = 0; i < stored.names.length; i++) {
    const where = `${file}: '${OPTIMIZER}/vars/${i}'`
    arrays.push({ name: String(i), array: stored.array(String(i)), where })
  }
  return takeOptimizerState(model, arrays, pending, { file, isOwn })
}
