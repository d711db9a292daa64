import { InternalError } from '../errors.js'
import {
  type Comparison,
  type Conversion,
  type FloatBinary,
  type FloatUnary,
  type Instruction,
  type IntegerBinary,
  type IntegerUnary,
  type LoopFunction,
  type Parameter,
  type Statement,
  type Storage,
  scalarOf,
  storageType,
  type Value,
  type ValueType,
  type Variable,
} from './ir.js'

type Bool = Value<'bool'> | Value<'boolv'>

const vectorOf = { f32: 'f32v', i32: 'i32v', bool: 'boolv' } as const
const isWide = ({ type }: Value): boolean => type.endsWith('v')
const boolLike = (type: ValueType): ValueType => (type.endsWith('v') ? 'boolv' : 'bool')

/**
 * Builds one loop function, statement by statement. Methods check types as they go, so that an ill-typed template
 * fails where it is written. Where one operand is a vector and the other a scalar, the scalar is splatted.
 */
export class LoopBuilder {
  private nextId = 0
  private block: Statement[] = []
  private readonly parameters: Parameter[] = []
  readonly begin = this.fresh('i32')
  readonly end = this.fresh('i32')
  /** Constants already made in the open blocks, by value. */
  private readonly constants = new Map<number | '-0', Value[]>()
  /** For each constant, innermost block last, the list of `constants` whose last it is. */
  private readonly visible: Value[][] = []
  /** What each scalar constant holds, by id, so that its splat is a constant too. */
  private readonly constantValues = new Map<number, number>()

  constructor(
    readonly name: string,
    readonly width: number,
  ) {}

  finish(): LoopFunction {
    return {
      name: this.name,
      width: this.width,
      parameters: this.parameters,
      begin: this.begin,
      end: this.end,
      body: this.block,
      idCount: this.nextId,
    }
  }

  pointer(name: string, access: Parameter['access']): Value<'ptr'> {
    const value = this.fresh('ptr')
    this.parameters.push({ value, name, access })
    return value
  }

  // ---- constants and variables ----

  float(value: number): Value<'f32'> {
    return this.constant('f32', value)
  }

  int(value: number): Value<'i32'> {
    return this.constant('i32', value)
  }

  bool(value: boolean): Value<'bool'> {
    return this.constant('bool', value ? 1 : 0)
  }

  constant<T extends ValueType>(type: T, value: number): Value<T> {
    const key = Object.is(value, -0) ? '-0' : value
    let alike = this.constants.get(key)
    if (!alike) {
      alike = []
      this.constants.set(key, alike)
    }
    for (let i = 0; i < alike.length; i++) if (alike[i].type === type) return alike[i] as Value<T>
    const made = this.emit(type, { op: 'constant', value })
    alike.push(made)
    this.visible.push(alike)
    this.constantValues.set(made.id, value)
    return made
  }

  lanes(): Value<'i32v'> {
    return this.emit('i32v', { op: 'lanes' })
  }

  variable<T extends ValueType>(value: Value<T>): Variable<T> {
    const variable: Variable<T> = { id: this.nextId++, type: value.type }
    this.block.push({ kind: 'declare', variable, value })
    return variable
  }

  get<T extends ValueType>(variable: Variable<T>): Value<T> {
    return this.emit(variable.type, { op: 'get', variable })
  }

  set<T extends ValueType>(variable: Variable<T>, value: Value<T>): void {
    if (variable.type !== value.type)
      throw new InternalError(`set: ${variable.type} variable, ${value.type} value`)
    this.block.push({ kind: 'set', variable, value })
  }

  // ---- arithmetic ----

  unary<V extends Value>(name: FloatUnary | IntegerUnary, a: V): V {
    return this.emit(a.type, { op: 'unary', name, a }) as V
  }

  binary(name: FloatBinary | IntegerBinary, a: Value, b: Value): Value {
    const x = this.alike(a, b)
    return this.emit(x.type, { op: 'binary', name, a: x, b: this.alike(b, a) })
  }

  add<V extends Value>(a: V, b: Value): V {
    return this.binary('add', a, b) as V
  }

  sub<V extends Value>(a: V, b: Value): V {
    return this.binary('sub', a, b) as V
  }

  mul<V extends Value>(a: V, b: Value): V {
    return this.binary('mul', a, b) as V
  }

  mulAdd(a: Value, b: Value, c: Value): Value {
    if (!isWide(a) && !isWide(b) && !isWide(c)) return this.emit(a.type, { op: 'mulAdd', a, b, c })
    const x = this.widen(a)
    return this.emit(x.type, { op: 'mulAdd', a: x, b: this.widen(b), c: this.widen(c) })
  }

  compare(name: Comparison, a: Value, b: Value): Bool {
    const x = this.alike(a, b)
    return this.emit(boolLike(x.type), { op: 'compare', name, a: x, b: this.alike(b, a) }) as Bool
  }

  logic(name: 'and' | 'or', a: Value, b: Value): Bool {
    const x = this.alike(a, b)
    return this.emit(x.type, { op: 'logic', name, a: x, b: this.alike(b, a) }) as Bool
  }

  not(a: Value): Bool {
    return this.emit(a.type, { op: 'logicNot', a }) as Bool
  }

  select(condition: Value, a: Value, b: Value): Value {
    const wide = isWide(condition) || isWide(a) || isWide(b)
    const c = wide ? this.widen(condition) : condition
    const x = wide ? this.widen(a) : a
    const y = wide ? this.widen(b) : b
    if (x.type !== y.type) throw new InternalError(`select: ${x.type} and ${y.type} in ${this.name}`)
    return this.emit(x.type, { op: 'select', condition: c, a: x, b: y })
  }

