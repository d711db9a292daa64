import type { LoopBuilder } from '../../loops/builder.js'
import { type Storage, storageBytes, type Value } from '../../loops/ir.js'

/**
 * Part of a run of consecutive elements: those from `start + offset` on, of which `count` are real. A block of one
 * element is handled as a scalar, any other as a vector.
 */
export interface LaneBlock {
  /** The part of its place that is computed when the program runs. */
  readonly start: Value<'i32'> | undefined
  readonly offset: number
  readonly count: number
}

/** Vectors that one turn of a loop over a long run handles. */
const unrolled = 4

/** Covers `length` elements from `from` on: whole vectors first, in a loop where they are many, then what is left. */
export function overLanes(
  b: LoopBuilder,
  length: number,
  body: (block: LaneBlock) => void,
  from?: Value<'i32'>,
): void {
  const turn = unrolled * b.width
  const looped = length >= 2 * turn ? length - (length % turn) : 0
  if (looped > 0) {
    b.for(0, looped, turn, (counter) => {
      const start = from ? b.add(from, counter) : counter
      for (let offset = 0; offset < turn; offset += b.width) body({ start, offset, count: b.width })
    })
  }
  for (let offset = looped; offset < length; offset += b.width) {
    body({ start: from, offset, count: Math.min(b.width, length - offset) })
  }
}

/** The run's address moved by the block's `start`: what `loadLanes` and `storeLanes` expect. */
export function pointerTo(
  b: LoopBuilder,
  run: Value<'ptr'>,
  block: LaneBlock,
  storage: Storage,
): Value<'ptr'> {
  return block.start ? b.advance(run, block.start, storageBytes[storage]) : run
}

/** Loads a block; `pointer` comes from `pointerTo`, and `displacement` counts elements, zero or more. */
export function loadLanes(
  b: LoopBuilder,
  storage: Storage,
  pointer: Value<'ptr'>,
  block: LaneBlock,
  displacement = 0,
): Value {
  const offset = (block.offset + displacement) * storageBytes[storage]
  return block.count === 1
    ? b.load(storage, pointer, offset)
    : b.loadVector(storage, pointer, offset, block.count)
}

/** Stores a block: the counterpart of `loadLanes`. */
export function storeLanes(
  b: LoopBuilder,
  storage: Storage,
  pointer: Value<'ptr'>,
  block: LaneBlock,
  value: Value,
  displacement = 0,
): void {
  const offset = (block.offset + displacement) * storageBytes[storage]
  const lanes = block.count === 1 ? value : b.widen(value)
  b.store(storage, pointer, lanes, offset, block.count)
}

/** The numbers that a block's elements have in their run; lanes that are not real repeat the last one. */
export function lanePositions(b: LoopBuilder, block: LaneBlock): Value<'i32'> | Value<'i32v'> {
  const first = block.start ? b.add(block.start, b.int(block.offset)) : b.int(block.offset)
  if (block.count === 1) return first
  const lanes = block.count === b.width ? b.lanes() : b.binary('min', b.lanes(), b.int(block.count - 1))
  return b.add(lanes, first) as Value<'i32v'>
}

/** Loads the element `run[index]` for each lane of a block (or the one, if the block is a scalar). */
export function loadLanesAt(b: LoopBuilder, storage: Storage, run: Value<'ptr'>, index: Value): Value {
  return index.type === 'i32v'
    ? b.loadIndexed(storage, run, index as Value<'i32v'>)
    : b.load(storage, b.advance(run, index as Value<'i32'>, storageBytes[storage]))
}

/** Quotient and remainder of a number that is not negative. A divisor of 0 (of an empty tensor) counts as 1. */
export function divide(
  b: LoopBuilder,
  value: Value<'i32'>,
  divisor: number,
): readonly [quotient: Value<'i32'>, remainder: Value<'i32'>] {
  if (divisor <= 1) return [value, b.int(0)]
  const quotient = b.binary('divU', value, b.int(divisor)) as Value<'i32'>
  return [quotient, b.sub(value, b.mul(quotient, b.int(divisor)))]
}

/** Items of a grid beyond which more of them would not help to share the work among threads. */
const enoughItems = 32

/**
 * A grid over `rows` runs of `length` elements each. Where rows are few, each is cut into parts of equal length (a
 * multiple of the width, at least `smallest`), of which the last may be shorter.
 */
export class Runs {
  readonly parts: number
  readonly partLength: number

  constructor(
    readonly rows: number,
    readonly length: number,
    width: number,
    smallest: number,
  ) {
    const wanted = Math.min(Math.ceil(enoughItems / Math.max(rows, 1)), Math.floor(length / smallest))
    const vectors = Math.ceil(length / (Math.max(wanted, 1) * width))
    this.partLength = Math.max(vectors * width, width)
    this.parts = Math.max(Math.ceil(length / this.partLength), 1)
  }

  get grid(): number {
    return this.length === 0 ? 0 : this.rows * this.parts
  }

  /** Elements of the last part. */
  get lastLength(): number {
    return this.length - (this.parts - 1) * this.partLength
  }

  /** Runs `visit` for each row, then the visitor that it returns for each block of lanes, over the function's grid. */
  each(b: LoopBuilder, visit: (row: Value<'i32'>) => (block: LaneBlock) => void): void {
    b.for(b.begin, b.end, 1, (item) => {
      const [row, part] = divide(b, item, this.parts)
      const body = visit(row)
      this.overPart(b, part, body)
    })
  }

  /** The blocks of one part of a row. */
  overPart(b: LoopBuilder, part: Value<'i32'>, body: (block: LaneBlock) => void): void {
    if (this.parts === 1) {
      overLanes(b, this.length, body)
      return
    }
    const from = b.mul(part, b.int(this.partLength))
    if (this.lastLength === this.partLength) overLanes(b, this.partLength, body, from)
    else {
      b.if(
        b.compare('lt', part, b.int(this.parts - 1)) as Value<'bool'>,
        () => overLanes(b, this.partLength, body, from),
        () => overLanes(b, this.lastLength, body, from),
      )
    }
  }
}
