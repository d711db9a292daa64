import type { OperationNode } from '../../graph/node.js'
import { sizeOf } from '../../graph/shape.js'
import type { LoopBuilder } from '../../loops/builder.js'
import { type Storage, storageBytes, type Value } from '../../loops/ir.js'
import { type Lowering, storageOf, type Template } from '../lowering.js'
import { kindOf } from './kindOf.js'
import { divide, loadLanes, overLanes, pointerTo, Runs, storeLanes } from './laneBlocks.js'

/** Rows are cut for the sake of threads only into parts of at least this many elements. */
const smallestPart = 64

/**
 * Adds updates onto a copy of the base, seen as [outer, axis, inner]. A thread owns a range of the output, of which it
 * copies the base; then it goes through all indices in order and adds what falls into its range. So no two threads
 * write one place, and sums do not depend on their number.
 *
 * - One index for a run of `inner` (or `inner` is 1): the range is one of rows `[outer, axis]`, if these are few, of
 *   parts of rows.
 * - An index for each element (`alongAxis`, inner > 1): the range is one of columns `[outer, inner]`.
 */
export const scatterTemplate: Template = {
  takesEpilogue: () => false,
  lower(node: OperationNode, lowering: Lowering): void {
    const kind = kindOf(node, 'scatter')
    const [base, indices, updates] = node.inputs
    const axis = kind.axis(node.attributes)
    const shape: ScatterShape = {
      outer: sizeOf(base.shape.slice(0, axis)),
      size: base.shape[axis],
      inner: sizeOf(base.shape.slice(axis + 1)),
      count: kind.alongAxis ? indices.shape[axis] : sizeOf(indices.shape),
      indexPerOuter: kind.alongAxis,
      storage: storageOf[base.dtype],
      indexStorage: storageOf[indices.dtype],
    }
    const byColumns = kind.alongAxis && shape.inner > 1
    const rows = new Runs(shape.outer * shape.size, shape.inner, lowering.traits.width, smallestPart)
    const grid = byColumns ? (shape.size === 0 ? 0 : shape.outer * shape.inner) : rows.grid

    const start = lowering.input(base)
    const index = lowering.input(indices)
    const added = lowering.input(updates)
    const target = lowering.output(node.outputs[0])
    lowering.launch({
      name: `scatter ${byColumns ? 'along' : 'at'} axis ${axis}`,
      grid,
      // The base is copied before the updates are added, which must still be there.
      inPlace: [index, added].some((view) => view.buffer === start.buffer)
        ? []
        : [{ output: target, input: start }],
      report: {
        algorithm: byColumns
          ? 'scatter: threads own columns, an index for each element'
          : `scatter: threads own rows${rows.parts > 1 ? ` in ${rows.parts} parts` : ''}, an index for each`,
        flops: base.dtype === 'float32' ? sizeOf(updates.shape) : 0,
        lanes: byColumns || shape.inner === 1 ? { scalar: 'each element has an index of its own' } : 'vector',
        ...(grid === 1 ? { singleThreaded: 'the output is one short run' } : {}),
      },
      build: (b, operands) => {
        const pointers: Pointers = {
          base: operands.read(start),
          indices: operands.read(index),
          updates: operands.read(added),
          output: operands.readWrite(target),
        }
        if (byColumns) columns(b, pointers, shape)
        else rowParts(b, pointers, shape, rows)
      },
    })
  },
}

interface ScatterShape {
  readonly outer: number
  readonly size: number
  readonly inner: number
  /** Indices of one `outer`. */
  readonly count: number
  /** Whether each `outer` has its own indices. */
  readonly indexPerOuter: boolean
  readonly storage: Storage
  readonly indexStorage: Storage
}

interface Pointers {
  readonly base: Value<'ptr'>
  readonly indices: Value<'ptr'>
  readonly updates: Value<'ptr'>
  readonly output: Value<'ptr'>
}

type Integer = Value<'i32'>
const smaller = (b: LoopBuilder, x: Integer, y: Integer) => b.binary('min', x, y) as Integer
const larger = (b: LoopBuilder, x: Integer, y: Integer) => b.binary('max', x, y) as Integer

/** The grid is [parts, outer * size]: a thread's range of it holds a range of rows for each part it touches. */
function rowParts(b: LoopBuilder, pointers: Pointers, shape: ScatterShape, runs: Runs): void {
  const { size, inner, storage } = shape
  const bytes = storageBytes[storage]
  if (runs.parts === 1) {
    const first = b.mul(b.begin, b.int(inner))
    copy(b, storage, pointers, first, b.mul(b.sub(b.end, b.begin), b.int(inner)))
    addRows(b, pointers, shape, b.begin, b.end, (body) => overLanes(b, inner, body))
    return
  }
  const rows = shape.outer * size
  overRanges(b, rows, (part, from, to) => {
    b.for(from, to, 1, (row) => {
      const source = b.advance(pointers.base, row, inner * bytes)
      const target = b.advance(pointers.output, row, inner * bytes)
      runs.overPart(b, part, (block) => {
        const value = loadLanes(b, storage, pointerTo(b, source, block, storage), block)
        storeLanes(b, storage, pointerTo(b, target, block, storage), block, value)
      })
    })
    addRows(b, pointers, shape, from, to, (body) => runs.overPart(b, part, body))
  })
}

