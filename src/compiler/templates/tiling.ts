import type { LoopBuilder } from '../../loops/builder.js'
import type { Value } from '../../loops/ir.js'
import type { TargetTraits } from '../../loops/traits.js'
import { type Cut, modelCut, type Tile } from '../cut.js'
import type { Epilogue } from '../lowering.js'
import type { DepthLanes } from './depthLanes.js'

/**
 * Columns of a matrix, cut into panels of some vectors each. Panels of one class look alike: all full ones, and
 * perhaps a last one that is narrower or whose last lanes are no columns.
 */
export interface PanelClass {
  /** Number of this class's first panel, and how many there are. */
  readonly first: number
  readonly panels: number
  readonly vectors: number
  /** Columns in each vector of a panel. */
  readonly counts: readonly number[]
  /** The first column of the first panel. */
  readonly column: number
  /** The first column of the last panel, where that begins among the columns of the one before: see `alikePanels`. */
  readonly lastColumn?: number
  /** Rows that a tile of this class takes: a multiple of that of the full panels, or fewer with `depthLanes`. */
  readonly rows: number
  /** Steps of k are in its lanes, not columns, which are few. */
  readonly depthLanes?: DepthLanes
}

export interface Tiling {
  /** What is cut: columns (without those of `depthLanes`), and rows that come in runs of so many. */
  readonly matrix: { readonly rows: number; readonly columns: number }
  readonly classes: readonly PanelClass[]
  /** Panels in all classes. */
  readonly panels: number
  /** Columns with the lanes that are none. */
  readonly lanes: number
  /** The rows of the tallest tile, of which all tiles' rows are divisors (but for `depthLanes`). */
  readonly rows: number
  /** Share of the micro-kernel's best speed that the tiles' shapes allow, by the cost model. */
  readonly efficiency: number
}

/**
 * Cycles for one step of k of a tile, in a machine that starts two `mulAdd` and two loads a cycle and finishes a
 * `mulAdd` after four, to which a little is added because no order of instructions is perfect: a model that holds for
 * x64 cores of the last decade, and well enough for others.
 */
const stepCycles = (rows: number, vectors: number): number =>
  Math.max((rows * vectors) / 2, (rows + vectors) / 2, 4.3)

/** No tile is taller: each row needs an address. */
export const mostRows = 14

/** Rows of a tile of that many vectors. */
function tileRows(traits: TargetTraits, vectors: number): number {
  if (vectors === traits.tile.vectors) return traits.tile.rows
  const { accumulators, vectorRegisters = Number.POSITIVE_INFINITY } = traits
  const sums = Math.min(accumulators, vectorRegisters - vectors - 1)
  return Math.min(mostRows, Math.max(1, Math.floor(sums / vectors)))
}

/** Whether the registers hold what a tile keeps in them. */
export const tileFits = ({ rows, vectors }: Tile, traits: TargetTraits): boolean =>
  vectors <= traits.accumulators && rows <= tileRows(traits, vectors)

/** The tiles for a matrix that the cost model holds to be quickest, the best first: of each width of panels, a few heights. */
export function bestTiles({ rows, columns }: Tiling['matrix'], traits: TargetTraits, count: number): Tile[] {
  const widest = Math.min(Math.ceil(columns / traits.width), traits.accumulators)
  const tiles: { readonly tile: Tile; readonly efficiency: number }[] = []
  for (let vectors = 1; vectors <= widest; vectors++) {
    const most = tileRows(traits, vectors)
    const parts = Math.ceil(rows / most)
    const heights = new Set([most, ...[parts, parts + 1].map((n) => Math.min(most, Math.ceil(rows / n)))])
    for (const height of heights) {
      const { efficiency } = tileInPanels(rows, columns, vectors, traits, height)
      tiles.push({ tile: { rows: height, vectors }, efficiency })
    }
  }
  tiles.sort((a, b) => b.efficiency - a.efficiency)
  return tiles.slice(0, count).map(({ tile }) => tile)
}

function rowCycles(rows: number, tall: number, vectors: number): number {
  const rest = rows % tall
  const whole = Math.floor(rows / tall) * stepCycles(tall, vectors)
  return rest > 0 ? whole + stepCycles(rest, vectors) : whole
}

