import { type Shape, sizeOf, stridesOf } from '../../graph/shape.js'
import type { LoopBuilder } from '../../loops/builder.js'
import { type Storage, storageBytes, storageType, type Value, type Variable } from '../../loops/ir.js'
import type { BoundEpilogue } from '../lowering.js'
import { type LaneBlock, loadLanes, overLanes, pointerTo, type Runs, storeLanes } from './laneBlocks.js'

type Integer = Value<'i32'>
type Bool = Value<'bool'>

/** Windows of more places than this are walked by loops. */
export const mostUnrolledPlaces = 32

/** Windows along one spatial axis: window `w` starts at `w * stride - before`. */
export interface WindowAxis {
  readonly length: number
  readonly windows: number
  readonly size: number
  readonly stride: number
  readonly before: number
}

/** Elements in memory: where they start and how they are stored. */
export interface Elements {
  readonly pointer: Value<'ptr'>
  readonly storage: Storage
}

export interface WindowGradientLoops {
  readonly axes: readonly WindowAxis[]
  readonly channels: number
  /** What the maximum is taken of; absent for sums. */
  readonly x: Elements | undefined
  readonly gradient: Elements
  /** Where the places are; or, if each is written once and without a branch, what finishes and stores them. */
  readonly image: Elements | BoundEpilogue
  /** True if windows add to what others left; false if no place lies in two windows. */
  readonly overlapping: boolean
  /** True if every place lies in a window. */
  readonly covered: boolean
  /** How channels are cut into parts, and which of them this is. */
  readonly runs: Runs
}

/** A window: its coordinates and whether it lies inside of the image (undefined: it surely does). */
interface Window {
  readonly coordinates: readonly Integer[]
  readonly inside: Bool | undefined
  readonly x: Value<'ptr'> | undefined
  readonly image: Value<'ptr'> | undefined
  readonly gradient: Value<'ptr'>
  /** Number of its first place among those of all images. */
  readonly place: Integer
}

export const everyWindowInside = (axis: WindowAxis): boolean =>
  axis.before === 0 && (axis.windows - 1) * axis.stride + axis.size <= axis.length

/** Element strides of `[...sizes, channels]` for all axes but the last. */
const spatialStrides = (sizes: Shape, channels: number): readonly number[] =>
  stridesOf([...sizes, channels]).slice(0, -1)

/**
 * Handles the windows at `first` of axis 0 in one image. Places that no earlier window of axis 0 reaches, up to the
 * last one that this one reaches, are set to zero first, unless each will be written exactly once.
 */
export function windowRow(
  b: LoopBuilder,
  loops: WindowGradientLoops,
  image: Integer,
  first: Integer,
  part: Integer,
): void {
  const { axes, channels } = loops
  const imageStrides = spatialStrides(
    axes.map((axis) => axis.length),
    channels,
  )
  const gradientStrides = spatialStrides(
    axes.map((axis) => axis.windows),
    channels,
  )
  const moved = ({ pointer, storage }: Elements, index: Integer, elements: number) =>
    b.advance(pointer, index, elements * storageBytes[storage])
  const imageElements = sizeOf(axes.map((axis) => axis.length)) * channels
  const stored = 'pointer' in loops.image ? loops.image : undefined
  const whole = stored && moved(stored, image, imageElements)
  if (stored && whole && (loops.overlapping || !loops.covered))
    fillReached(b, loops, stored, whole, first, part)

  const enter = (depth: number, window: Window): void => {
    if (depth === axes.length) {
      overPlaces(b, loops, window, imageStrides, part)
      return
    }
    const axis = axes[depth]
    const visit = (w: Integer): void => {
      const origin = b.sub(b.mul(w, b.int(axis.stride)), b.int(axis.before))
      const inside = everyWindowInside(axis) ? undefined : isInside(b, axis, w)
      const step = (elements: Elements, pointer: Value<'ptr'>, index: Integer, stride: number) =>
        moved({ ...elements, pointer }, index, stride)
      enter(depth + 1, {
        coordinates: [...window.coordinates, w],
        inside:
          inside && window.inside
            ? (b.logic('and', inside, window.inside) as Bool)
            : (inside ?? window.inside),
        x: loops.x && window.x && step(loops.x, window.x, origin, imageStrides[depth]),
        image: stored && window.image && step(stored, window.image, origin, imageStrides[depth]),
        gradient: step(loops.gradient, window.gradient, w, gradientStrides[depth]),
        place: b.add(window.place, b.mul(origin, b.int(imageStrides[depth] / channels))),
      })
    }
    if (depth === 0) visit(first)
    else b.for(0, axis.windows, 1, visit)
  }
  enter(0, {
    coordinates: [],
    inside: undefined,
    x: loops.x && moved(loops.x, image, imageElements),
    image: whole,
    gradient: moved(loops.gradient, image, sizeOf(axes.map((axis) => axis.windows)) * channels),
    place: b.mul(image, b.int(imageElements / channels)),
  })
}

