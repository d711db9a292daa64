import { InternalError } from '../errors.js'
import type { DType } from '../graph/dtype.js'
import type { ScalarMath } from '../graph/scalarMath.js'
import type { LoopBuilder } from '../loops/builder.js'
import { storageBytes, type Value } from '../loops/ir.js'
import { type LoopPosition, loopMath } from '../loops/math/scalarMath.js'
import type { Affine } from './affine.js'
import { asksForPosition, type Body, type BodyStep, type Guard } from './body.js'
import { type Operands, storageOf } from './lowering.js'

/** Lanes run along one axis of the body's space, from `offset` after where the emitter stands; `count` are real. */
export interface Lanes {
  readonly axis: number
  readonly offset: number
  readonly count: number
}

const axesOfForm = (form: Affine): number =>
  form.factors.reduce((mask, factor, axis) => (factor === 0 ? mask : mask | (1 << axis)), 0)

/**
 * Emits a body step by step as coordinates become known. `enter` fixes the coordinate of one axis and gives an emitter
 * for the inside of that loop; whatever depends on fixed axes alone is computed there once, as scalars. `results`
 * computes the rest, in lanes.
 */
export class BodyEmitter {
  private constructor(
    private readonly b: LoopBuilder,
    private readonly body: Body,
    /** Axes that each step depends on, as a bit mask. */
    private readonly depends: readonly number[],
    private readonly known: number,
    private readonly values: readonly (Value | undefined)[],
    /** Per index form: the i32 sum over known axes, or a constant. */
    private readonly partial: ReadonlyMap<Affine, Value<'i32'> | number>,
    /** Per read: its pointer, moved along known axes if no guard asks for the index. */
    private readonly pointers: readonly (Value<'ptr'> | undefined)[],
    private readonly anchor: Value | undefined,
    private readonly element: Element,
  ) {}

  static start(b: LoopBuilder, body: Body, operands: Operands): BodyEmitter {
    const depends: number[] = []
    const pointers = new Array<Value<'ptr'> | undefined>(body.steps.length).fill(undefined)
    const partial = new Map<Affine, number>()
    const guardMask = (guards: readonly Guard[]) =>
      guards.reduce((mask, { index }) => mask | axesOfForm(index), 0)
    const hold = (form: Affine) => {
      partial.set(form, form.offset)
    }
    for (const step of body.steps) {
      switch (step.type) {
        case 'literal':
          depends.push(0)
          break
        case 'anchor':
          depends.push(anchorMask)
          break
        case 'read': {
          const base = operands.read(step.view)
          const guarded = step.guards.length > 0
          pointers[depends.length] = guarded
            ? base
            : moved(b, base, step.index.offset, storageBytes[storageOf[step.dtype]])
          if (guarded) hold(step.index)
          for (const guard of step.guards) hold(guard.index)
          depends.push(axesOfForm(step.index) | guardMask(step.guards))
          break
        }
        case 'guarded':
          for (const guard of step.guards) hold(guard.index)
          depends.push(depends[step.value] | guardMask(step.guards))
          break
        case 'apply': {
          let mask = step.inputs.reduce((all, input) => all | depends[input], 0)
          if (asksForPosition(step)) {
            for (const form of [step.linear, ...(step.coordinates ?? [])]) {
              hold(form)
              mask |= axesOfForm(form)
            }
          }
          depends.push(mask)
        }
      }
    }
    const start = new BodyEmitter(
      b,
      body,
      depends,
      0,
      body.steps.map(() => undefined),
      partial,
      pointers,
      undefined,
      new Element(b),
    )
    return start.settled()
  }

  /** Inside a loop over `axis` with this coordinate: what depends on it and outer axes alone is computed here. */
  enter(axis: number, coordinate: Value<'i32'>): BodyEmitter {
    return this.at(axis, coordinate)
      .with({ known: this.known | (1 << axis) })
      .settled()
  }

