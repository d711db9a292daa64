import { LoopBuilder } from '../loops/builder.js'
import {
  conversions,
  floatBinary,
  floatCompare,
  floatUnary,
  integerBinary,
  integerCompare,
  integerUnary,
} from '../loops/interpreterArithmetic.js'
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
  storageBytes,
  storageType,
  type Value,
  type ValueType,
  type Variable,
} from '../loops/ir.js'
import { floatsOfInterest, integersOfInterest, type RandomSource } from './randomLoopsSource.js'

/** A pointer of the function, and between which elements (counted from its parameter) it may point. */
interface Pointer {
  readonly value: Value<'ptr'> | Variable<'ptr'>
  readonly region: Region
  readonly lowest: number
  readonly highest: number
}

/** The elements of one storage type that lie behind a parameter. */
export interface Region {
  readonly storage: Storage
  readonly access: Parameter['access']
  /** Elements before and after the address that is passed. */
  readonly before: number
  readonly after: number
}

type DataType = Exclude<ValueType, 'ptr'>
const dataTypes: readonly DataType[] = ['f32', 'i32', 'bool', 'f32v', 'i32v', 'boolv']
const names = <Name extends string>(table: Record<Name, unknown>) => Object.keys(table) as Name[]
const isVector = (type: ValueType) => type.endsWith('v')

/** What the current block sees, by type. Leaving a block cuts the lists to their former length. */
interface Scope {
  readonly values: Record<DataType, Value[]>
  readonly variables: Record<DataType, Variable[]>
  readonly pointers: Pointer[]
  readonly pointerVariables: Pointer[]
}
const emptyByType = <T>(): Record<DataType, T[]> => ({
  f32: [],
  i32: [],
  bool: [],
  f32v: [],
  i32v: [],
  boolv: [],
})
const lists = (scope: Scope): unknown[][] => [
  ...Object.values(scope.values),
  ...Object.values(scope.variables),
  scope.pointers,
  scope.pointerVariables,
]

/** Elements that direct indices and walks may reach on either side of a parameter's address. */
const reach = 32
/** The largest constant offset, in elements. */
const largestOffset = 8

/**
 * Writes one random function. Every function is defined on all inputs and equal on all targets but for the bits of
 * NaNs: divisors are not zero, addresses stay in their region, loops are short, and the bits of a float are read
 * only where it is no NaN.
 */
export class RandomLoopWriter {
  readonly regions: Region[] = []
  private readonly l: LoopBuilder
  private depth = 0
  private readonly scope: Scope = {
    values: emptyByType(),
    variables: emptyByType(),
    pointers: [],
    pointerVariables: [],
  }

  constructor(
    private readonly random: RandomSource,
    name: string,
    private readonly width: number,
  ) {
    this.l = new LoopBuilder(name, width)
  }

  write(): LoopFunction {
    for (const storage of names(storageBytes)) {
      for (const access of ['read', 'write', 'readwrite'] as const) this.parameter(storage, access)
    }
    this.scope.values.i32.push(this.l.begin, this.l.end)
    this.statements(6)
    this.l.for(this.l.begin, this.l.end, 1, (counter) => this.block(8, counter))
    this.statements(4)
    this.storeAll()
    return this.l.finish()
  }

  private parameter(storage: Storage, access: Parameter['access']): void {
    const margin = reach + largestOffset + 2 * this.width
    const region: Region = { storage, access, before: reach, after: margin }
    this.regions.push(region)
    const value = this.l.pointer(`${access}_${storage}`, access)
    this.scope.pointers.push({ value, region, lowest: 0, highest: 0 })
  }

  // ---- operands ----

  private operand(type: DataType): Value {
    const known = this.scope.values[type]
    if (known.length === 0 || this.random.chance(0.1)) return this.constant(type)
    // Mostly recent values, so that chains of dependent operations arise.
    const recent = this.random.chance(0.6) ? known.slice(-4) : known
    return this.random.pick(recent)
  }