/** Whether all places of a window along this axis exist. */
function isInside(b: LoopBuilder, axis: WindowAxis, window: Integer): Bool {
  const from = Math.ceil(axis.before / axis.stride)
  const to = Math.floor((axis.length + axis.before - axis.size) / axis.stride) + 1
  return b.logic('and', b.compare('le', b.int(from), window), b.compare('lt', window, b.int(to))) as Bool
}

/** Sets to zero what windows at `window` of axis 0 reach first. */
function fillReached(
  b: LoopBuilder,
  { axes, channels, runs }: WindowGradientLoops,
  image: Elements,
  whole: Value<'ptr'>,
  window: Integer,
  part: Integer,
): void {
  const [{ length, windows, size, stride, before }, ...inner] = axes
  const reach = (w: Integer): Integer => {
    const end = b.add(b.mul(w, b.int(stride)), b.int(size - before))
    return b.binary('max', b.binary('min', end, b.int(length)), b.int(0)) as Integer
  }
  const isFirst = b.compare('eq', window, b.int(0))
  const isLast = b.compare('eq', window, b.int(windows - 1))
  const from = b.select(isFirst, b.int(0), reach(b.sub(window, b.int(1)))) as Integer
  const to = b.select(isLast, b.int(length), reach(window)) as Integer
  const places = sizeOf(inner.map((axis) => axis.length))
  const zero = (run: Value<'ptr'>) => (block: LaneBlock) =>
    storeLanes(b, image.storage, pointerTo(b, run, block, image.storage), block, scalar(b, image.storage, 0))
  const bytes = channels * storageBytes[image.storage]
  if (runs.parts === 1) {
    b.for(from, to, 1, (row) => overLanes(b, places * channels, zero(b.advance(whole, row, places * bytes))))
  } else {
    b.for(b.mul(from, b.int(places)), b.mul(to, b.int(places)), 1, (place) =>
      runs.overPart(b, part, zero(b.advance(whole, place, bytes))),
    )
  }
}

const scalar = (b: LoopBuilder, storage: Storage, value: number): Value =>
  b.constant(storageType[storage], value)

/** Gives a window's gradient to its places, for all channels of the part. */
function overPlaces(
  b: LoopBuilder,
  loops: WindowGradientLoops,
  window: Window,
  strides: readonly number[],
  part: Integer,
): void {
  const { axes, runs } = loops
  const places = sizeOf(axes.map((axis) => axis.size))
  const unrolled = () => runs.overPart(b, part, (block) => unrolledPlaces(b, loops, window, strides, block))
  const { image } = loops
  if (!('pointer' in image)) {
    unrolled()
    return
  }
  const looped = () => {
    const ranges = axes.map((axis, i) => visibleRange(b, axis, window.coordinates[i]))
    runs.overPart(b, part, (block) => loopedPlaces(b, loops, image, window, strides, ranges, block))
  }
  if (places > mostUnrolledPlaces) looped()
  else if (window.inside) b.if(window.inside, unrolled, looped)
  else unrolled()
}

/** Writes what one place receives, or adds it to what is there. */
function give(
  b: LoopBuilder,
  overlapping: boolean,
  storage: Storage,
  place: Value<'ptr'>,
  block: LaneBlock,
  value: Value,
  displacement: number,
): void {
  const result = overlapping ? b.add(loadLanes(b, storage, place, block, displacement), value) : value
  storeLanes(b, storage, place, block, result, displacement)
}

/**
 * Going through a window backwards, each value that is not smaller than the best so far takes its place, and a NaN
 * always does: what stays is the first maximum, or the first NaN.
 */
function replaces(b: LoopBuilder, value: Value, best: Value): Value {
  const notSmaller = b.compare('le', best, value)
  return value.type.startsWith('f32') ? b.logic('or', notSmaller, b.compare('ne', value, value)) : notSmaller
}

/** What the place of this number receives, if `winner` is the number of the maximum. */
const share = (b: LoopBuilder, storage: Storage, winner: Value, number: Integer, gradient: Value): Value =>
  b.select(b.compare('eq', winner, number), gradient, scalar(b, storage, 0))