  /** Standing at this coordinate of an axis along which lanes will run. */
  at(axis: number, coordinate: Value<'i32'>): BodyEmitter {
    const { b, body } = this
    const pointers = this.pointers.map((pointer, i) => {
      const step = body.steps[i]
      if (!pointer || step.type !== 'read' || step.guards.length > 0) return pointer
      const factor = step.index.factors[axis]
      return factor === 0
        ? pointer
        : b.advance(pointer, coordinate, factor * storageBytes[storageOf[step.dtype]])
    })
    return this.with({ pointers, partial: this.partialAt(axis, coordinate) })
  }

  private partialAt(axis: number, coordinate: Value<'i32'>): BodyEmitter['partial'] {
    const { b } = this
    if (this.partial.size === 0) return this.partial
    const partial = new Map(this.partial)
    for (const [form, sum] of this.partial) {
      const factor = form.factors[axis]
      if (factor === 0) continue
      partial.set(form, b.add(b.mul(coordinate, b.int(factor)), b.asInt(sum)))
    }
    return partial
  }

  /** With the anchor's value for the current element or lanes. */
  withAnchor(anchor: Value): BodyEmitter {
    return this.with({ anchor })
  }

  /** The body's results at the current coordinates: vectors along `lanes`, or scalars if all axes are known. */
  results(lanes?: Lanes): Value[] {
    const values = [...this.values]
    this.body.steps.forEach((step, i) => {
      values[i] ??= this.emit(i, step, values, lanes)
    })
    return this.body.results.map((result) => values[result] as Value)
  }

  private with(changes: {
    known?: number
    values?: readonly (Value | undefined)[]
    partial?: ReadonlyMap<Affine, Value<'i32'> | number>
    pointers?: readonly (Value<'ptr'> | undefined)[]
    anchor?: Value
  }): BodyEmitter {
    return new BodyEmitter(
      this.b,
      this.body,
      this.depends,
      changes.known ?? this.known,
      changes.values ?? this.values,
      changes.partial ?? this.partial,
      changes.pointers ?? this.pointers,
      changes.anchor ?? this.anchor,
      this.element,
    )
  }

  /** Computes what depends on known axes alone. */
  private settled(): BodyEmitter {
    const values = [...this.values]
    this.body.steps.forEach((step, i) => {
      if (values[i] === undefined && (this.depends[i] & ~this.known) === 0)
        values[i] = this.emit(i, step, values, undefined)
    })
    return this.with({ values })
  }

  private emit(
    number: number,
    step: BodyStep,
    values: readonly (Value | undefined)[],
    lanes: Lanes | undefined,
  ): Value {
    const { b } = this
    switch (step.type) {
      case 'literal':
        return literal(b, step.dtype, step.value)
      case 'anchor':
        return this.anchor as Value
      case 'read':
        return this.read(step, this.pointers[number] as Value<'ptr'>, lanes)
      case 'guarded':
        return b.select(
          this.holds(step.guards, lanes),
          values[step.value] as Value,
          literal(b, step.dtype, step.fill),
        )
      case 'apply': {
        const inputs = step.inputs.map((input) => values[input] as Value)
        const math = this.element.at(step, (form) => this.indexValue(form, lanes))
        if (step.op.kind === 'random') {
          return step.op.expression(math, [inputs[0], inputs[1]], math.linearIndex(), step.attributes)
        }
        const inputDtypes = step.inputs.map((input) => this.body.steps[input].dtype)
        const value = step.op.expression(math, inputs, step.attributes, inputDtypes)
        return step.dtype === 'uint8' ? b.binary('and', value, b.int(255)) : value
      }
    }
  }

  private read(
    step: Extract<BodyStep, { type: 'read' }>,
    pointer: Value<'ptr'>,
    lanes: Lanes | undefined,
  ): Value {
    const { b } = this
    const storage = storageOf[step.dtype]
    const bytes = storageBytes[storage]
    const loaded = (value: Value): Value => (step.dtype === 'bool' ? b.compare('ne', value, b.int(0)) : value)
    const factor = lanes ? step.index.factors[lanes.axis] : 0
    if (step.guards.length > 0) {
      const inside = this.holds(step.guards, lanes)
      const index = b.select(inside, this.indexValue(step.index, lanes), b.int(0))
      if (index.type === 'i32v') return loaded(b.loadIndexed(storage, pointer, index as Value<'i32v'>))
      return loaded(b.load(storage, b.advance(pointer, index as Value<'i32'>, bytes)))
    }
    if (!lanes || factor === 0) return loaded(b.load(storage, pointer))
    if (factor === 1) return loaded(b.loadVector(storage, pointer, lanes.offset * bytes, lanes.count))
    const indices = b.mul(b.add(this.laneNumbers(lanes), b.int(lanes.offset)), b.int(factor))
    return loaded(b.loadIndexed(storage, pointer, indices as Value<'i32v'>))
  }

