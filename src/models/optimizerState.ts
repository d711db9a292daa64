import type { DType } from '../graph/dtype.js'
import { type Shape, sameShape } from '../graph/shape.js'
import type { Variable } from '../graph/variable.js'
import type { Optimizer } from '../optimizers/optimizer.js'
import type { StoredArray } from '../saving/storedArray.js'
import { warn } from './guards/warn.js'
import type { AnyModel } from './model.js'
import { readArrays } from './modelState.js'
import type { PendingValues } from './pendingValues.js'

/** An array of an optimizer's state. */
interface NamedArray {
  readonly name: string
  readonly array: StoredArray
}

/** The learning rate, if it is a number and not a schedule's. */
export function constantRate(optimizer: Optimizer): number | undefined {
  const { learning_rate: rate } = optimizer.getConfig()
  return typeof rate === 'number' ? rate : undefined
}

/**
 * What files hold of an optimizer, in Keras's order: the count of steps, the learning rate if it is a number, the slots. They are those of
 * the weights that may be trained now, as of a model that was compiled so: a reader of the file knows of no others.
 */
export async function optimizerArrays(
  optimizer: Optimizer,
  weights: readonly Variable[],
): Promise<NamedArray[]> {
  const variables = optimizer.built ? optimizer.variablesFor(weights) : optimizer.variables
  const arrays = await readArrays(variables)
  const named = variables.map(({ name }, i) => ({ name, array: arrays[i] }))
  const rate = constantRate(optimizer)
  if (rate === undefined) return named
  const learningRate: NamedArray = {
    name: `${optimizer.name}/learning_rate`,
    array: { dtype: 'float32', shape: [], data: Float32Array.of(rate) },
  }
  return [named[0], learningRate, ...named.slice(1)]
}

/**
 * Prepares to give a model's optimizer the state that a file holds, in Keras's order, of which there was another until 2.10; Keras 2
 * left the learning rate out. A state that does not fit is passed over with a warning, as in Keras.
 * @param isOwn whether the file says that it is the state of such an optimizer, as that of a whole model does
 * @returns what sets the rest once the values are written
 */
export function takeOptimizerState(
  model: AnyModel,
  stored: readonly (NamedArray & { readonly where: string })[],
  pending: PendingValues,
  { file, isOwn }: { readonly file: string; readonly isOwn: boolean },
): (() => void) | undefined {
  const { optimizer, trainableWeights } = model
  if (!optimizer) return undefined
  const wasBuilt = optimizer.built
  const isLegacy = stored.length > 0 && stored[0].name.endsWith('/iter:0')
  const variables = isLegacy
    ? optimizer.variablesBySlot(trainableWeights)
    : optimizer.variablesFor(trainableWeights)
  const arrays = isLegacy ? bySlot(stored) : [...stored]
  const isScalar = (array: { readonly shape: Shape } | undefined) => array?.shape.length === 0
  const isRate =
    constantRate(optimizer) !== undefined &&
    isScalar(arrays[1]?.array) &&
    (arrays.length === variables.length + 1 ||
      (arrays.length === 2 && (variables.length !== 2 || !isScalar(variables[1]))))
  const [rate] = isRate ? arrays.splice(1, 1) : []
  // An optimizer that took no step may have been saved without slots; and one that has none, by Keras 2, with some. Where nothing says whose
  // it is, a count without slots may be that of SGD.
  const isBare = isOwn
    ? arrays.length === 1 || variables.length === 1
    : arrays.length === 1 && arrays[0].array.data[0] === 0 && !wasBuilt
  const expected = isBare ? variables.slice(0, 1) : variables
  const given = (isBare ? arrays.slice(0, 1) : arrays).map(({ array, where }, i) => ({
    array: asType(array, expected[i]?.dtype),
    where,
  }))
  const fits =
    expected.length === given.length &&
    expected.every(({ shape, dtype }, i) => {
      const { array } = given[i]
      return array.dtype === dtype && sameShape(array.shape, shape)
    })
  if (!fits) {
    warn(
      `${file}: the optimizer's state has ${given.length} arrays, which are not the ${expected.length} of ${optimizer.className} for the weights ` +
        'that this model may train. It is passed over, and the optimizer stays as it is.',
    )
    return undefined
  }
  expected.forEach((variable, i) => pending.add(variable, given[i].array, given[i].where))
  return () => {
    const current = constantRate(optimizer)
    const [value] = rate?.array.data ?? []
    // The file's has the precision of float32, as has that of a step.
    if (value !== undefined && current !== undefined && Math.fround(current) !== value) {
      optimizer.learningRate = value
    }
  }
}

/** The state of an optimizer as Keras had them until 2.10: `Adam/iter:0`, then `Adam/dense/kernel/m:0` and so on, slot by slot. */
function bySlot<A extends NamedArray>([count, ...slots]: readonly A[]): A[] {
  const slotOf = ({ name }: A) => name.slice(name.lastIndexOf('/') + 1)
  const names = new Set(slots.map(slotOf))
  return [count, ...[...names].flatMap((name) => slots.filter((slot) => slotOf(slot) === name))]
}

/** Keras keeps whole numbers where Adafactor has nothing to keep. */
const asType = (array: StoredArray, dtype: DType | undefined): StoredArray =>
  array.dtype === 'int32' && dtype === 'float32'
    ? { ...array, dtype, data: Float32Array.from(array.data) }
    : array