function unrolledPlaces(
  b: LoopBuilder,
  loops: WindowGradientLoops,
  window: Window,
  strides: readonly number[],
  block: LaneBlock,
): void {
  const displacements = loops.axes.reduce<readonly number[]>(
    (outer, axis, i) =>
      outer.flatMap((sum) => Array.from({ length: axis.size }, (_, k) => sum + k * strides[i])),
    [0],
  )
  const { image, channels } = loops
  const gradient = loadLanes(
    b,
    loops.gradient.storage,
    pointerTo(b, window.gradient, block, loops.gradient.storage),
    block,
  )
  const last = displacements.length - 1
  let winner: Value | undefined
  // The maximum of one place needs no search.
  if (loops.x && window.x && last > 0) {
    const { storage } = loops.x
    const from = pointerTo(b, window.x, block, storage)
    let best = loadLanes(b, storage, from, block, displacements[last])
    winner = b.int(last)
    for (let place = last - 1; place >= 0; place--) {
      const value = loadLanes(b, storage, from, block, displacements[place])
      const better = replaces(b, value, best)
      if (place > 0) best = b.select(better, value, best)
      winner = b.select(better, b.int(place), winner)
    }
  }
  const to = 'pointer' in image && window.image ? pointerTo(b, window.image, block, image.storage) : undefined
  const storage = 'pointer' in image ? image.storage : 'f32'
  displacements.forEach((displacement, place) => {
    const value = winner ? share(b, storage, winner, b.int(place), gradient) : gradient
    if (to) give(b, loops.overlapping, storage, to, block, value, displacement)
    else if ('emitRow' in image) {
      const row = b.add(window.place, b.int(displacement / channels))
      const column = block.start ? b.add(block.start, b.int(block.offset)) : b.int(block.offset)
      image.emitRow(row, column, [b.widen(value) as Value<'f32v'>], [block.count])
    }
  })
}

type Range = readonly [from: Integer, to: Integer]

/** The places of a window along one axis that exist. */
function visibleRange(b: LoopBuilder, axis: WindowAxis, window: Integer): Range {
  if (everyWindowInside(axis)) return [b.int(0), b.int(axis.size)]
  const origin = b.sub(b.mul(window, b.int(axis.stride)), b.int(axis.before))
  return [
    b.binary('max', b.sub(b.int(0), origin), b.int(0)) as Integer,
    b.binary('min', b.sub(b.int(axis.length), origin), b.int(axis.size)) as Integer,
  ]
}

/** As `unrolledPlaces`, by loops over the places that exist. */
function loopedPlaces(
  b: LoopBuilder,
  loops: WindowGradientLoops,
  image: Elements,
  window: Window,
  strides: readonly number[],
  ranges: readonly Range[],
  block: LaneBlock,
): void {
  const { axes } = loops
  const numberStrides = stridesOf(axes.map((axis) => axis.size))
  const walk = (backwards: boolean, visit: (element: Integer, number: Integer) => void): void => {
    const enter = (depth: number, element: Integer, number: Integer): void => {
      if (depth === axes.length) {
        visit(element, number)
        return
      }
      const [from, to] = ranges[depth]
      b.for(from, to, 1, (counter) => {
        const k = backwards ? b.sub(b.sub(b.add(from, to), b.int(1)), counter) : counter
        enter(
          depth + 1,
          b.add(element, b.mul(k, b.int(strides[depth]))),
          b.add(number, b.mul(k, b.int(numberStrides[depth]))),
        )
      })
    }
    enter(0, b.int(0), b.int(0))
  }
  const shaped = (value: Value): Value => (block.count === 1 ? value : b.widen(value))

  const gradient = loadLanes(
    b,
    loops.gradient.storage,
    pointerTo(b, window.gradient, block, loops.gradient.storage),
    block,
  )
  let winner: Variable | undefined
  if (loops.x && window.x) {
    const { storage } = loops.x
    const from = pointerTo(b, window.x, block, storage)
    const lowest = storage === 'f32' ? -Infinity : -(2 ** 31)
    const best = b.variable(shaped(scalar(b, storage, lowest)))
    const number = b.variable(shaped(b.int(0)))
    walk(true, (element, place) => {
      const value = loadLanes(b, storage, b.advance(from, element, storageBytes[storage]), block)
      const known = b.get(best)
      const better = replaces(b, value, known)
      b.set(best, b.select(better, value, known))
      b.set(number, b.select(better, place, b.get(number)))
    })
    winner = number
  }
  const to = pointerTo(b, window.image ?? image.pointer, block, image.storage)
  const chosen = winner && b.get(winner)
  walk(false, (element, place) => {
    const value = chosen ? share(b, image.storage, chosen, place, gradient) : gradient
    give(
      b,
      loops.overlapping,
      image.storage,
      b.advance(to, element, storageBytes[image.storage]),
      block,
      value,
      0,
    )
  })
}
