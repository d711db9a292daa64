import type { OperationNode } from '../../graph/node.js'
import { identityPosition } from '../affine.js'
import type { GroupLowering } from '../lowerGraph.js'
import { kindOf } from './kindOf.js'
import { lowerReduction } from './reduction.cpu.js'

/** A reduction op, with its siblings and the elementwise ops before them fused in: its space is the kept axes, then the reduced ones. */
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
  const position = { type: 'axes', shape: input.shape, axes } as const
  const nodes = [node, ...lowering.siblings]
  const body = lowering.fusedInputs(
    nodes.map(({ inputs: [tensor] }) => ({ tensor, position })),
    space,
  )
  lowerReduction(
    {
      body,
      kept: kept.length,
      combine: kind.combine,
      dtype: input.dtype,
      outputs: nodes.map(({ outputs }) => lowering.output(outputs[0])),
      outputDtype: output.dtype,
    },
    lowering,
  )
}
