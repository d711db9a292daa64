import { DataError } from '../../errors.js'
import type { Cursor, Source } from '../cursor.js'

/** Bytes that are needed to write numbers up to this one. */
export const bytesFor = (largest: number): number => Math.floor(Math.log2(Math.max(largest, 1)) / 8) + 1

interface Tree {
  readonly source: Source
  readonly nodeSize: number
  readonly recordSize: number
  /** Of each depth, from the leaves: how many records a node may hold, and a subtree. */
  readonly levels: readonly { readonly most: number; readonly mostBelow: number }[]
}

/**
 * The records of a version 2 B-tree, in order, each as a cursor.
 *
 * Source: HDF5 File Format Specification, Version 2 B-trees.
 */
export function readRecords(source: Source, address: number): Cursor[] {
  const header = source.at(address, 'B-tree').signature('BTHD').skip(2)
  const nodeSize = header.u32()
  const recordSize = header.u16()
  const depth = header.u16()
  header.skip(2)
  const root = header.address()
  const count = header.u16()
  if (root === undefined || count === 0) return []
  // A node holds at least one record, or it could not be split.
  if (recordSize === 0 || nodeSize < 10 + recordSize || depth > 16) {
    throw new DataError(
      `${header.where}: has nodes of ${nodeSize} bytes for records of ${recordSize}. The file is damaged.`,
    )
  }
  const tree = { source, nodeSize, recordSize, levels: levelsOf(nodeSize, recordSize, depth) }
  return readNode(tree, root, count, depth, new Set())
}

function levelsOf(nodeSize: number, recordSize: number, depth: number): Tree['levels'] {
  const leaf = Math.floor((nodeSize - 10) / recordSize)
  const levels = [{ most: leaf, mostBelow: leaf }]
  for (let level = 1; level <= depth; level++) {
    const below = levels[level - 1].mostBelow
    const pointer = 8 + bytesFor(leaf) + (level > 1 ? bytesFor(below) : 0)
    const most = Math.floor((nodeSize - 10 - pointer) / (recordSize + pointer))
    levels.push({ most, mostBelow: (most + 1) * below + most })
  }
  return levels
}

function readNode(tree: Tree, address: number, count: number, depth: number, seen: Set<number>): Cursor[] {
  const { source, nodeSize, recordSize, levels } = tree
  const node = source.at(address, 'node of a B-tree', nodeSize)
  if (seen.has(address)) throw new DataError(`${node.where}: stands in its tree twice. The file is damaged.`)
  seen.add(address)
  node.signature(depth === 0 ? 'BTLF' : 'BTIN').skip(2)
  const records = Array.from({ length: count }, () => node.part(recordSize))
  if (depth === 0) return records
  const children = Array.from({ length: count + 1 }, () => {
    const child = node.requiredAddress('child')
    const size = node.unsigned(bytesFor(levels[0].most))
    if (depth > 1) node.skip(bytesFor(levels[depth - 1].mostBelow))
    return readNode(tree, child, size, depth - 1, seen)
  })
  return children.flatMap((child, i) => (i < count ? [...child, records[i]] : child))
}
