import type { DType } from '../../graph/dtype.js'
import type { Reduction } from '../../graph/op.js'
import type { LoopBuilder } from '../../loops/builder.js'
import { storageBytes, type Value, type ValueType, type Variable } from '../../loops/ir.js'
import { type Affine, mergedForm } from '../affine.js'
import { type Body, type BodyStep, describeBody, mergeBody, opsOf } from '../body.js'
import { BodyEmitter, literal, storeResult } from '../emitBody.js'
import { type BufferView, type Lowering, storageOf } from '../lowering.js'
import { forCoordinates } from './pointwise.cpu.js'

export type Combine = Reduction<never>['combine']

/** Reductions of a body's results, all alike: its space is the kept axes, then the reduced ones. */
export interface ReductionRequest {
  readonly body: Body
  /** How many leading axes of the space are kept. */
  readonly kept: number
  readonly combine: Combine
  readonly dtype: DType
  /** One for each result of the body. */
  readonly outputs: readonly BufferView[]
  readonly outputDtype: DType
}

/** Accumulators side by side: enough to hide the latency of an addition, few enough for registers. */
const parallelAccumulators = 4
/** A long reduction into few results is cut into this many parts at most, whatever the number of threads. */
const maximumParts = 64
/** A part has at least about this many elements: work of some microseconds. */
const partElements = 16_384

/**
 * Reductions keep lanes on the last kept axis where the data lies along it (sums over rows), else on the last
 * reduced one, with a sum across lanes at the end. If there is little to keep and much to reduce, the outermost reduced
 * axis is cut into parts, each reduced into scratch, and the parts are reduced by a second launch. Order and number of
 * partial results depend on the shape and the vector width alone.
 */
export function lowerReduction(request: ReductionRequest, lowering: Lowering): void {
  const { kept } = request
  const { body, groups } = mergeBody(request.body, [storeForm(request)], new Set([0, kept]))
  const keptAxes = groups.filter((group) => group[0] < kept).length
  const plan: Plan = {
    ...request,
    body,
    kept: keptAxes,
    store: mergedForm(storeForm(request), groups),
    parts: 1,
    part: body.space[keptAxes],
  }
  const outputs = sizeOfAxes(body.space.slice(0, keptAxes))
  const reduced = sizeOfAxes(body.space.slice(keptAxes))
  if (outputs === 0) return
  const block = lowering.traits.width * parallelAccumulators
  const lanes = lanesOnKept(plan, lowering) ? Math.min(block, body.space[keptAxes - 1]) : 1
  const units = outputs / lanes
  const parts = Math.min(maximumParts, Math.ceil((reduced * lanes) / partElements), body.space[keptAxes])
  const isIndex = request.combine === 'indexOfMax' || request.combine === 'indexOfMin'
  if (isIndex || units >= 32 || parts < 2 || outputs * parts > 1 << 20) {
    launchReduction(plan, lowering, '')
    return
  }
  const part = Math.ceil(body.space[keptAxes] / parts)
  const count = Math.ceil(body.space[keptAxes] / part)
  const partials = request.outputs.map(() => lowering.scratch(request.dtype, count * outputs))
  launchReduction(
    { ...plan, parts: count, part, outputs: partials, outputDtype: request.dtype },
    lowering,
    ` in ${count} parts`,
  )
  const reads = partials.map((view): BodyStep => {
    const index = { offset: 0, factors: [1, outputs] }
    return { type: 'read', view, dtype: request.dtype, guards: [], index }
  })
  const combineParts: Body = { space: [outputs, count], steps: reads, results: reads.map((_, i) => i) }
  launchReduction(
    {
      ...plan,
      body: combineParts,
      kept: 1,
      store: { offset: 0, factors: [1, 0] },
      parts: 1,
      part: count,
    },
    lowering,
    '',
  )
}

interface Plan extends ReductionRequest {
  /** Where results go: output element `store(coordinates)`, plus `part * outputs`. */
  readonly store: Affine
  readonly parts: number
  /** Length of a part along the outermost reduced axis. */
  readonly part: number
}

const sizeOfAxes = (sizes: readonly number[]) => sizes.reduce((product, size) => product * size, 1)

/** Results are row-major over the kept axes. */
function storeForm({ body, kept }: ReductionRequest): Affine {
  const factors = body.space.map(() => 0)
  let stride = 1
  for (let axis = kept - 1; axis >= 0; axis--) {
    factors[axis] = stride
    stride *= body.space[axis]
  }
  return { offset: 0, factors }
}

