import { InternalError } from '../../errors.js'
import type { OperationNode } from '../../graph/node.js'
import { sizeOf } from '../../graph/shape.js'
import type { LoopBuilder } from '../../loops/builder.js'
import { type Storage, storageBytes, type Value } from '../../loops/ir.js'
import { type BufferView, type Lowering, storageOf, type Template } from '../lowering.js'
import { kindOf } from './kindOf.js'
import { divide, lanePositions, loadLanes, loadLanesAt, pointerTo, Runs, storeLanes } from './laneBlocks.js'

/** A row is cut for the sake of threads only into parts of at least this many elements. */
const smallestPart = 1024

/**
 * Picks slices of x along an axis. Seen as [outer, axis, inner], x gives the output [outer, indices, inner]:
 * - inner runs longer than 1 are copied by vectors, one index for each run;
 * - with an inner run of 1, or an index for each element (`alongAxis`), lanes load from an index each.
 */
export const gatherTemplate: Template = {
  takesEpilogue: () => false,
  lower(node: OperationNode, lowering: Lowering): void {
    const kind = kindOf(node, 'gather')
    const [x, indices] = node.inputs
    const [output] = node.outputs
    const axis = kind.axis(node.attributes)
    const outer = sizeOf(x.shape.slice(0, axis))
    const size = x.shape[axis]
    const inner = sizeOf(x.shape.slice(axis + 1))
    const picked = kind.alongAxis ? indices.shape[axis] : sizeOf(indices.shape)
    if (size === 0 && sizeOf(output.shape) > 0) {
      throw new InternalError(
        `${node.op.name}: ${sizeOf(output.shape)} elements are to come from an empty axis`,
      )
    }

    const source = lowering.input(x)
    const index = lowering.input(indices)
    const target = lowering.output(output)
    const indexStorage = storageOf[indices.dtype]
    const common = { lanes: 'vector', flops: 0 } as const
    const clamp = (b: LoopBuilder, value: Value): Value =>
      b.binary('min', b.binary('max', value, b.int(0)), b.int(size - 1))

    if (kind.alongAxis || inner === 1) {
      // Along the last axis, lanes are neighbouring indices; along another, neighbours inside of the axis.
      const length = inner === 1 ? picked : inner
      const perOuter = inner === 1 ? 1 : picked
      const runs = new Runs(outer * perOuter, length, lowering.traits.width, smallestPart)
      const storage = x.dtype === 'float32' ? 'i32' : storageOf[x.dtype]
      lowering.launch({
        name: `gather ${kind.alongAxis ? 'along' : 'scalars of'} axis ${axis}`,
        grid: runs.grid,
        report: { algorithm: 'gather: an index for each element', ...common, ...alone(runs.grid) },
        build: (b, operands) => {
          const from = operands.read(source)
          const which = operands.read(index)
          const to = operands.write(target)
          runs.each(b, (row) => {
            const [slab] = divide(b, row, perOuter)
            const base = b.advance(from, slab, size * inner * storageBytes[storage])
            const chosen = kind.alongAxis ? b.advance(which, row, length * storageBytes[indexStorage]) : which
            const out = b.advance(to, row, length * storageBytes[storage])
            return (block) => {
              const loaded = loadLanes(b, indexStorage, pointerTo(b, chosen, block, indexStorage), block)
              const clamped = clamp(b, loaded)
              const place =
                inner === 1 ? clamped : b.add(b.mul(clamped, b.int(inner)), lanePositions(b, block))
              const value = loadLanesAt(b, storage, base, place)
              storeLanes(b, storage, pointerTo(b, out, block, storage), block, value)
            }
          })
        },
      })
      return
    }

    const copy = copyUnit(storageOf[x.dtype], inner, [source, target])
    const runs = new Runs(outer * picked, copy.length, lowering.traits.width, smallestPart)
    const bytes = inner * storageBytes[storageOf[x.dtype]]
    lowering.launch({
      name: `gather runs of ${inner} at axis ${axis}`,
      grid: runs.grid,
      report: { algorithm: 'gather: an index for each inner run', ...common, ...alone(runs.grid) },
      build: (b, operands) => {
        const from = operands.read(source)
        const which = operands.read(index)
        const to = operands.write(target)
        runs.each(b, (row) => {
          const [slab, number] = divide(b, row, picked)
          const chosen = clamp(b, b.load(indexStorage, b.advance(which, number, storageBytes[indexStorage])))
          const base = b.advance(from, b.add(b.mul(slab, b.int(size)), chosen) as Value<'i32'>, bytes)
          const out = b.advance(to, row, bytes)
          return (block) =>
            storeLanes(
              b,
              copy.storage,
              pointerTo(b, out, block, copy.storage),
              block,
              loadLanes(b, copy.storage, pointerTo(b, base, block, copy.storage), block),
            )
        })
      },
    })
  },
}

const alone = (grid: number): { singleThreaded?: string } =>
  grid === 1 ? { singleThreaded: 'the output is one short run' } : {}

/** Elements are copied as bits: 32 at a time, if runs of bytes start and end at multiples of four. */
function copyUnit(
  storage: Storage,
  length: number,
  views: readonly BufferView[],
): { readonly storage: Storage; readonly length: number } {
  if (storage !== 'u8') return { storage: 'i32', length }
  const aligned = views.every((view) => [view.offset, ...view.strides].every((place) => place % 4 === 0))
  return aligned && length % 4 === 0 ? { storage: 'i32', length: length / 4 } : { storage, length }
}
