import type { OperationNode } from '../../graph/node.js'
import type { Affine } from '../affine.js'
import { necessaryGuards } from '../body.js'
import type { GroupLowering } from '../lowerGraph.js'
import { kindOf } from './kindOf.js'
import { lowerReduction } from './reduction.cpu.js'

/**
 * A window reduction is a plain reduction of the input seen as `[batch, ...outputs, channels, ...window]`, in which
 * neighbouring windows share elements; padded places are the identity of the reduction.
 */
export function lowerWindowReduce(node: OperationNode, lowering: GroupLowering): void {
  const kind = kindOf(node, 'window')
  const [input] = node.inputs
  const [output] = node.outputs
  const { size, strides, padding } = kind.geometry(node.attributes)
  const space = [...output.shape, ...size]
  const kept = output.shape.length
  const along = (terms: readonly (readonly [axis: number, factor: number])[], offset = 0): Affine => {
    const factors = new Array<number>(space.length).fill(0)
    for (const [axis, factor] of terms) factors[axis] = factor
    return { offset, factors }
  }
  const axes = input.shape.map((_, axis): Affine => {
    if (axis === 0 || axis === kept - 1) return along([[axis, 1]])
    const spatial = axis - 1
    return along(
      [
        [axis, strides[spatial]],
        [kept + spatial, 1],
      ],
      -padding[spatial][0],
    )
  })
  const fill = kind.combine === 'sum' ? 0 : input.dtype === 'float32' ? Number.NEGATIVE_INFINITY : -(2 ** 31)
  const guards = necessaryGuards(axes, input.shape, space)
  const body = lowering.fusedInputs(
    [{ tensor: input, position: { type: 'axes', shape: input.shape, axes }, guards, fill }],
    space,
  )
  lowerReduction(
    {
      body,
      kept,
      combine: kind.combine,
      dtype: input.dtype,
      outputs: [lowering.output(output)],
      outputDtype: output.dtype,
    },
    lowering,
  )
}
