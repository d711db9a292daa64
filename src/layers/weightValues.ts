import { ArgumentError, ShapeError } from '../errors.js'
import { showShape, sizeOf } from '../graph/shape.js'
import type { Variable } from '../graph/variable.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { show } from '../utils/show.js'

/** Values for weights: tensors, typed arrays or nested arrays. */
export type WeightValues = readonly TensorLike[]

/**
 * Replaces weights' values. Either all are replaced or, after an error, none.
 * @throws ArgumentError, ShapeError if the number of arrays or one's shape does not fit
 */
export async function writeWeights(
  title: string,
  weights: readonly Variable[],
  values: WeightValues,
): Promise<void> {
  if (!Array.isArray(values) || values.length !== weights.length) {
    throw new ArgumentError(
      `${title}: expected a list of ${weights.length} arrays of weights, received ${Array.isArray(values) ? values.length : show(values)}. ` +
        `In order: ${weights.map((weight) => `${weight.name} ${showShape(weight.shape)}`).join(', ')}.`,
    )
  }
  const tensors = values.map((value) => asTensor(value))
  tensors.forEach(({ shape }, i) => {
    // A typed array carries no shape; its length must do.
    const isFlat = ArrayBuffer.isView(values[i])
    if (isFlat ? sizeOf(shape) !== weights[i].size : showShape(shape) !== showShape(weights[i].shape)) {
      throw new ShapeError(
        `${title}: weight ${i} (${weights[i].name}) has shape ${showShape(weights[i].shape)}, received ${showShape(shape)}.`,
      )
    }
  })
  const arrays = await Promise.all(tensors.map((value) => value.data()))
  arrays.forEach((array, i) => weights[i].write(array))
}