  private constant(type: DataType): Value {
    const scalar = scalarOf(type)
    if (scalar === 'bool') return this.l.constant(type, this.random.below(2))
    return this.l.constant(type, this.random.pick(scalar === 'f32' ? floatsOfInterest : integersOfInterest))
  }

  private keep(value: Value): void {
    if (value.type !== 'ptr') this.scope.values[value.type].push(value)
  }

  private oneOf<T extends DataType>(...types: T[]): T {
    return this.random.pick(types)
  }

  /** An integer below a power of two. */
  private index(type: 'i32' | 'i32v', limit: number): Value {
    return this.l.binary('and', this.operand(type), this.l.int(limit - 1))
  }

  private readonly nonZero = (value: Value): Value =>
    this.random.chance(0.5)
      ? this.l.binary('or', value, this.l.int(1))
      : this.l.select(this.l.compare('eq', value, this.l.int(0)), this.l.int(-1), value)

  private pointer(allowed: 'read' | 'write'): { base: Value<'ptr'>; offset: number; region: Region } {
    const usable = (pointer: Pointer) =>
      pointer.region.access === allowed || pointer.region.access === 'readwrite'
    const variables = this.scope.pointerVariables.filter(usable)
    const pointers = this.scope.pointers.filter(usable)
    const offset = (region: Region) => this.random.below(largestOffset + 1) * storageBytes[region.storage]
    if (variables.length > 0 && this.random.chance(0.3)) {
      const { value, region } = this.random.pick(variables)
      return { base: this.l.get(value as Variable<'ptr'>), offset: offset(region), region }
    }
    const { value, region } = this.random.pick(this.random.chance(0.6) ? pointers.slice(-4) : pointers)
    return { base: value as Value<'ptr'>, offset: offset(region), region }
  }

  // ---- instructions ----

  /** One maker for every instruction, so that a new instruction without one does not compile. */
  private readonly instructions: Record<Instruction['op'], () => void> = {
    constant: () => this.keep(this.constant(this.random.pick(dataTypes))),
    lanes: () => this.keep(this.l.lanes()),
    unary: () => {
      const type = this.oneOf('f32', 'i32', 'f32v', 'i32v')
      const all: (FloatUnary | IntegerUnary)[] =
        scalarOf(type) === 'f32' ? names(floatUnary) : names(integerUnary)
      this.keep(this.l.unary(this.random.pick(all), this.operand(type)))
    },
    binary: () => {
      const type = this.oneOf('f32', 'i32', 'f32v', 'i32v')
      const all: (FloatBinary | IntegerBinary)[] =
        scalarOf(type) === 'f32' ? names(floatBinary) : names(integerBinary)
      const name = this.random.pick(all)
      const divides = scalarOf(type) === 'i32' && ['div', 'rem', 'divU', 'remU'].includes(name)
      const b = this.operand(type)
      this.keep(this.l.binary(name, this.operand(type), divides ? this.nonZero(b) : b))
    },
    mulAdd: () => {
      const type = this.oneOf('f32', 'f32v')
      this.keep(this.l.mulAdd(this.operand(type), this.operand(type), this.operand(type)))
    },
    compare: () => {
      const type = this.oneOf('f32', 'i32', 'f32v', 'i32v')
      const all: Comparison[] = scalarOf(type) === 'f32' ? names(floatCompare) : names(integerCompare)
      this.keep(this.l.compare(this.random.pick(all), this.operand(type), this.operand(type)))
    },
    logic: () => {
      const type = this.oneOf('bool', 'boolv')
      this.keep(this.l.logic(this.random.pick(['and', 'or']), this.operand(type), this.operand(type)))
    },
    logicNot: () => this.keep(this.l.not(this.operand(this.oneOf('bool', 'boolv')))),
    select: () => {
      const type = this.random.pick(dataTypes)
      const condition = this.operand(isVector(type) ? 'boolv' : 'bool')
      this.keep(this.l.select(condition, this.operand(type), this.operand(type)))
    },
    convert: () => this.convert(this.random.pick(names(conversions)), this.random.chance(0.5)),
    splat: () => this.keep(this.l.splat(this.operand(this.oneOf('f32', 'i32', 'bool')))),
    extract: () => {
      const vector = this.operand(this.oneOf('f32v', 'i32v', 'boolv'))
      this.keep(this.l.extract(vector, this.random.below(this.width)))
    },
    reduce: () => {
      const name = this.random.pick(['add', 'min', 'max', 'mul'] as const)
      this.keep(this.l.reduce(name, this.operand(this.oneOf('f32v', 'i32v'))))
    },
    interleave: () => {
      if (this.width === 1) return
      const type = this.oneOf('f32v', 'i32v')
      const run = 2 ** this.random.below(Math.log2(this.width))
      this.keep(this.l.interleave(run, this.random.chance(0.5), this.operand(type), this.operand(type)))
    },
    get: () => {
      const known = this.scope.variables[this.random.pick(dataTypes)]
      if (known.length > 0) this.keep(this.l.get(this.random.pick(known)))
    },
    advance: () => this.advance(),
    load: () => {
      const { base, offset, region } = this.pointer('read')
      this.keep(this.l.load(region.storage, base, offset))
      const vector = this.pointer('read')
      const count = this.random.chance(0.5) ? this.width : 1 + this.random.below(this.width)
      this.keep(this.l.loadVector(vector.region.storage, vector.base, vector.offset, count))
    },
    loadSplat: () => {
      const { base, offset, region } = this.pointer('read')
      this.keep(this.l.loadSplat(region.storage, base, offset))
    },
    loadIndexed: () => {
      const { base, offset, region } = this.pointer('read')
      const index = this.index('i32v', 2 * this.width) as Value<'i32v'>
      this.keep(this.l.loadIndexed(region.storage, base, index, offset))
    },
  }