/** Rows of a tile: as many as may be, or fewer that leave no short rest where that takes fewer cycles. */
function evenRows(rows: number, most: number, vectors: number): number {
  if (rows <= most) return most
  const even = Math.ceil(rows / Math.ceil(rows / most))
  return rowCycles(rows, even, vectors) < rowCycles(rows, most, vectors) ? even : most
}

/** Beside the work of so many tiles, the code for a shorter last one is little. */
const manyTiles = 10

/** What tiles of one height may take, of the cycles of `evenRows`. */
const oneHeight = 1.01

/** As `evenRows`, but where rows are few, tiles more than half as tall that leave no rest, if these cost nothing: they need half the code. */
function alikeRows(rows: number, most: number, vectors: number): number {
  const even = evenRows(rows, most, vectors)
  if (rows <= most || rows > manyTiles * most) return even
  const cycles = (height: number): number => rowCycles(rows, height, vectors)
  for (let height = most; 2 * height > most; height--) {
    if (rows % height === 0 && cycles(height) <= oneHeight * cycles(even)) return height
  }
  return even
}

/**
 * Cuts a matrix of `columns` columns into panels and says how many rows the tiles on them take, where rows come in
 * runs of `rows`. Of the panel widths that the registers allow, takes the one with the fewest cycles, unless `cut` says which.
 */
export function tileMatrix(
  rows: number,
  columns: number,
  traits: TargetTraits,
  { tile }: Cut = modelCut,
  /** The most vectors of a panel, and whether tiles are no lower than they need be. */
  { widest = Number.POSITIVE_INFINITY, tall = false }: { widest?: number; tall?: boolean } = {},
): Tiling {
  const vectors = Math.ceil(columns / traits.width)
  if (tile) return tileInPanels(rows, columns, Math.min(tile.vectors, vectors), traits, tile.rows)
  const widths = [Math.min(traits.tile.vectors, widest)]
  for (let width = 1; width <= Math.min(vectors, traits.accumulators, widest); width++) widths.push(width)
  let best: Tiling | undefined
  for (const width of widths) {
    const panel = Math.min(width, vectors)
    const height = (tall ? evenRows : alikeRows)(rows, tileRows(traits, panel), panel)
    const tiling = tileInPanels(rows, columns, panel, traits, height)
    // Another width must be better by more than the model's error.
    if (!best || tiling.efficiency > 1.02 * best.efficiency) best = tiling
  }
  return best as Tiling
}

/** As `tileMatrix`, with panels of so many vectors, and tiles on them of so many rows. */
export function tileInPanels(
  rows: number,
  columns: number,
  vectors: number,
  traits: TargetTraits,
  tall = alikeRows(rows, tileRows(traits, vectors), vectors),
): Tiling {
  const { width } = traits
  const full = Math.floor(columns / (vectors * width))
  const rest = columns - full * vectors * width
  const restVectors = Math.ceil(rest / width)
  const classes: PanelClass[] = []
  if (full > 0) {
    const counts = new Array<number>(vectors).fill(width)
    classes.push({ first: 0, panels: full, vectors, counts, column: 0, rows: tall })
  }
  if (rest > 0) {
    const counts = Array.from({ length: restVectors }, (_, i) => Math.min(width, rest - i * width))
    const height = full > 0 ? tall * Math.max(1, Math.floor(tileRows(traits, restVectors) / tall)) : tall
    const column = full * vectors * width
    classes.push({ first: full, panels: 1, vectors: restVectors, counts, column, rows: height })
  }
  let cycles = 0
  for (const panel of classes) cycles += panel.panels * rowCycles(rows, panel.rows, panel.vectors)
  return {
    matrix: { rows, columns },
    classes,
    panels: full + (rest > 0 ? 1 : 0),
    lanes: (full * vectors + restVectors) * width,
    rows: Math.max(1, ...classes.map((panel) => panel.rows)),
    efficiency: (rows * columns) / width / 2 / cycles,
  }
}

/**
 * The same panels, but for a last one that is as wide as the others and has lanes that are no columns: that is moved back until it
 * has none. All panels are alike then, so that code for one is code for all. The columns that two panels have in common are
 * computed and stored twice, which changes nothing unless the results replace what is read for them.
 */
