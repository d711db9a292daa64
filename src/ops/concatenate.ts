import { ArgumentError, ShapeError } from '../errors.js'
import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import { resolveAxis, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { promoteOperands } from './elementwise.js'
import { reader, referenceOf } from './reference.js'
import { sliceAxis } from './slice.js'
import type { TensorLike } from './tensor.js'

/**
 * Tensors side by side along an existing axis (default: the last, as in Keras). They are promoted to one type.
 * @throws ShapeError if another axis differs in size
 */
export function concatenate(tensors: readonly TensorLike[], axis = -1): Tensor {
  if (tensors.length === 0)
    throw new ArgumentError('concatenate: expected one tensor at least, received none.')
  const values = promoteOperands(tensors)
  const resolved = resolveAxis(axis, values[0].rank, 'concatenate')
  return values.length === 1 ? values[0] : applyOne(concatenateOp, values, { axis: resolved })
}

const concatenateOp = defineOp<{ readonly axis: number }>({
  name: 'concatenate',
  kind: { kind: 'movement', movement: ({ axis }) => ({ type: 'concatenate', axis }) },
  infer(inputs, { axis }) {
    const [{ shape, dtype }] = inputs
    for (const input of inputs) {
      const fits = (size: number, i: number) => i === axis || size === input.shape[i]
      if (input.shape.length !== shape.length || !shape.every(fits)) {
        throw new ShapeError(
          `concatenate along axis ${axis}: the other axes must have equal sizes, received ` +
            `${inputs.map((each) => showShape(each.shape)).join(', ')}.`,
        )
      }
    }
    const total = inputs.reduce((sum, input) => sum + input.shape[axis], 0)
    return [{ shape: shape.toSpliced(axis, 1, total), dtype }]
  },
  gradient({ inputs, attributes: { axis }, gradients: [dy], needed }) {
    if (!dy) return []
    let end = 0
    return inputs.map((input, i) => {
      const begin = end
      end += input.shape[axis]
      return needed[i] ? sliceAxis(dy, axis, begin, end) : undefined
    })
  },
  reference(inputs, { axis }, [output]) {
    const readers = inputs.map((input) => reader(input))
    return [
      referenceOf(output.shape, (at) => {
        let position = at[axis]
        let i = 0
        while (position >= inputs[i].shape[axis]) position -= inputs[i++].shape[axis]
        return readers[i](at.toSpliced(axis, 1, position))
      }),
    ]
  },
})
