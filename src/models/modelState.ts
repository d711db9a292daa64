import { DataError } from '../errors.js'
import { sameShape, showShape } from '../graph/shape.js'
import type { Variable } from '../graph/variable.js'
import type { FloatType } from '../layers/dtypePolicy.js'
import type { StoredArray, StoredArrays } from '../saving/storedArray.js'
import { suggestion } from '../utils/nearest.js'
import type { AnyModel } from './model.js'
import { namedWeights } from './weightPaths.js'

/**
 * All variables that training changes, by names that are the same whenever a program makes the same model again: weights
 * (`layers/conv2d/kernel`), the state of each optimizer (`optimizer/iteration`, `optimizer/layers/conv2d/kernel/momentum`), and the
 * randomness of steps (`random/key`, `random/counter`). Makes the slots of weights that may be trained, where there are none yet.
 */
export function stateVariables(model: AnyModel): Map<string, Variable> {
  const named = namedWeights(model)
  const paths = new Map([...named].map(([path, weight]) => [weight, path]))
  model.optimizer?.build(model.trainableWeights)
  model.optimizers.forEach((optimizer, i) => {
    for (const [name, variable] of optimizer.namedVariables(paths)) {
      named.set(`${optimizerName(i)}/${name}`, variable)
    }
  })
  for (const variable of model.runState.random.variables) named.set(variable.name, variable)
  return named
}

/** What names of the state of a model's optimizer begin with. */
const optimizerName = (i: number): string => (i === 0 ? 'optimizer' : `optimizer_${i}`)

/** Makes the slots that are among these names: also those of weights that became trainable in the course of training. */
export function makeNamedSlots(model: AnyModel, names: Iterable<string>): void {
  const owners = new Set([...names].map((name) => name.slice(0, name.lastIndexOf('/'))))
  const weights = [...namedWeights(model)]
  model.optimizers.forEach((optimizer, i) => {
    const named = weights.filter(([path]) => owners.has(`${optimizerName(i)}/${path}`))
    optimizer.build(named.map(([, weight]) => weight))
  })
}

/** Arrays by their names of now: older versions numbered an optimizer's state, in the order in which it was made. */
export function withoutNumbers(model: AnyModel, arrays: StoredArrays): StoredArrays {
  if (!arrays.has('optimizer/0')) return arrays
  const names = new Map([...stateVariables(model)].map(([name, variable]) => [variable, name]))
  const renamed = new Map<string, string | undefined>()
  model.optimizers.forEach((optimizer, i) => {
    optimizer.variables.forEach((variable, n) => renamed.set(`${optimizerName(i)}/${n}`, names.get(variable)))
  })
  return new Map([...arrays].map(([name, array]) => [renamed.get(name) ?? name, array]))
}

/** The values of variables, by their names; see `readArrays`. */
export async function readVariables(
  variables: ReadonlyMap<string, Variable>,
  types?: ReadonlyMap<Variable, FloatType>,
): Promise<StoredArrays> {
  const arrays = await readArrays([...variables.values()], types)
  return new Map([...variables.keys()].map((name, i) => [name, arrays[i]]))
}

/**
 * The values of variables, in order.
 * @param types those that some have in files
 */
export const readArrays = (
  variables: readonly Variable[],
  types?: ReadonlyMap<Variable, FloatType>,
): Promise<StoredArray[]> =>
  Promise.all(
    variables.map(async (variable) => {
      const { dtype, shape } = variable
      return { dtype, shape, data: await variable.snapshot(), fileType: types?.get(variable) }
    }),
  )

/**
 * Gives variables the values of the arrays that have their names. Either all are changed or, after an error, none.
 * @param source what errors call the place that the arrays are from
 * @throws DataError if an array is missing, there is one too many, or one's shape or type does not fit
 */
export function writeVariables(
  variables: ReadonlyMap<string, Variable>,
  arrays: StoredArrays,
  source: string,
): void {
  const unknown = [...arrays.keys()].find((name) => !variables.has(name))
  if (unknown !== undefined) {
    throw new DataError(
      `${source}: array '${unknown}' is of no use to the model. ${suggestion(unknown, [...variables.keys()])} ` +
        'It is another model that was saved.',
    )
  }
  const values = [...variables].map(([name, variable]) => {
    const array = arrays.get(name)
    if (array) return checkArray(array, variable, `${source}: array '${name}'`)
    throw new DataError(
      `${source}: holds no array '${name}' ${showShape(variable.shape)}. It is another model that was saved.`,
    )
  })
  let at = 0
  for (const variable of variables.values()) variable.write(values[at++].data)
}

/** @throws DataError if the array is no value of the variable */
export function checkArray(array: StoredArray, variable: Variable, where: string): StoredArray {
  const { dtype, shape } = variable
  if (sameShape(array.shape, shape) && array.dtype === dtype) return array
  throw new DataError(
    `${where}: expected ${dtype} ${showShape(shape)} for the model's ${variable.name}, found ${array.dtype} ${showShape(array.shape)}. ` +
      'The model must be made as the saved one was.',
  )
}