/** For each number of groups of `length` grid items that `[begin, end)` touches: the range of items inside of it. */
function overRanges(
  b: LoopBuilder,
  length: number,
  body: (group: Integer, from: Integer, to: Integer) => void,
): void {
  const [first] = divide(b, b.begin, length)
  const [last] = divide(b, b.add(b.end, b.int(Math.max(length, 1) - 1)), length)
  b.for(first, last, 1, (group) => {
    const before = b.mul(group, b.int(length))
    body(group, larger(b, b.sub(b.begin, before), b.int(0)), smaller(b, b.sub(b.end, before), b.int(length)))
  })
}

/** Copies a run of elements of the base whose length is known only when the program runs. */
function copy(b: LoopBuilder, storage: Storage, pointers: Pointers, first: Integer, length: Integer): void {
  const bytes = storageBytes[storage]
  const source = b.advance(pointers.base, first, bytes)
  const target = b.advance(pointers.output, first, bytes)
  const whole = b.binary('and', length, b.int(-b.width)) as Integer
  b.for(0, whole, b.width, (i) =>
    b.store(storage, b.advance(target, i, bytes), b.loadVector(storage, b.advance(source, i, bytes))),
  )
  b.for(whole, length, 1, (i) =>
    b.store(storage, b.advance(target, i, bytes), b.load(storage, b.advance(source, i, bytes))),
  )
}

/** Adds the updates of rows `[from, to)` of `[outer, size]`, over the lanes that `overBlocks` gives. */
function addRows(
  b: LoopBuilder,
  pointers: Pointers,
  shape: ScatterShape,
  from: Integer,
  to: Integer,
  overBlocks: (body: Parameters<typeof overLanes>[2]) => void,
): void {
  const { size, inner, count, storage, indexStorage } = shape
  const rowBytes = inner * storageBytes[storage]
  const [firstOuter] = divide(b, from, size)
  const [lastOuter] = divide(b, b.add(to, b.int(Math.max(size, 1) - 1)), size)
  b.for(firstOuter, lastOuter, 1, (outer) => {
    const before = b.mul(outer, b.int(size))
    const low = larger(b, b.sub(from, before), b.int(0))
    const owned = b.sub(smaller(b, b.sub(to, before), b.int(size)), low)
    const indices = shape.indexPerOuter
      ? b.advance(pointers.indices, outer, count * storageBytes[indexStorage])
      : pointers.indices
    const updates = b.advance(pointers.updates, outer, count * rowBytes)
    const slab = b.advance(pointers.output, before, rowBytes)
    b.for(0, count, 1, (i) => {
      const index = b.load(indexStorage, b.advance(indices, i, storageBytes[indexStorage])) as Integer
      // As unsigned, an index below `low` is larger than any range: one comparison finds what is owned.
      const isOwned = b.compare('ltU', b.sub(index, low), owned) as Value<'bool'>
      b.if(isOwned, () => {
        const update = b.advance(updates, i, rowBytes)
        const target = b.advance(slab, index, rowBytes)
        overBlocks((block) => {
          const place = pointerTo(b, target, block, storage)
          const sum = b.add(
            loadLanes(b, storage, place, block),
            loadLanes(b, storage, pointerTo(b, update, block, storage), block),
          )
          storeLanes(b, storage, place, block, sum)
        })
      })
    })
  })
}

/** The grid is [outer, inner]: a thread owns some columns of each `outer` that its range touches. */
function columns(b: LoopBuilder, pointers: Pointers, shape: ScatterShape): void {
  const { size, inner, count, storage, indexStorage } = shape
  const bytes = storageBytes[storage]
  overRanges(b, inner, (outer, from, to) => {
    const slab = b.mul(outer, b.int(size * inner))
    const width = b.sub(to, from)
    b.for(0, size, 1, (row) => {
      copy(b, storage, pointers, b.add(b.add(slab, b.mul(row, b.int(inner))), from), width)
    })
    b.for(0, count, 1, (i) => {
      const row = b.mul(b.add(b.mul(outer, b.int(count)), i), b.int(inner))
      b.for(from, to, 1, (column) => {
        const element = b.add(row, column)
        const at = b.advance(pointers.indices, element, storageBytes[indexStorage])
        const index = b.load(indexStorage, at) as Integer
        b.if(b.compare('ltU', index, b.int(size)) as Value<'bool'>, () => {
          const place = b.add(b.add(slab, b.mul(index, b.int(inner))), column)
          const target = b.advance(pointers.output, place, bytes)
          const update = b.load(storage, b.advance(pointers.updates, element, bytes))
          b.store(storage, target, b.add(b.load(storage, target), update))
        })
      })
    })
  })
}
