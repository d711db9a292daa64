import type { OperationNode } from '../../graph/node.js'
import { sizeOf } from '../../graph/shape.js'
import type { LoopBuilder } from '../../loops/builder.js'
import { storageBytes, type Value } from '../../loops/ir.js'
import { type Lowering, storageOf, type Template } from '../lowering.js'
import { kindOf } from './kindOf.js'
import { lanePositions, loadLanes, loadLanesAt, overLanes, pointerTo, storeLanes } from './laneBlocks.js'

type Integer = Value<'i32'>

/**
 * Stable bottom-up merge sort of each row (last axis). Elements are turned into 32-bit integer keys of the same order,
 * and pairs of key and position are merged back and forth between two places; at last the values are picked by their
 * positions, so that zeros keep their sign and NaNs their bits.
 */
export const sortTemplate: Template = {
  takesEpilogue: () => false,
  lower(node: OperationNode, lowering: Lowering): void {
    const { descending } = kindOf(node, 'sort').options(node.attributes)
    const [x] = node.inputs
    const [values, positions] = node.outputs
    const length = x.shape[x.shape.length - 1]
    const rows = length === 0 ? 0 : sizeOf(x.shape) / length
    // Merging looks at the next key of both runs even when one is used up: a row of keys has one more place for that.
    const pitch = length + 1

    const source = lowering.input(x)
    const valuesView = lowering.output(values)
    const positionsView = lowering.output(positions)
    const keyViews = [lowering.scratch('int32', rows * pitch), lowering.scratch('int32', rows * pitch)]
    const spareView = lowering.scratch('int32', rows * length)
    lowering.launch({
      name: `sort ${descending ? 'descending' : 'ascending'} ${length} ${x.dtype}`,
      grid: rows,
      report: {
        algorithm: 'sort: bottom-up merge sort of each row',
        flops: 0,
        lanes: { scalar: 'merging takes one element at a time; keys and values are made in lanes' },
        ...(rows === 1 ? { singleThreaded: 'there is one row to sort' } : {}),
      },
      build: (b, operands) => {
        const input = operands.read(source)
        const output = operands.write(valuesView)
        const positionsOut = operands.readWrite(positionsView)
        const spare = operands.readWrite(spareView)
        const keys = keyViews.map((view) => operands.readWrite(view))
        const storage = storageOf[x.dtype]
        const copied = storage === 'f32' ? 'i32' : storage
        const bytes = storageBytes[storage]
        const passes = length <= 1 ? 0 : Math.ceil(Math.log2(length))
        b.for(b.begin, b.end, 1, (row) => {
          const from = b.advance(input, row, length * bytes)
          const sorted = b.advance(positionsOut, row, length * 4)
          // The last pass must end in the output, so the number of passes decides where the first one starts.
          const places = [
            { keys: b.advance(keys[0], row, pitch * 4), positions: sorted },
            { keys: b.advance(keys[1], row, pitch * 4), positions: b.advance(spare, row, length * 4) },
          ]
          const first = places[passes % 2]
          overLanes(b, length, (block) => {
            const read = loadLanes(b, copied, pointerTo(b, from, block, copied), block)
            const key = sortKey(b, read, storage === 'f32', descending)
            storeLanes(b, 'i32', pointerTo(b, first.keys, block, 'i32'), block, key)
            const position = lanePositions(b, block)
            storeLanes(b, 'i32', pointerTo(b, first.positions, block, 'i32'), block, position)
          })
          for (let pass = 0; pass < passes; pass++) {
            mergePass(b, length, 2 ** pass, places[(passes - pass) % 2], places[(passes - pass - 1) % 2])
          }
          const to = b.advance(output, row, length * bytes)
          overLanes(b, length, (block) => {
            const position = loadLanes(b, 'i32', pointerTo(b, sorted, block, 'i32'), block)
            const value = loadLanesAt(b, copied, from, position)
            storeLanes(b, copied, pointerTo(b, to, block, copied), block, value)
          })
        })
      },
    })
  },
}

/**
 * An integer that orders as the element does. The bits of floats order as integers do, except that negative ones run
 * backwards, that both zeros are equal, and that NaN is to come last, in descending order too.
 */
function sortKey(b: LoopBuilder, bits: Value, isFloat: boolean, descending: boolean): Value {
  const directed = (key: Value) => (descending ? b.binary('xor', key, b.int(-1)) : key)
  if (!isFloat) return directed(bits)
  const magnitude = b.binary('and', bits, b.int(0x7fffffff))
  const ordered = b.select(b.compare('lt', bits, b.int(0)), b.sub(b.int(0), magnitude), magnitude)
  const unordered = b.compare('lt', b.int(0x7f800000), magnitude)
  return b.select(unordered, b.int(0x7fffffff), directed(ordered))
}

interface Place {
  readonly keys: Value<'ptr'>
  readonly positions: Value<'ptr'>
}

/** Merges neighbouring sorted runs of `run` elements into runs of twice that. */
function mergePass(b: LoopBuilder, length: number, run: number, from: Place, to: Place): void {
  b.for(0, length, 2 * run, (start) => {
    const middle = b.binary('min', b.add(start, b.int(run)), b.int(length)) as Integer
    const end = b.binary('min', b.add(start, b.int(2 * run)), b.int(length)) as Integer
    const left = b.variable(start)
    b.for(start, end, 1, (place) => {
      const i = b.get(left)
      const j = b.sub(b.add(place, middle), i)
      const leftKey = b.load('i32', b.advance(from.keys, i, 4))
      const rightKey = b.load('i32', b.advance(from.keys, j, 4))
      const takesLeft = b.logic(
        'and',
        b.compare('lt', i, middle),
        b.logic('or', b.compare('le', end, j), b.compare('le', leftKey, rightKey)),
      )
      const taken = b.select(takesLeft, i, j) as Integer
      b.store('i32', b.advance(to.keys, place, 4), b.select(takesLeft, leftKey, rightKey))
      b.store('i32', b.advance(to.positions, place, 4), b.load('i32', b.advance(from.positions, taken, 4)))
      b.set(left, b.add(i, b.convert('boolToInt', takesLeft)))
    })
  })
}
