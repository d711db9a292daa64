import type { DType } from '../../graph/dtype.js'
import type { LoopBuilder } from '../../loops/builder.js'
import { storageBytes, type Value } from '../../loops/ir.js'
import { type Affine, mergedForm } from '../affine.js'
import { type Body, describeBody, mergeBody, opsOf } from '../body.js'
import { BodyEmitter, storeResult } from '../emitBody.js'
import { type BufferView, type Lowering, storageOf } from '../lowering.js'

/** Where one result of a body goes: element `index(coordinates)` of a view. Stores move by 1 along the last axis. */
export interface Store {
  readonly view: BufferView
  readonly dtype: DType
  readonly index: Affine
}

/** Elements of one grid unit, at most: enough work to hide the loop around it, little enough to split evenly. */
const unitElements = 8192

/**
 * A loop nest over a body's space that stores each result: lanes along the last axis, outer axes in the grid. Axes that
 * all operands walk alike are one.
 */
export function lowerPointwise(original: Body, stores: readonly Store[], lowering: Lowering): void {
  const forms = stores.map(({ index }) => index)
  const lastAxis = original.space.length - 1
  const joined = mergeBody(original, forms)
  // Lanes are stored side by side: where results lie apart, the last axis stays, even if it has one element.
  const apart = forms.some((form) => mergedForm(form, joined.groups).factors.at(-1) !== 1)
  const { body, groups } = apart && lastAxis >= 0 ? mergeBody(original, forms, new Set([lastAxis])) : joined
  const indices = forms.map((form) => mergedForm(form, groups))
  const { space } = body
  const { width } = lowering.traits
  const last = space.length - 1
  const inner = space[last]
  const rows = space.slice(0, last).reduce((product, size) => product * size, 1)
  if (rows * inner === 0) return

  const chunk = chunkLength(rows, inner, width)
  const chunks = Math.ceil(inner / chunk)
  const tail = inner % width
  const strided = body.steps.filter(
    (step) => step.type === 'read' && ![0, 1].includes(step.index.factors[last]),
  ).length
  const names = opsOf(body)
  const described = describeBody(body)
  const targets = stores.map(({ dtype }, i) => `${dtype} ${indices[i].offset}+${indices[i].factors}`)
  lowering.launch({
    same: {
      text: `${described.text}\n${targets.join('\n')}`,
      views: [...described.views, ...stores.map(({ view }) => view)],
    },
    name: `pointwise ${names.slice(0, 8).join('+') || 'copy'}${names.length > 8 ? '+...' : ''}`,
    grid: rows * chunks,
    inPlace: stores.flatMap((store, i) => inPlacePairs(body, store, indices[i])),
    report: {
      algorithm: `pointwise over [${space.join(', ')}]${strided ? `, ${strided} strided reads by single lanes` : ''}`,
      flops: rows * inner * names.length,
      lanes: 'vector',
    },
    build: (b, operands) => {
      const start = BodyEmitter.start(b, body, operands)
      const outputs = stores.map(({ view }) => operands.write(view))
      b.for(b.begin, b.end, 1, (unit) => {
        const row = chunks === 1 ? unit : (b.binary('divU', unit, b.int(chunks)) as Value<'i32'>)
        let emitter = start
        let targets = outputs.map((output, i) => moved(b, output, indices[i].offset, stores[i]))
        forCoordinates(b, row, space.slice(0, last), (axis, coordinate) => {
          emitter = emitter.enter(axis, coordinate)
          targets = targets.map((target, i) =>
            movedBy(b, target, coordinate, indices[i].factors[axis], stores[i]),
          )
        })
        const emit = (x: Value<'i32'>, count: number) => {
          const results = emitter.at(last, x).results({ axis: last, offset: 0, count })
          results.forEach((value, i) => {
            storeResult(b, stores[i].dtype, movedBy(b, targets[i], x, 1, stores[i]), value, count)
          })
        }
        const whole = inner - tail
        if (chunks === 1) {
          if (whole > 0) b.for(0, whole, width, (x) => emit(x, width))
          if (tail > 0) emit(b.int(whole), tail)
          return
        }
        const part = b.binary('remU', unit, b.int(chunks))
        const from = b.mul(part, b.int(chunk)) as Value<'i32'>
        const to = b.binary('min', b.add(from, b.int(chunk)), b.int(whole)) as Value<'i32'>
        b.for(from, to, width, (x) => emit(x, width))
        if (tail > 0) {
          const isLast = b.compare('eq', part, b.int(chunks - 1)) as Value<'bool'>
          b.if(isLast, () => emit(b.int(whole), tail))
        }
      })
    },
  })
}

/** Operands that a result may overwrite: read once, at the element that is stored. */
export function inPlacePairs(body: Body, store: Store, index: Affine) {
  const reads = body.steps.flatMap((step) => (step.type === 'read' ? [step] : []))
  return reads
    .filter((read) => {
      const others = reads.filter((other) => other.view.buffer === read.view.buffer)
      const sameElement = JSON.stringify(read.index) === JSON.stringify(index)
      return others.length === 1 && read.guards.length === 0 && sameElement && read.dtype === store.dtype
    })
    .map((read) => ({ output: store.view, input: read.view }))
}

/** A multiple of the vector width that gives a flat space some sixty-four units, and rows one unit each. */
function chunkLength(rows: number, inner: number, width: number): number {
  if (rows >= 64 && inner <= unitElements) return inner
  const wanted = Math.max(256, Math.min(unitElements, Math.ceil((inner * rows) / 64)))
  const rounded = Math.ceil(wanted / width) * width
  return Math.min(rounded, inner)
}

/** Coordinates of a row number, outermost axis first. */
export function forCoordinates(
  b: LoopBuilder,
  row: Value<'i32'>,
  sizes: readonly number[],
  each: (axis: number, coordinate: Value<'i32'>) => void,
): void {
  let rest = row
  let below = sizes.reduce((product, size) => product * size, 1)
  sizes.forEach((size, axis) => {
    below /= size
    const isLast = below === 1
    if (size === 1) {
      each(axis, b.int(0))
      return
    }
    const coordinate = isLast ? rest : (b.binary('divU', rest, b.int(below)) as Value<'i32'>)
    each(axis, coordinate)
    if (!isLast) rest = b.sub(rest, b.mul(coordinate, b.int(below)))
  })
}

const bytesOf = (store: Store) => storageBytes[storageOf[store.dtype]]

const moved = (b: LoopBuilder, pointer: Value<'ptr'>, elements: number, store: Store) =>
  elements === 0 ? pointer : b.advance(pointer, b.int(elements), bytesOf(store))

const movedBy = (
  b: LoopBuilder,
  pointer: Value<'ptr'>,
  coordinate: Value<'i32'>,
  factor: number,
  store: Store,
) => (factor === 0 ? pointer : b.advance(pointer, coordinate, factor * bytesOf(store)))