/** Lanes run along the last kept axis unless the reduced one is what lies closer together in memory. */
function lanesOnKept({ body, kept, combine }: Plan, lowering: Lowering): boolean {
  const keptAxis = kept - 1
  const reducedAxis = body.space.length - 1
  if (body.space[keptAxis] === 1) return false
  const reads = body.steps.flatMap((step) => (step.type === 'read' ? [step] : []))
  const unit = (axis: number) =>
    reads.filter(
      (read) => read.index.factors[axis] === 1 && read.guards.every((g) => g.index.factors[axis] === 0),
    ).length
  if (combine === 'indexOfMax' || combine === 'indexOfMin') return true
  if (unit(keptAxis) !== unit(reducedAxis)) return unit(keptAxis) > unit(reducedAxis)
  return body.space[reducedAxis] < 2 * lowering.traits.width
}

function launchReduction(plan: Plan, lowering: Lowering, detail: string): void {
  const { body, kept } = plan
  const onKept = lanesOnKept(plan, lowering)
  const outputs = sizeOfAxes(body.space.slice(0, kept))
  const elements = sizeOfAxes(body.space)
  const { width } = lowering.traits
  const block = width * parallelAccumulators
  const inner = body.space[kept - 1]
  const blocks = onKept ? Math.ceil(inner / block) : inner
  const fused = opsOf(body)
  const described = describeBody(body)
  const { combine, dtype, outputDtype, store, parts, part } = plan
  lowering.launch({
    same: {
      text: `${described.text}\n${[kept, combine, dtype, outputDtype, store.offset, store.factors, parts, part].join(' ')}`,
      views: [...described.views, ...plan.outputs],
    },
    name: `reduce ${plan.combine} ${fused.join('+')}`.trim(),
    grid: (outputs / inner) * blocks * plan.parts,
    report: {
      algorithm: `reduction of [${body.space.join(', ')}] over the last ${body.space.length - kept} axes${detail}, lanes on the ${onKept ? 'kept' : 'reduced'} axis`,
      flops: elements * (body.results.length + fused.length),
      lanes: 'vector',
    },
    build: (b, operands) => {
      const start = BodyEmitter.start(b, body, operands)
      const outputsAt = plan.outputs.map((output) => operands.write(output))
      b.for(b.begin, b.end, 1, (unit) => {
        const sizes = [plan.parts, ...body.space.slice(0, kept - 1), blocks]
        let emitter = start
        let targets = outputsAt
        let from: Value<'i32'> = b.int(0)
        let to: Value<'i32'> = b.int(body.space[kept])
        let at: Value<'i32'> = b.int(0)
        const bytes = storageBytes[storageOf[plan.outputDtype]]
        forCoordinates(b, unit, sizes, (axis, coordinate) => {
          if (axis === 0) {
            if (plan.parts === 1) return
            targets = targets.map((target) => b.advance(target, coordinate, outputs * bytes))
            from = b.mul(coordinate, b.int(plan.part))
            to = b.binary('min', b.add(from, b.int(plan.part)), b.int(body.space[kept])) as Value<'i32'>
          } else if (axis < kept) {
            emitter = emitter.enter(axis - 1, coordinate)
            const stride = plan.store.factors[axis - 1] * bytes
            targets = targets.map((target) => b.advance(target, coordinate, stride))
          } else at = coordinate
        })
        const range: Range = { from, to }
        if (!onKept) {
          const values = acrossReduced(b, plan, emitter.enter(kept - 1, at), range)
          values.forEach((value, i) => {
            storeResult(b, plan.outputDtype, b.advance(targets[i], at, bytes), value)
          })
          return
        }
        const x = b.mul(at, b.int(block)) as Value<'i32'>
        const placed = targets.map((target) => b.advance(target, x, bytes))
        const standing = emitter.at(kept - 1, x)
        const lastVectors = Math.ceil((inner - (blocks - 1) * block) / width)
        const emit = (vectors: number, tail: number) => {
          const counts = Array.from({ length: vectors }, (_, v) => (v === vectors - 1 ? tail : width))
          const vectorsOf = alongKept(b, plan, standing, range, counts)
          vectorsOf.forEach((values, i) => {
            values.forEach((value, v) => {
              const target = v === 0 ? placed[i] : b.advance(placed[i], b.int(v * width), bytes)
              storeResult(b, plan.outputDtype, target, value, counts[v])
            })
          })
        }
        const tail = inner % width === 0 ? width : inner % width
        if (blocks === 1) emit(lastVectors, tail)
        else {
          const isLast = b.compare('eq', at, b.int(blocks - 1)) as Value<'bool'>
          b.if(
            isLast,
            () => emit(lastVectors, tail),
            () => emit(parallelAccumulators, width),
          )
        }
      })
    },
  })
}