  private convert(name: Conversion, wide: boolean): void {
    const of = (scalar: 'f32' | 'i32' | 'bool') => this.operand(wide ? `${scalar}v` : scalar)
    const float = () => of('f32')
    const operands: Record<Conversion, () => Value> = {
      toFloat: () => of('i32'),
      toFloatU: () => of('i32'),
      toInt: float,
      bitsToFloat: () => of('i32'),
      floatToBits: () => {
        const value = float()
        return this.l.select(this.l.compare('eq', value, value), value, this.l.float(1))
      },
      boolToInt: () => of('bool'),
    }
    this.keep(this.l.convert(name, operands[name]()))
  }

  private advance(): void {
    const { value, region, lowest, highest } = this.random.pick(this.scope.pointers)
    const base = value as Value<'ptr'>
    const size = storageBytes[region.storage]
    const forward = this.random.chance(0.6)
    if (forward && highest + 15 <= reach) {
      const scale = 1 + this.random.below(3)
      const index = this.index('i32', 16 >> (scale - 1)) as Value<'i32'>
      const at = this.l.advance(base, index, size * scale)
      this.scope.pointers.push({ value: at, region, lowest, highest: highest + 15 })
    } else if (!forward && lowest - 16 >= -reach) {
      const index = this.l.binary('or', this.operand('i32'), this.l.int(-16)) as Value<'i32'>
      const at = this.l.advance(base, index, size)
      this.scope.pointers.push({ value: at, region, lowest: lowest - 16, highest })
    }
  }

  // ---- statements ----

