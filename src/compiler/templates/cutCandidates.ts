import type { TargetTraits } from '../../loops/traits.js'
import type { Cut } from '../cut.js'
import { wantedItems } from './gridBlocks.js'
import { bestTiles, type Tiling, tileFits } from './tiling.js'

/** Tiles that are worth trying. Beyond these, the cost model is sure enough. */
const tilesTried = 5

/**
 * Cuts that are worth measuring against the cost model's for a matrix that a micro-kernel computes, in groups that concern one
 * choice each: the quickest of a group is kept while the next group is tried. Some may turn out to change nothing.
 */
export function cutCandidates(matrix: Tiling['matrix'], traits: TargetTraits): readonly (readonly Cut[])[] {
  return [
    bestTiles(matrix, traits, tilesTried).map((tile) => ({ tile })),
    [wantedItems / 4, wantedItems / 2, 2 * wantedItems].map((items) => ({ items })),
    [{ outer: 'rows' }, { outer: 'panels' }],
    [{ packed: true }, { packed: false }],
    [{ depth: 0.5 }, { depth: 2 }],
  ]
}

/** Whether `value`, from a file perhaps, is a cut that this target can run. */
export function isCut(value: unknown, traits: TargetTraits): value is Cut {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { tile, items, outer, packed, depth, ...others } = value as Record<string, unknown>
  return (
    Object.keys(others).length === 0 &&
    (tile === undefined || isTile(tile, traits)) &&
    (items === undefined || (isCount(items) && items <= mostItems)) &&
    (outer === undefined || outer === 'rows' || outer === 'panels') &&
    (packed === undefined || typeof packed === 'boolean') &&
    (depth === undefined || (typeof depth === 'number' && depth >= 1 / 16 && depth <= 16))
  )
}

const mostItems = 64 * wantedItems

function isTile(value: unknown, traits: TargetTraits): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { rows, vectors, ...others } = value as Record<string, unknown>
  return (
    Object.keys(others).length === 0 &&
    isCount(rows) &&
    isCount(vectors) &&
    tileFits({ rows, vectors }, traits)
  )
}

const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 1