export function alikePanels(tiling: Tiling, { inPlace = [] }: Pick<Epilogue, 'inPlace'>): Tiling {
  const [full, rest] = tiling.classes
  if (inPlace.length > 0 || !rest || rest.vectors !== full.vectors) return tiling
  const columns = full.counts.reduce((sum, count) => sum + count, 0)
  const lastColumn = tiling.matrix.columns - columns
  return { ...tiling, classes: [{ ...full, panels: full.panels + 1, lastColumn }], rows: full.rows }
}

/** So many sums at once keep the processor's units for them busy. */
const busySums = 8

/** The same panels, all lanes of which are columns, and behind them so few columns that steps of k are in their lanes. */
export function withDepthLanes(
  tiling: Tiling,
  columns: number,
  depthLanes: DepthLanes,
  width: number,
): Tiling {
  const { matrix, classes, panels, lanes } = tiling
  const rows = Math.ceil(busySums / columns)
  const few = {
    first: panels,
    panels: 1,
    vectors: 1,
    counts: [columns],
    column: matrix.columns,
    rows,
    depthLanes,
  }
  return {
    ...tiling,
    classes: [...classes, few],
    panels: panels + 1,
    lanes: lanes + width,
  }
}

export const shortestTile = ({ classes }: Tiling): number => Math.min(...classes.map(({ rows }) => rows))

/**
 * Runs `body` for each panel in `[from, to)`, with its first lane, as packed panels lie, and its first column. All panels of
 * one class share one loop; the values of `from` and `to` are known when the function runs.
 */
export function forPanels(
  b: LoopBuilder,
  { classes }: Tiling,
  from: Value<'i32'> | number,
  to: Value<'i32'> | number,
  body: (panel: PanelClass, lane: Value<'i32'>, column: Value<'i32'>) => void,
): void {
  for (const panel of classes) {
    const { first, vectors, column, lastColumn } = panel
    const isLast = panel === classes.at(-1)
    if (first === 0) {
      const last = isLast ? to : b.binary('min', b.asInt(to), b.int(panel.panels))
      b.for(from, last as Value<'i32'>, 1, (index) => {
        const lane = b.mul(index, b.int(vectors * b.width)) as Value<'i32'>
        const start = lastColumn === undefined ? lane : b.binary('min', lane, b.int(lastColumn))
        body(panel, lane, start as Value<'i32'>)
      })
    } else {
      const begun = b.compare('lt', b.int(first), b.asInt(to))
      const inside = isLast ? begun : b.logic('and', begun, b.compare('le', b.asInt(from), b.int(first)))
      b.if(inside as Value<'bool'>, () => body(panel, b.int(column), b.int(column)))
    }
  }
}

/**
 * Runs `body` for tiles of `tall` rows from `from` (a multiple of `tall`) to `to`, which is one too, or `rows`: where
 * the last tile is shorter.
 */
export function forRows(
  b: LoopBuilder,
  rows: number,
  tall: number,
  from: Value<'i32'> | number,
  to: Value<'i32'> | number,
  body: (row: Value<'i32'>, height: number) => void,
): void {
  const rest = rows % tall
  const whole = rows - rest
  if (whole > 0) {
    const last = rest === 0 ? to : (b.binary('min', b.asInt(to), b.int(whole)) as Value<'i32'>)
    b.for(from, last, tall, (row) => body(row, tall))
  }
  if (rest > 0) {
    const reached = b.compare('lt', b.int(whole), b.asInt(to)) as Value<'bool'>
    b.if(reached, () => body(b.int(whole), rest))
  }
}

/** The numbers in block `index` of blocks of `size` that cover `[0, end)`. */
export function blockRange(
  b: LoopBuilder,
  index: Value<'i32'>,
  size: number,
  end: number,
): [from: Value<'i32'> | number, to: Value<'i32'> | number] {
  if (size >= end) return [0, end]
  const from = b.mul(index, b.int(size))
  const to = b.add(from, b.int(size))
  return [from, end % size === 0 ? to : (b.binary('min', to, b.int(end)) as Value<'i32'>)]
}

/** For reports: `4x2 and 8x1 vectors`. */
export const describeTiles = ({ classes }: Tiling): string =>
  `${classes
    .filter(({ depthLanes }) => !depthLanes)
    .map(({ rows, vectors }) => `${rows}x${vectors}`)
    .join(' and ')} vectors` +
  classes
    .filter(({ depthLanes }) => depthLanes)
    .map(({ rows, counts }) => `, the last ${counts[0]} columns with k in lanes, ${rows} rows at once`)
    .join('')
