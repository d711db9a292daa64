import type { LoopBuilder } from '../../loops/builder.js'
import type { Value } from '../../loops/ir.js'
import type { DepthLoop } from './microKernel.js'

/**
 * How columns that are too few to fill a vector are summed: with steps of k in lanes, where so many of them lie side by side in A.
 * Of each such run the columns are packed as [vector of the run][column][lane].
 */
export interface DepthLanes {
  readonly run: number
}

/** Vectors that a run takes. */
const vectorsIn = (b: LoopBuilder, { run }: DepthLanes): number => Math.ceil(run / b.width)

/** Multiplications and additions of vectors that one column of one row takes in all: its products, and the sum of its lanes. */
export const vectorSteps = ({ run }: DepthLanes, runs: number, width: number): number =>
  runs * Math.ceil(run / width) + 3 * Math.log2(width)

/** Copies one step of k of these columns, which lie side by side at `from`, into their panel. */
export function packStep(
  b: LoopBuilder,
  lanes: DepthLanes,
  columns: number,
  [from, panel]: readonly [from: Value<'ptr'>, panel: Value<'ptr'>],
  [run, step]: readonly [run: Value<'i32'>, step: Value<'i32'>],
): void {
  const vector = b.binary('divU', step, b.int(b.width)) as Value<'i32'>
  const place = b.add(b.mul(run, b.int(vectorsIn(b, lanes))), vector)
  const lane = b.sub(step, b.mul(vector, b.int(b.width)))
  const to = b.advance(b.advance(panel, place, 4 * columns * b.width), lane, 4)
  for (let column = 0; column < columns; column++) {
    b.store('f32', to, b.load('f32', from, 4 * column), 4 * column * b.width)
  }
}

/** A tile of few columns. */
export interface DepthTile {
  /** As in a micro-kernel's tile. */
  readonly rows: { readonly base: Value<'ptr'>; readonly offsets: readonly number[] }
  /** Where the columns are packed, and how many there are. */
  readonly columns: { readonly base: Value<'ptr'>; readonly count: number }
  /** The walk over runs, outermost loop first: how many there are, and by how many bytes A moves. */
  readonly runs: readonly Pick<DepthLoop, 'count' | 'a'>[]
  readonly lanes: DepthLanes
}

/** Emits the tile, and returns for each row a vector with its columns in the first lanes. */
export function sumInLanes(b: LoopBuilder, { rows, columns, runs, lanes }: DepthTile): Value<'f32v'>[] {
  const { run } = lanes
  const zero = b.constant('f32v', 0) as Value<'f32v'>
  const names = Array.from({ length: columns.count }, (_, column) => column)
  const sums = rows.offsets.map(() => names.map(() => b.variable(zero)))
  const columnBytes = 4 * b.width
  const vectorBytes = columns.count * columnBytes

  const add = (a: Value<'ptr'>, right: Value<'ptr'>, count: number): void => {
    const factors = names.map((column) => b.loadVector('f32', right, column * columnBytes, count))
    rows.offsets.forEach((offset, r) => {
      const values = b.loadVector('f32', a, offset, count)
      names.forEach((column) => {
        const sum = sums[r][column]
        b.set(sum, b.mulAdd(values, factors[column], b.get(sum)) as Value<'f32v'>)
      })
    })
  }

  const overRun = (a: Value<'ptr'>, right: Value<'ptr'>): void => {
    const whole = Math.floor(run / b.width)
    b.repeat(whole, false, (v) =>
      add(b.advance(a, v, columnBytes), b.advance(right, v, vectorBytes), b.width),
    )
    const rest = run - whole * b.width
    if (rest > 0)
      add(b.advance(a, b.int(whole), columnBytes), b.advance(right, b.int(whole), vectorBytes), rest)
  }

  const overRuns = (a: Value<'ptr'>, right: Value<'ptr'>, loops: DepthTile['runs']): void => {
    const [loop, ...inner] = loops
    if (!loop) {
      overRun(a, right)
      return
    }
    const inside = inner.reduce((product, { count }) => product * Number(count), 1)
    b.repeat(Number(loop.count), false, (i) =>
      overRuns(
        b.advance(a, i, loop.a),
        b.advance(right, i, inside * vectorsIn(b, lanes) * vectorBytes),
        inner,
      ),
    )
  }
  overRuns(rows.base, columns.base, runs)

  return sums.map((row) => {
    const [first, ...others] = row.map((sum) => b.splat(b.reduce('add', b.get(sum))))
    return others.reduce(
      (vector, sum, i) => b.select(b.compare('eq', b.lanes(), b.int(i + 1)), sum, vector),
      first,
    ) as Value<'f32v'>
  })
}