interface Range {
  readonly from: Value<'i32'>
  readonly to: Value<'i32'>
}

/** Loops over the reduced axes, the outermost over `range`; `axes` of them. */
function overReduced(
  b: LoopBuilder,
  plan: Plan,
  emitter: BodyEmitter,
  range: Range,
  axes: number,
  body: (emitter: BodyEmitter, position: Value<'i32'>) => void,
): void {
  const { space } = plan.body
  const nest = (axis: number, inside: BodyEmitter, position: Value<'i32'>): void => {
    if (axis === plan.kept + axes) {
      body(inside, position)
      return
    }
    const outermost = axis === plan.kept
    const whole = !outermost || plan.parts === 1
    const step = (coordinate: Value<'i32'>) => {
      const next = outermost
        ? coordinate
        : (b.add(b.mul(position, b.int(space[axis])), coordinate) as Value<'i32'>)
      nest(axis + 1, inside.enter(axis, coordinate), next)
    }
    // Windows and other short reductions are unrolled.
    if (whole && space[axis] <= 4) b.repeat(space[axis], true, step)
    else b.for(whole ? 0 : range.from, whole ? space[axis] : range.to, 1, step)
  }
  nest(plan.kept, emitter, b.int(0))
}

/** For each result one vector accumulator for each of `counts`, side by side along the kept axis. */
function alongKept(
  b: LoopBuilder,
  plan: Plan,
  emitter: BodyEmitter,
  range: Range,
  counts: readonly number[],
): Value[][] {
  const accumulators = plan.body.results.map(() =>
    counts.map(() => new Accumulator(b, plan.combine, plan.dtype, true)),
  )
  overReduced(b, plan, emitter, range, plan.body.space.length - plan.kept, (inside, position) => {
    counts.forEach((count, v) => {
      const values = inside.results({ axis: plan.kept - 1, offset: v * b.width, count })
      values.forEach((value, i) => {
        accumulators[i][v].add(value, position)
      })
    })
  })
  return accumulators.map((vectors) => vectors.map((accumulator) => accumulator.result()))
}

/** For each result accumulators over the lanes of the last reduced axis, combined across lanes at the end. */
function acrossReduced(b: LoopBuilder, plan: Plan, emitter: BodyEmitter, range: Range): Value[] {
  const { space } = plan.body
  const last = space.length - 1
  const isIndex = plan.combine === 'indexOfMax' || plan.combine === 'indexOfMin'
  const lastIsOutermost = last === plan.kept
  const accumulator = (wide: boolean) => new Accumulator(b, plan.combine, plan.dtype, wide)
  const scalars = plan.body.results.map(() => accumulator(false))
  const addScalars = (values: readonly Value[], position: Value<'i32'>) =>
    values.forEach((value, i) => {
      scalars[i].add(value, position)
    })
  if (isIndex || space[last] < b.width) {
    overReduced(b, plan, emitter, range, space.length - plan.kept, (inside, position) =>
      addScalars(inside.results(), position),
    )
    return scalars.map((scalar) => scalar.result())
  }
  const vectors = Array.from({ length: parallelAccumulators }, () =>
    plan.body.results.map(() => accumulator(true)),
  )
  const addVectors = (v: number, values: readonly Value[]) =>
    values.forEach((value, i) => {
      vectors[v][i].add(value, b.int(0))
    })
  const inLanes = (inside: BodyEmitter, from: Value<'i32'>, to: Value<'i32'>) => {
    const block = b.width * parallelAccumulators
    const length = b.sub(to, from)
    const blocksEnd = b.add(from, b.sub(length, b.binary('remU', length, b.int(block)))) as Value<'i32'>
    const vectorsEnd = b.add(from, b.sub(length, b.binary('remU', length, b.int(b.width)))) as Value<'i32'>
    const lanes = (offset: number) => ({ axis: last, offset, count: b.width })
    b.for(from, blocksEnd, block, (x) => {
      const standing = inside.at(last, x)
      vectors.forEach((_, v) => {
        addVectors(v, standing.results(lanes(v * b.width)))
      })
    })
    b.for(blocksEnd, vectorsEnd, b.width, (x) => addVectors(0, inside.at(last, x).results(lanes(0))))
    b.for(vectorsEnd, to, 1, (x) => addScalars(inside.enter(last, x).results(), b.int(0)))
  }
  if (lastIsOutermost) inLanes(emitter, range.from, range.to)
  else {
    overReduced(b, plan, emitter, range, last - plan.kept, (inside) =>
      inLanes(inside, b.int(0), b.int(space[last])),
    )
  }
  return scalars.map((scalar, i) => {
    const [first, ...rest] = vectors.map((accumulators) => accumulators[i].result())
    const combined = rest.reduce(
      (all, value) => combineValues(b, plan.combine, plan.dtype, all, value),
      first,
    )
    const across =
      plan.dtype === 'float32' && plan.combine !== 'sum' && plan.combine !== 'product'
        ? lanesOneByOne(b, plan, combined)
        : b.reduce(acrossLanes[plan.combine], combined)
    return combineValues(b, plan.combine, plan.dtype, across, scalar.result())
  })
}