  /** Lane numbers, with those past the real ones held at the last: whatever they index is there. */
  private laneNumbers(lanes: Lanes): Value {
    const all = this.b.lanes()
    return lanes.count === this.b.width ? all : this.b.binary('min', all, this.b.int(lanes.count - 1))
  }

  private indexValue(form: Affine, lanes: Lanes | undefined): Value {
    const { b } = this
    const sum = b.asInt(this.partial.get(form) ?? form.offset)
    const factor = lanes ? form.factors[lanes.axis] : 0
    if (!lanes || factor === 0) return sum
    const coordinate = b.add(this.laneNumbers(lanes), b.int(lanes.offset))
    return b.add(b.mul(coordinate, b.int(factor)), sum)
  }

  private holds(guards: readonly Guard[], lanes: Lanes | undefined): Value {
    const { b } = this
    // One unsigned comparison checks both ends.
    return guards
      .map(({ index, size }) => b.compare('ltU', this.indexValue(index, lanes), b.int(size)) as Value)
      .reduce((all, one) => b.logic('and', all, one))
  }
}

/** The arithmetic of a body's steps, made once: it asks for the place of whichever step is being emitted. */
class Element implements LoopPosition {
  private readonly math: ScalarMath<Value>
  private step: Extract<BodyStep, { type: 'apply' }> | undefined
  private indexValue: (form: Affine) => Value = noStep

  constructor(b: LoopBuilder) {
    this.math = loopMath(b, this)
  }

  at(step: Extract<BodyStep, { type: 'apply' }>, indexValue: (form: Affine) => Value): ScalarMath<Value> {
    this.step = step
    this.indexValue = indexValue
    return this.math
  }

  coordinate(axis: number): Value {
    return this.step ? this.indexValue(coordinateOf(this.step, axis)) : noStep()
  }

  linearIndex(): Value {
    return this.step ? this.indexValue(this.step.linear) : noStep()
  }
}

function noStep(): never {
  throw new InternalError('no step of the body is being emitted')
}

function coordinateOf(step: Extract<BodyStep, { type: 'apply' }>, axis: number): Affine {
  const form = asksForPosition(step) ? step.coordinates?.[axis] : undefined
  if (form) return form
  throw new InternalError(
    `${step.name} asks for coordinate ${axis}, but its definition is not marked positional`,
  )
}

/** A bit that no axis has: the anchor's value is known only when it is given. */
const anchorMask = 1 << 30

function moved(b: LoopBuilder, base: Value<'ptr'>, elements: number, bytes: number): Value<'ptr'> {
  return elements === 0 ? base : b.advance(base, b.int(elements), bytes)
}

export function literal(b: LoopBuilder, dtype: DType, value: number): Value {
  if (dtype === 'float32') return b.float(value)
  return dtype === 'bool' ? b.bool(value !== 0) : b.int(value)
}

/** Stores a body's result, `offset` elements on: `count` lanes, or one scalar without. Booleans become 0 and 1. */
export function storeResult(
  b: LoopBuilder,
  dtype: DType,
  pointer: Value<'ptr'>,
  value: Value,
  count?: number,
  offset = 0,
): void {
  const storage = storageOf[dtype]
  const plain = value.type.startsWith('bool') ? b.convert('boolToInt', value) : value
  if (count === undefined) b.store(storage, pointer, plain, offset * storageBytes[storage])
  else b.store(storage, pointer, b.widen(plain), offset * storageBytes[storage], count)
}
