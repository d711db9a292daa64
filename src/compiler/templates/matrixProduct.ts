import type { TargetTraits } from '../../loops/traits.js'
import type { Cut } from '../cut.js'
import type { BufferView } from '../lowering.js'
import { wantedItems } from './gridBlocks.js'
import type { Tiling } from './tiling.js'

/** `C[b, m, n] = sum over k of A[b, m, k] * B[b, k, n]`, with A and B wherever their elements lie. */
export interface MatrixProduct {
  readonly name: string
  readonly batch: number
  readonly rows: number
  readonly depth: number
  readonly columns: number
  readonly a: BufferView
  readonly transposeA: boolean
  readonly b: BufferView
  readonly transposeB: boolean
}

/** How a product is cut: into blocks of rows and panels, which threads share, and into blocks of k. */
export interface Blocks {
  readonly rows: number
  readonly panels: number
  readonly depth: number
}

/** An item should be worth more than its overhead. In steps of one lane. */
const smallestItem = 64 * 1024

/** So few rows are computed in tiles of all of them: B is read once, and threads can only share its columns. */
export const fewRows = 8

/** Panels that are enough for threads to share: B comes from further away than all of them together can take it. */
const mostPanelsToShare = 8

/** Sums that have to be under way at a time, so that none waits for the one before it. */
const sumsUnderWay = 8

/** Vectors of a panel, at least: of one that is packed, and of one that is read in place, out of rows that lie apart. */
const leastPacked = 4
const leastInPlace = 16

/** The most vectors that panels of a product should have: fewer where it has so few rows that threads can share nothing else. */
export function widestPanel(product: MatrixProduct, width: number, isInPlace: boolean): number {
  const { batch, rows, depth, columns } = product
  if (rows > fewRows) return Number.POSITIVE_INFINITY
  const worthSharing = Math.min(mostPanelsToShare, Math.floor((rows * depth * columns) / smallestItem))
  const panels = Math.max(1, worthSharing / batch)
  const least = isInPlace ? leastInPlace : Math.max(leastPacked, Math.ceil(sumsUnderWay / Math.max(rows, 1)))
  return Math.max(Math.ceil(columns / width / panels), least)
}

/** Steps of k in a block: a panel of so many lanes stays in the second-level cache while the rows stream past it. From there, its vectors come soon enough. */
export function blockDepth(
  depth: number,
  lanes: number,
  { cache }: TargetTraits,
  { depth: lengths = 1 }: Cut,
): number {
  const most = Math.max(64, Math.floor((lengths * cache.l2) / 8 / (4 * lanes) / 8) * 8)
  const blocks = Math.ceil(depth / (1.25 * most))
  return blocks > 1 ? Math.ceil(depth / blocks / 8) * 8 : Math.max(depth, 1)
}

/**
 * Cuts a product for the caches and for threads. No cut changes a result: sums go on where the block before left them.
 */
export function chooseBlocks(
  { batch, rows, depth, columns }: MatrixProduct,
  tiling: Tiling,
  traits: TargetTraits,
  cut: Cut,
): Blocks {
  const { cache, width } = traits
  const { items: aim = wantedItems } = cut
  const lanes = Math.max(...tiling.classes.map((panel) => panel.vectors)) * width
  const steps = blockDepth(depth, lanes, traits, cut)
  // A block of rows stays in the second-level cache while the panels change.
  const mostRows = Math.max(tiling.rows, Math.floor(cache.l2 / 2 / (4 * steps)))
  const itemsPerRowBlock = batch * tiling.panels
  const rowBlocks = Math.max(
    Math.ceil(rows / mostRows),
    Math.min(
      Math.ceil(aim / itemsPerRowBlock),
      Math.floor((rows * depth * columns) / tiling.panels / smallestItem),
    ),
  )
  const blockRows = Math.ceil(rows / Math.max(1, rowBlocks) / tiling.rows) * tiling.rows
  const items = batch * Math.ceil(rows / blockRows) * tiling.panels
  const perItem = (blockRows * depth * columns) / tiling.panels
  const panels = Math.min(
    Math.max(Math.floor(items / (2 * aim)), Math.ceil(smallestItem / Math.max(perItem, 1))),
    tiling.panels,
  )
  return { rows: Math.min(blockRows, rows), panels: Math.max(1, panels), depth: steps }
}