const acrossLanes: Record<Combine, 'add' | 'mul' | 'min' | 'max'> = {
  sum: 'add',
  product: 'mul',
  max: 'max',
  min: 'min',
  indexOfMax: 'max',
  indexOfMin: 'min',
}

/** Lanes combined one by one, because the plain maximum across lanes may lose a NaN. */
function lanesOneByOne(b: LoopBuilder, plan: Plan, vector: Value): Value {
  return Array.from({ length: b.width }, (_, lane) => b.extract(vector, lane)).reduce((all, one) =>
    combineValues(b, plan.combine, plan.dtype, all, one),
  )
}

function identityOf(combine: Combine, dtype: DType): number {
  const integer = dtype !== 'float32'
  switch (combine) {
    case 'sum':
      return 0
    case 'product':
      return 1
    case 'max':
    case 'indexOfMax':
      return integer ? -(2 ** 31) : Number.NEGATIVE_INFINITY
    case 'min':
    case 'indexOfMin':
      return integer ? 2 ** 31 - 1 : Number.POSITIVE_INFINITY
  }
}

function combineValues(b: LoopBuilder, combine: Combine, dtype: DType, all: Value, one: Value): Value {
  if (combine === 'sum') return b.add(all, one)
  if (combine === 'product') return b.mul(all, one)
  const better = b.binary(combine === 'max' ? 'max' : 'min', all, one)
  // The plain maximum keeps a NaN on its left; one on the right is taken over here.
  return dtype === 'float32' ? b.select(b.compare('ne', one, one), one, better) : better
}

/** A running result in variables: for positions, the best value so far and where it was. */
class Accumulator {
  private readonly value: Variable
  private readonly position: Variable | undefined

  constructor(
    private readonly b: LoopBuilder,
    private readonly combine: Combine,
    private readonly dtype: DType,
    wide: boolean,
  ) {
    const shaped = (value: Value): Value<ValueType> => (wide ? b.widen(value) : value)
    this.value = b.variable(
      shaped(literal(b, dtype === 'float32' ? 'float32' : 'int32', identityOf(combine, dtype))),
    )
    this.position =
      combine === 'indexOfMax' || combine === 'indexOfMin' ? b.variable(shaped(b.int(0))) : undefined
  }

  add(one: Value, position: Value<'i32'>): void {
    const { b } = this
    const plain = one.type.startsWith('bool') ? b.convert('boolToInt', one) : one
    const given = this.value.type.endsWith('v') ? b.widen(plain) : plain
    const all = b.get(this.value)
    if (!this.position) {
      b.set(this.value, combineValues(b, this.combine, this.dtype, all, given))
      return
    }
    const isBetter = this.combine === 'indexOfMax' ? b.compare('lt', all, given) : b.compare('lt', given, all)
    // The first NaN wins and stays, as in NumPy and TensorFlow.
    const take =
      this.dtype === 'float32'
        ? b.logic('or', isBetter, b.logic('and', b.compare('ne', given, given), b.compare('eq', all, all)))
        : isBetter
    b.set(this.value, b.select(take, given, all))
    b.set(this.position, b.select(take, position, b.get(this.position)))
  }

  result(): Value {
    return this.b.get(this.position ?? this.value)
  }
}
