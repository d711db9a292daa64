import type { LoopBuilder } from '../../loops/builder.js'
import type { Value } from '../../loops/ir.js'
import type { BufferView, Lowering } from '../lowering.js'
import { divide } from './laneBlocks.js'
import { firstLane, forPanels, type PanelClass, type Tiling } from './tiling.js'

/** A loop over k: how many elements the source moves with each iteration. */
export interface SourceLoop {
  readonly count: number
  readonly stride: number
}

/** A matrix B[k, column], or several, wherever its elements lie. Strides and offsets count elements. */
export interface PackSource {
  readonly view: BufferView
  /** Added to the view's offset: where element [0, 0] lies. */
  readonly offset: number
  /** The matrices. */
  readonly matrices: readonly SourceLoop[]
  /** The walk over k, outermost loop first. */
  readonly depth: readonly SourceLoop[]
  readonly columns: number
  readonly columnStride: number
}

const product = (loops: readonly SourceLoop[]): number => loops.reduce((size, { count }) => size * count, 1)

/** B as the micro-kernel reads it: [matrix][panel][k][lane]. Lanes that are no columns hold zeros. */
export interface Panels {
  readonly view: BufferView
  /** Steps of k. */
  readonly depth: number
  /** Elements of one matrix. */
  readonly elements: number
}

/** Copies matrices into panels, in a launch of its own. */
export function packPanels(lowering: Lowering, source: PackSource, tiling: Tiling): Panels {
  const depth = product(source.depth)
  const matrices = product(source.matrices)
  const elements = depth * tiling.lanes
  const view = lowering.scratch('float32', matrices * elements)
  const grid = depth > 0 ? matrices * tiling.panels : 0
  if (grid > 0) {
    const { columns, columnStride } = source
    lowering.launch({
      name: `pack ${depth}x${columns} by columns of stride ${columnStride}`,
      grid,
      report: {
        algorithm: 'copy into panels, in which the micro-kernel reads one vector after another',
        flops: 0,
        lanes: columnStride === 1 ? 'vector' : { scalar: 'the copy transposes' },
        ...(grid === 1 ? { singleThreaded: 'there is one panel' } : {}),
      },
      build: (b, operands) => {
        const { view: from, offset } = source
        const input = operands.read({ ...from, offset: from.offset + offset })
        const output = operands.write(view)
        b.for(b.begin, b.end, 1, (item) => {
          const [matrix, panel] = divide(b, item, tiling.panels)
          const start = moved(b, input, matrix, source.matrices)
          const packed = b.advance(output, matrix, 4 * elements)
          const next = b.add(panel, b.int(1))
          forPanels(b, tiling, panel, next, (shape, index, column) => {
            const target = b.variable(b.advance(packed, firstLane(b, index, shape), 4 * depth))
            const first = b.advance(start, column, 4 * columnStride)
            overDepth(b, source.depth, first, (at) => {
              const to = b.get(target)
              copyRow(b, shape, columnStride, at, to)
              b.set(target, b.advance(to, b.int(1), 4 * shape.vectors * b.width))
            })
          })
        })
      },
    })
  }
  return { view, depth, elements }
}

/** `base` moved to a position that numbers the iterations of loops. */
function moved(
  b: LoopBuilder,
  base: Value<'ptr'>,
  position: Value<'i32'>,
  loops: readonly SourceLoop[],
): Value<'ptr'> {
  let at = base
  let rest = position
  for (const { count, stride } of loops.toReversed()) {
    const [outer, here] = divide(b, rest, count)
    at = b.advance(at, here, 4 * stride)
    rest = outer
  }
  return at
}

function overDepth(
  b: LoopBuilder,
  loops: readonly SourceLoop[],
  base: Value<'ptr'>,
  body: (at: Value<'ptr'>) => void,
): void {
  const [loop, ...inner] = loops
  if (!loop) body(base)
  else if (loop.count === 1) overDepth(b, inner, base, body)
  else {
    b.for(0, loop.count, 1, (i) => overDepth(b, inner, b.advance(base, i, 4 * loop.stride), body))
  }
}

function copyRow(
  b: LoopBuilder,
  { counts }: PanelClass,
  columnStride: number,
  from: Value<'ptr'>,
  to: Value<'ptr'>,
): void {
  counts.forEach((count, v) => {
    const first = v * b.width
    if (columnStride === 1) b.store('f32', to, b.loadVector('f32', from, 4 * first, count), 4 * first)
    else {
      for (let lane = first; lane < first + b.width; lane++) {
        const at = b.advance(from, b.int(lane), 4 * columnStride)
        b.store('f32', to, lane < first + count ? b.load('f32', at) : b.float(0), 4 * lane)
      }
    }
  })
}