  private readonly kinds: Record<Statement['kind'], () => void> = {
    let: () => this.instructions[this.random.pick(names(this.instructions))](),
    declare: () => {
      if (this.random.chance(0.2)) return this.declarePointer()
      const value = this.operand(this.random.pick(dataTypes))
      if (value.type !== 'ptr') this.scope.variables[value.type].push(this.l.variable(value))
    },
    set: () => {
      const type = this.random.pick(dataTypes)
      const known = this.scope.variables[type]
      if (known.length > 0) this.l.set(this.random.pick(known), this.operand(type))
      this.setPointer()
    },
    store: () => {
      const { base, offset, region } = this.pointer('write')
      const scalar = storageType[region.storage]
      const value = this.operand(this.random.chance(0.3) ? scalar : `${scalar}v`)
      const partial = isVector(value.type) && this.random.chance(0.5)
      const count = partial ? 1 + this.random.below(this.width) : undefined
      this.l.store(region.storage, base, value, offset, count)
    },
    prefetch: () => {
      this.l.prefetch(this.pointer('read').base, 4 * this.random.below(1000))
    },
    for: () => {
      const step = 1 + this.random.below(3)
      const from = this.random.chance(0.5) ? this.random.below(7) - 3 : (this.index('i32', 4) as Value<'i32'>)
      const trips = this.random.below(4)
      const to = this.random.chance(0.7)
        ? this.l.add(this.l.asInt(from), this.l.int(trips * step))
        : (this.index('i32', 8) as Value<'i32'>)
      if (this.random.chance(0.3)) this.walk()
      else this.l.for(from, to, step, (counter) => this.block(5, counter))
    },
    if: () => {
      const otherwise = this.random.chance(0.6) ? () => this.block(4) : undefined
      this.l.if(this.operand('bool') as Value<'bool'>, () => this.block(4), otherwise)
    },
  }

  /** A pointer that moves by an element in each iteration, beside a sum: the shape of every inner loop. */
  private walk(): void {
    const starts = this.scope.pointers.filter(
      ({ region, highest }) => region.access !== 'write' && highest + 4 <= reach,
    )
    const { value, region } = this.random.pick(starts)
    const at = this.l.variable(value as Value<'ptr'>)
    const sum = this.l.variable(this.operand(`${storageType[region.storage]}v`))
    this.l.for(0, this.random.below(5), 1, () => {
      const loaded = this.l.loadVector(region.storage, this.l.get(at))
      this.l.set(sum, this.l.add(this.l.get(sum), loaded))
      this.l.set(at, this.l.advance(this.l.get(at), this.l.int(1), storageBytes[region.storage]))
    })
    this.keep(this.l.get(sum))
  }

  private declarePointer(): void {
    const { value, region } = this.random.pick(this.scope.pointers)
    const variable = this.l.variable(value as Value<'ptr'>)
    // It may later be set to any pointer of this region.
    this.scope.pointerVariables.push({ value: variable, region, lowest: -reach, highest: reach })
  }

  private setPointer(): void {
    if (this.scope.pointerVariables.length === 0) return
    const { value, region } = this.random.pick(this.scope.pointerVariables)
    const others = this.scope.pointers.filter((pointer) => pointer.region === region)
    this.l.set(value as Variable<'ptr'>, this.random.pick(others).value as Value<'ptr'>)
  }

  private statements(count: number): void {
    for (let i = 0; i < count; i++) {
      for (let lets = this.random.below(4); lets > 0; lets--) this.kinds.let()
      const kind = this.random.pick(names(this.kinds))
      const nests = kind === 'for' || kind === 'if'
      this.kinds[nests && this.depth >= 3 ? 'store' : kind]()
    }
  }

  private block(count: number, counter?: Value<'i32'>): void {
    const lengths = lists(this.scope).map((list) => list.length)
    this.depth++
    if (counter) this.scope.values.i32.push(counter)
    this.statements(this.random.below(count) + 1)
    this.depth--
    lists(this.scope).forEach((list, i) => {
      list.length = lengths[i]
    })
  }

  /** Stores every value and variable that is visible at the end of the function, so that none goes unseen. */
  private storeAll(): void {
    for (const type of dataTypes) {
      const all = [...this.scope.values[type]]
      for (const variable of this.scope.variables[type]) all.push(this.l.get(variable))
      const storage = scalarOf(type) === 'f32' ? 'f32' : 'i32'
      const lanes = isVector(type) ? this.width : 1
      const output = this.l.pointer(`all_${type}`, 'write')
      this.regions.push({ storage, access: 'write', before: 0, after: lanes * all.length })
      all.forEach((value, i) => {
        const stored = scalarOf(type) === 'bool' ? this.l.convert('boolToInt', value) : value
        this.l.store(storage, output, stored, i * lanes * 4)
      })
    }
  }
}
