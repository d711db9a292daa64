import { InternalError } from '../../errors.js'
import type { LoopBuilder } from '../../loops/builder.js'
import type { Value } from '../../loops/ir.js'
import type { BufferView, Lowering } from '../lowering.js'
import { packStep } from './depthLanes.js'
import { wantedItems } from './gridBlocks.js'
import { divide } from './laneBlocks.js'
import { blockRange, forPanels, type PanelClass, type Tiling } from './tiling.js'
import { transposeBlock } from './transposeBlock.js'

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
  /** The walk over k, outermost loop first. Where columns do not lie side by side, the steps of the innermost loop do. */
  readonly depth: readonly SourceLoop[]
  readonly columns: number
  readonly columnStride: number
}

/** Panels that are filled side by side: a page each, of which the processor remembers so many. */
const panelsTogether = 16

/** An item should be worth more than its overhead. In elements. */
const smallestCopy = 4096

const product = (loops: readonly SourceLoop[]): number => loops.reduce((size, { count }) => size * count, 1)

/** B as the micro-kernel reads it: [matrix][panel][k][lane]. Lanes that are no columns hold zeros. A panel with `depthLanes` lies as those say. */
export interface Panels {
  readonly view: BufferView
  /** Steps of k. */
  readonly depth: number
  /** Elements of one matrix. */
  readonly elements: number
}

/**
 * Copies matrices into panels, in a launch of its own. Where columns lie side by side, an item goes through some rows as they
 * lie in memory, which the processor foresees, and which the thread that changed them last may still hold; else it fills one
 * panel after another: in blocks that are transposed in registers, where steps of k lie side by side.
 */
export function packPanels(lowering: Lowering, source: PackSource, tiling: Tiling): Panels {
  const { columns, columnStride } = source
  const depth = product(source.depth)
  const matrices = product(source.matrices)
  const elements = depth * tiling.lanes
  const view = lowering.scratch('float32', matrices * elements)
  const [outer, ...inner] = source.depth
  const isInRows = columnStride === 1
  if (!isInRows && source.depth.at(-1)?.stride !== 1)
    throw new InternalError('neither columns nor steps of k lie side by side')
  const together = isInRows ? Math.min(panelsTogether, tiling.panels) : 1
  const panelBlocks = Math.ceil(tiling.panels / together)
  const runs = isInRows ? runsInItem(source, panelBlocks) : outer.count
  const runBlocks = Math.ceil(outer.count / runs)
  const grid = depth > 0 ? matrices * runBlocks * panelBlocks : 0
  if (grid > 0) {
    lowering.launch({
      name: `pack ${depth}x${columns} by columns of stride ${columnStride}`,
      grid,
      report: {
        algorithm: `copy into panels, in which the micro-kernel reads one vector after another${isInRows ? '' : ', in blocks that are transposed in registers'}`,
        flops: 0,
        lanes: 'vector',
        ...(grid === 1 ? { singleThreaded: isInRows ? 'the matrix is small' : 'there is one panel' } : {}),
      },
      build: (b, operands) => {
        const input = operands.read({ ...source.view, offset: source.view.offset + source.offset })
        const output = operands.write(view)
        const runSteps = product(inner)
        b.for(b.begin, b.end, 1, (item) => {
          const [block, panelBlock] = divide(b, item, panelBlocks)
          const [matrix, runBlock] = divide(b, block, runBlocks)
          const start = moved(b, input, matrix, source.matrices)
          const packed = b.advance(output, matrix, 4 * elements)
          const panelRange = blockRange(b, panelBlock, together, tiling.panels)
          if (!isInRows) {
            transposeIntoPanels(b, source, tiling, panelRange, [start, packed])
            return
          }
          const copyAt = (at: Value<'ptr'>, k: Value<'i32'>): void =>
            forPanels(b, tiling, ...panelRange, (panel, lane, column) => {
              const { depthLanes, counts, vectors } = panel
              const first = b.advance(packed, lane, 4 * depth)
              const from = b.advance(at, column, 4)
              if (depthLanes) packStep(b, depthLanes, counts[0], [from, first], divide(b, k, depthLanes.run))
              else copyRow(b, panel, from, b.advance(first, k, 4 * vectors * b.width))
            })
          b.for(...blockRange(b, runBlock, runs, outer.count), 1, (i) =>
            overDepth(b, inner, b.advance(start, i, 4 * outer.stride), b.mul(i, b.int(runSteps)), copyAt),
          )
        })
      },
    })
  }
  return { view, depth, elements }
}

