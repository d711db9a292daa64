import type { OperationNode } from '../../graph/node.js'
import { identityPosition } from '../affine.js'
import type { GroupLowering } from '../lowerGraph.js'
import { kindOf } from './kindOf.js'
import { lowerReduction } from './reduction.cpu.js'

/** A reduction op, with the elementwise ops before it fused in: its space is the kept axes, then the reduced ones. */
export function lowerReduce(node: OperationNode, lowering: GroupLowering): void {
  const kind = kindOf(node, 'reduction')
  const [input] = node.inputs
  const [output] = node.outputs
  const reduced = kind.axes(node.attributes)
  const keptAxes = input.shape.map((_, axis) => axis).filter((axis) => !reduced.includes(axis))
  const sized = (axes: readonly number[]) => axes.map((axis) => ({ axis, size: input.shape[axis] }))
  const nothing = [{ axis: -1, size: 1 }]
  const kept = keptAxes.length > 0 ? sized(keptAxes) : nothing
  const order = [...kept, ...(reduced.length > 0 ? sized(reduced) : nothing)]
  const space = order.map(({ size }) => size)
  const identity = identityPosition(space)
  const axes = input.shape.map((_, axis) => identity.axes[order.findIndex((entry) => entry.axis === axis)])
  const body = lowering.fusedInput(
    { tensor: input, position: { type: 'axes', shape: input.shape, axes } },
    space,
  )
  lowerReduction(
    {
      body,
      kept: kept.length,
      combine: kind.combine,
      dtype: input.dtype,
      output: lowering.output(output),
      outputDtype: output.dtype,
    },
    lowering,
  )
}