  convert(name: Conversion, a: Value): Value {
    const scalar = name === 'toFloat' || name === 'toFloatU' || name === 'bitsToFloat' ? 'f32' : 'i32'
    return this.emit(isWide(a) ? vectorOf[scalar] : scalar, { op: 'convert', name, a })
  }

  splat(a: Value): Value {
    const scalar = scalarOf(a.type)
    if (scalar === 'ptr' || isWide(a)) throw new InternalError(`splat of ${a.type}`)
    const known = this.constantValues.get(a.id)
    if (known !== undefined) return this.constant(vectorOf[scalar], known)
    return this.emit(vectorOf[scalar], { op: 'splat', a })
  }

  extract(a: Value, lane: number): Value {
    return this.emit(scalarOf(a.type), { op: 'extract', a, lane })
  }

  reduce(name: 'add' | 'min' | 'max' | 'mul', a: Value): Value {
    return this.emit(scalarOf(a.type), { op: 'reduce', name, a })
  }

  /** See `Instruction`. */
  interleave<V extends Value>(run: number, odd: boolean, a: V, b: V): V {
    return this.emit(a.type, { op: 'interleave', run, odd, a, b }) as V
  }

  // ---- memory ----

  /** `base` moved by `index` elements of `bytes` bytes each. */
  advance(base: Value<'ptr'>, index: Value<'i32'>, bytes: number): Value<'ptr'> {
    return this.emit('ptr', { op: 'advance', base, index, bytes })
  }

  load(storage: Storage, base: Value<'ptr'>, offset = 0): Value<'f32'> | Value<'i32'> {
    return this.emit(storageType[storage], { op: 'load', storage, base, offset, count: 1 })
  }

  loadVector(
    storage: Storage,
    base: Value<'ptr'>,
    offset = 0,
    count = this.width,
  ): Value<'f32v'> | Value<'i32v'> {
    return this.emit(vectorOf[storageType[storage]], { op: 'load', storage, base, offset, count })
  }

  loadSplat(storage: Storage, base: Value<'ptr'>, offset = 0): Value<'f32v'> | Value<'i32v'> {
    return this.emit(vectorOf[storageType[storage]], { op: 'loadSplat', storage, base, offset })
  }

  loadIndexed(
    storage: Storage,
    base: Value<'ptr'>,
    index: Value<'i32v'>,
    offset = 0,
  ): Value<'f32v'> | Value<'i32v'> {
    return this.emit(vectorOf[storageType[storage]], { op: 'loadIndexed', storage, base, offset, index })
  }

  /** Stores a scalar, or the first `count` lanes of a vector. */
  store(storage: Storage, base: Value<'ptr'>, value: Value, offset = 0, count?: number): void {
    const lanes = isWide(value) ? this.width : 1
    if (scalarOf(value.type) !== storageType[storage]) {
      throw new InternalError(`store of ${value.type} as ${storage} in ${this.name}`)
    }
    this.block.push({ kind: 'store', storage, base, offset, value, count: count ?? lanes })
  }

  /** Asks for the line of the cache at `base + offset` bytes, ahead of a load. */
  prefetch(base: Value<'ptr'>, offset: number): void {
    this.block.push({ kind: 'prefetch', base, offset })
  }

  // ---- control ----

  for(
    from: Value<'i32'> | number,
    to: Value<'i32'> | number,
    step: number,
    body: (counter: Value<'i32'>) => void,
  ): void {
    const first = this.asInt(from)
    const last = this.asInt(to)
    const counter = this.fresh('i32')
    const statements = this.inner(() => body(counter))
    this.block.push({ kind: 'for', counter, from: first, to: last, step, body: statements })
  }

  /** Runs `body` for each number below `count`: unrolled when `unroll` is set, else as a loop. */
  repeat(
    count: number,
    unroll: boolean,
    body: (counter: Value<'i32'>, index: number | undefined) => void,
  ): void {
    if (!unroll && count > 1) this.for(0, count, 1, (counter) => body(counter, undefined))
    else for (let i = 0; i < count; i++) body(this.int(i), i)
  }

  if(condition: Value<'bool'>, then: () => void, otherwise: () => void = () => {}): void {
    const yes = this.inner(then)
    const no = this.inner(otherwise)
    this.block.push({ kind: 'if', condition, whenTrue: yes, whenFalse: no })
  }

  asInt(value: Value<'i32'> | number): Value<'i32'> {
    return typeof value === 'number' ? this.int(value) : value
  }

  /** The value as a vector: itself, or splatted. */
  widen(value: Value): Value {
    return isWide(value) ? value : this.splat(value)
  }

  /** One operand of two: as a vector if the other is one. */
  private alike(value: Value, other: Value): Value {
    if (value.type === other.type) return value
    if (scalarOf(value.type) !== scalarOf(other.type))
      throw new InternalError(`${value.type} and ${other.type} do not combine in ${this.name}`)
    return this.widen(value)
  }

  private fresh<T extends ValueType>(type: T): Value<T> {
    return { id: this.nextId++, type }
  }

  private emit<T extends ValueType>(type: T, instruction: Instruction): Value<T> {
    const result = this.fresh(type)
    this.block.push({ kind: 'let', result, instruction })
    return result
  }

  private inner(body: () => void): Statement[] {
    const outer = this.block
    const visible = this.visible.length
    this.block = []
    body()
    const made = this.block
    this.block = outer
    while (this.visible.length > visible) this.visible.pop()?.pop()
    return made
  }
}