/** Iterations of the outermost loop over k that an item goes through, so that there are items for threads to share. */
function runsInItem({ depth, matrices, columns }: PackSource, panelBlocks: number): number {
  const [outer] = depth
  const blocks = Math.ceil(wantedItems / (product(matrices) * panelBlocks))
  const least = Math.ceil((smallestCopy * panelBlocks * outer.count) / (product(depth) * columns))
  return Math.max(least, Math.ceil(outer.count / blocks))
}

/** A matrix stored as [k, row], or several one after another. */
export interface RowSource {
  readonly view: BufferView
  readonly matrices: number
  readonly depth: number
  readonly rows: number
  /** Rows in a group: those of the shortest tile. */
  readonly tall: number
}

/** Rows as the micro-kernel reads them: [matrix][group][k][row of the group], with room for `lanes` rows. */
export interface RowGroups {
  readonly view: BufferView
  readonly lanes: number
  /** Elements of one matrix. */
  readonly elements: number
}

/** Copies a transposed matrix into groups of rows, in a launch of its own. */
export function packRowGroups(
  lowering: Lowering,
  { view: source, matrices, depth, rows, tall }: RowSource,
): RowGroups {
  const { width } = lowering.traits
  const groups = Math.ceil(rows / tall)
  const lanes = Math.ceil(tall / width) * width
  const elements = groups * depth * lanes
  const view = lowering.scratch('float32', matrices * elements)
  lowering.launch({
    name: `pack ${depth}x${rows} by groups of ${tall} rows`,
    grid: matrices * groups,
    report: {
      algorithm: 'copy into groups of rows, in which the micro-kernel reads one step of k after another',
      flops: 0,
      lanes: 'vector',
      ...(matrices * groups === 1 ? { singleThreaded: 'there is one group' } : {}),
    },
    build: (b, operands) => {
      const input = operands.read(source)
      const output = operands.write(view)
      const copyGroup = (item: Value<'i32'>, from: Value<'ptr'>, count: number): void =>
        copyGroupSteps(b, from, b.advance(output, item, 4 * depth * lanes), {
          count,
          steps: depth,
          stride: rows,
          lanes,
        })
      b.for(b.begin, b.end, 1, (item) => {
        const [matrix, group] = divide(b, item, groups)
        const from = b.advance(b.advance(input, matrix, 4 * depth * rows), group, 4 * tall)
        const rest = rows - (groups - 1) * tall
        if (rest === tall) copyGroup(item, from, tall)
        else {
          const whole = b.compare('lt', group, b.int(groups - 1)) as Value<'bool'>
          b.if(
            whole,
            () => copyGroup(item, from, tall),
            () => copyGroup(item, from, rest),
          )
        }
      })
    },
  })
  return { view, lanes, elements }
}

/** Steps of k, of each of which the group's values lie side by side. */
export interface GroupSteps {
  /** Values of the group. */
  readonly count: number
  readonly steps: number
  /** Elements from one step to the next, before and in the group. */
  readonly stride: number
  readonly lanes: number
}

