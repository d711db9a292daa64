import type { OperationNode } from '../../graph/node.js'
import { sizeOf } from '../../graph/shape.js'
import { storageBytes, storageType } from '../../loops/ir.js'
import { type Lowering, storageOf, type Template } from '../lowering.js'
import { kindOf } from './kindOf.js'
import { loadLanes, pointerTo, Runs, storeLanes } from './laneBlocks.js'

/**
 * Running sum or product along an axis, term by term in order. Seen as [outer, axis, inner], lanes are neighbours in
 * `inner`, and each walks the axis by itself.
 */
export const prefixScanTemplate: Template = {
  takesEpilogue: () => false,
  lower(node: OperationNode, lowering: Lowering): void {
    const kind = kindOf(node, 'prefixScan')
    const { axis, exclusive, reverse } = kind.options(node.attributes)
    const [x] = node.inputs
    const [output] = node.outputs
    const length = x.shape[axis]
    const inner = sizeOf(x.shape.slice(axis + 1))
    const { width } = lowering.traits
    const runs = new Runs(length === 0 ? 0 : sizeOf(x.shape.slice(0, axis)), inner, width, width)

    const source = lowering.input(x)
    const target = lowering.output(output)
    const from = storageOf[x.dtype]
    const to = storageOf[output.dtype]
    lowering.launch({
      name: `prefixScan ${kind.combine} along axis ${axis}`,
      grid: runs.grid,
      inPlace: x.dtype === output.dtype ? [{ output: target, input: source }] : [],
      report: {
        algorithm: 'prefix scan: in order',
        flops: output.dtype === 'float32' ? sizeOf(x.shape) : 0,
        lanes: inner > 1 ? 'vector' : { scalar: 'along the last axis each element needs the one before it' },
        ...(runs.grid === 1
          ? { singleThreaded: 'there is one row, and each element needs the one before it' }
          : {}),
      },
      build: (b, operands) => {
        const input = operands.read(source)
        const result = operands.write(target)
        runs.each(b, (row) => {
          const inputRow = b.advance(input, row, length * inner * storageBytes[from])
          const resultRow = b.advance(result, row, length * inner * storageBytes[to])
          return (block) => {
            const scalar = storageType[from]
            const neutral = b.constant(
              block.count === 1 ? scalar : scalar === 'f32' ? 'f32v' : 'i32v',
              kind.combine === 'sum' ? 0 : 1,
            )
            const total = b.variable(neutral)
            b.for(0, length, 1, (step) => {
              const place = reverse ? b.sub(b.int(length - 1), step) : step
              const read = b.advance(pointerTo(b, inputRow, block, from), place, inner * storageBytes[from])
              const write = b.advance(pointerTo(b, resultRow, block, to), place, inner * storageBytes[to])
              const before = b.get(total)
              const after = b.binary(
                kind.combine === 'sum' ? 'add' : 'mul',
                before,
                loadLanes(b, from, read, block),
              )
              b.set(total, after as typeof before)
              storeLanes(b, to, write, block, exclusive ? before : after)
            })
          }
        })
      },
    })
  },
}