/** Copies a group's values of each step of k to where they have room for whole vectors. */
export function copyGroupSteps(
  b: LoopBuilder,
  from: Value<'ptr'>,
  to: Value<'ptr'>,
  { count, steps, stride, lanes }: GroupSteps,
): void {
  b.for(0, steps, 1, (k) => {
    const [source, target] = [b.advance(from, k, 4 * stride), b.advance(to, k, 4 * lanes)]
    for (let lane = 0; lane < count; lane += b.width) {
      const values = b.loadVector('f32', source, 4 * lane, Math.min(b.width, count - lane))
      b.store('f32', target, values, 4 * lane)
    }
  })
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

/** Runs `body` for each k, with the address where the source's row k starts. */
function overDepth(
  b: LoopBuilder,
  loops: readonly SourceLoop[],
  at: Value<'ptr'>,
  k: Value<'i32'>,
  body: (at: Value<'ptr'>, k: Value<'i32'>) => void,
): void {
  const [loop, ...inner] = loops
  if (!loop) body(at, k)
  else {
    const steps = product(inner)
    b.repeat(loop.count, false, (i) =>
      overDepth(b, inner, b.advance(at, i, 4 * loop.stride), b.add(k, b.mul(i, b.int(steps))), body),
    )
  }
}

function copyRow(b: LoopBuilder, { counts }: PanelClass, from: Value<'ptr'>, to: Value<'ptr'>): void {
  counts.forEach((count, v) => {
    const first = 4 * v * b.width
    b.store('f32', to, b.loadVector('f32', from, first, count), first)
  })
}

/** Fills panels of a matrix at `packed` from one at `start` whose innermost steps of k lie side by side. */
function transposeIntoPanels(
  b: LoopBuilder,
  { depth: loops, columnStride }: PackSource,
  tiling: Tiling,
  panels: ReturnType<typeof blockRange>,
  [start, packed]: readonly [start: Value<'ptr'>, packed: Value<'ptr'>],
): void {
  const run = loops[loops.length - 1].count
  forPanels(b, tiling, ...panels, (panel, lane, column) => {
    if (panel.depthLanes) throw new InternalError('steps of k that lie in lanes are packed row by row')
    const step = 4 * panel.vectors * b.width
    const to = b.advance(packed, lane, 4 * product(loops))
    overDepth(b, loops.slice(0, -1), b.advance(start, column, 4 * columnStride), b.int(0), (from, k) =>
      transposeColumns(b, panel, [from, b.advance(to, k, run * step)], { columnStride, run, step }),
    )
  })
}

/** Columns as they lie: elements from one to the next, and steps of k side by side in each; and bytes that a step takes in the panel. */
interface TransposedColumns {
  readonly columnStride: number
  readonly run: number
  readonly step: number
}

/** Copies a run of steps of k of a panel's columns, as many steps at a time as a vector has lanes. */
function transposeColumns(
  b: LoopBuilder,
  { counts }: PanelClass,
  [from, to]: readonly [from: Value<'ptr'>, to: Value<'ptr'>],
  { columnStride, run, step }: TransposedColumns,
): void {
  const steps = Math.min(run, b.width)
  const zero = b.constant('f32v', 0)
  const copyVector = (columns: Value<'ptr'>, panel: Value<'ptr'>, count: number): void =>
    b.repeat(Math.ceil(run / steps), false, (block) => {
      const begin = b.mul(block, b.int(steps)) as Value<'i32'>
      // The last block may begin among the steps of the one before.
      const first = run % steps === 0 ? begin : (b.binary('min', begin, b.int(run - steps)) as Value<'i32'>)
      const at = b.advance(columns, first, 4)
      const rows = Array.from({ length: count }, (_, column) =>
        b.loadVector('f32', at, 4 * column * columnStride, steps),
      )
      const target = b.advance(panel, first, step)
      transposeBlock(b, rows, zero)
        .slice(0, steps)
        .forEach((values, k) => b.store('f32', target, values, k * step))
    })
  const whole = counts.filter((count) => count === b.width).length
  b.repeat(whole, false, (v) =>
    copyVector(b.advance(from, v, 4 * b.width * columnStride), b.advance(to, v, 4 * b.width), b.width),
  )
  if (whole < counts.length) {
    const rest = b.int(whole)
    const columns = b.advance(from, rest, 4 * b.width * columnStride)
    copyVector(columns, b.advance(to, rest, 4 * b.width), counts[whole])
  }
}
