import { InternalError } from '../errors.js'
import {
  floatBinary,
  floatCompare,
  floatUnary,
  integerBinary,
  integerCompare,
  integerUnary,
} from './interpreterArithmetic.js'
import {
  type Instruction,
  type LoopFunction,
  type Statement,
  type Storage,
  scalarOf,
  storageBytes,
  storageType,
  type Value,
  type ValueType,
  type Variable,
} from './ir.js'
import { printStatement } from './print.js'
import { noRoot, rootOfInstruction } from './roots.js'

const isVector = (type: ValueType): boolean => type.endsWith('v')
/** The type with the given scalar type that is a vector exactly if `like` is one. */
const shaped = (scalar: 'f32' | 'i32' | 'bool', like: ValueType): ValueType =>
  isVector(like) ? `${scalar}v` : scalar

class Verifier {
  /** Type of each id that may be used here, and whether it is a variable. */
  private readonly types: (ValueType | undefined)[]
  private readonly isVariable: boolean[]
  private readonly seen: boolean[]
  private readonly roots: Int32Array
  private statement: Statement | undefined

  constructor(private readonly fn: LoopFunction) {
    this.types = new Array(fn.idCount).fill(undefined)
    this.isVariable = new Array(fn.idCount).fill(false)
    this.seen = new Array(fn.idCount).fill(false)
    this.roots = new Int32Array(fn.idCount).fill(noRoot)
  }

  function(): void {
    const { fn } = this
    if (!Number.isInteger(Math.log2(fn.width)) || fn.width < 1)
      this.fail(`the width must be a power of two, received ${fn.width}`)
    this.define(fn.begin, 'i32')
    this.define(fn.end, 'i32')
    fn.parameters.forEach(({ value }, index) => {
      this.define(value, 'ptr')
      this.roots[value.id] = index
    })
    this.block(fn.body)
  }

  private fail(problem: string): never {
    const where = this.statement ? ` at "${printStatement(this.statement)}"` : ''
    throw new InternalError(`Loops ${this.fn.name}${where}: ${problem}`)
  }

  private expect(condition: boolean, problem: () => string): void {
    if (!condition) this.fail(problem())
  }

  private define(value: Value | Variable, type: ValueType, variable = false): void {
    const { id } = value
    if (!Number.isInteger(id) || id < 0 || id >= this.fn.idCount)
      this.fail(`id %${id} is not below idCount ${this.fn.idCount}`)
    if (this.seen[id]) this.fail(`%${id} is defined twice`)
    if (value.type !== type) this.fail(`%${id} must be ${type}, but says ${value.type}`)
    this.seen[id] = true
    this.types[id] = type
    this.isVariable[id] = variable
  }

  /** Checks that a value is visible here, and returns its type. */
  private use(value: Value): ValueType {
    return this.visible(value, false)
  }

  private visible(value: Value | Variable, variable: boolean): ValueType {
    const type = this.types[value.id]
    if (type === undefined) {
      const why = this.seen[value.id] ? 'outside the block that defines it' : 'before it is defined'
      return this.fail(`%${value.id} is used ${why}`)
    }
    if (this.isVariable[value.id] !== variable)
      this.fail(`%${value.id} is used as a ${variable ? 'variable' : 'value'}, but it is none`)
    if (type !== value.type) this.fail(`%${value.id} is used as ${value.type}, but it is ${type}`)
    return type
  }

  private useAs(value: Value, type: ValueType): void {
    const found = this.use(value)
    if (found !== type) this.fail(`%${value.id} must be ${type}, received ${found}`)
  }

  private block(statements: readonly Statement[], counter?: Value): void {
    const defined: number[] = []
    if (counter) {
      this.define(counter, 'i32')
      defined.push(counter.id)
    }
    for (const statement of statements) {
      this.statement = statement
      if (statement.kind === 'let') defined.push(statement.result.id)
      if (statement.kind === 'declare') defined.push(statement.variable.id)
      this.one(statement)
    }
    for (const id of defined) this.types[id] = undefined
  }

  private one(statement: Statement): void {
    switch (statement.kind) {
      case 'let': {
        const { result, instruction } = statement
        this.define(result, this.instruction(instruction, result))
        this.roots[result.id] = rootOfInstruction(instruction, this.roots)
        break
      }
      case 'declare': {
        const { variable, value } = statement
        this.define(variable, this.use(value), true)
        this.roots[variable.id] = this.roots[value.id]
        break
      }
      case 'set': {
        const { variable, value } = statement
        this.useAs(value, this.visible(variable, true))
        this.expect(
          this.roots[variable.id] === this.roots[value.id],
          () =>
            `%${variable.id} points into ${this.rootName(variable)}, the value into ${this.rootName(value)}`,
        )
        break
      }
      case 'store':
        this.store(statement)
        break
      case 'prefetch':
        this.useAs(statement.base, 'ptr')
        this.expect(Number.isInteger(statement.offset), () => 'the offset must be an integer')
        break
      case 'for':
        this.useAs(statement.from, 'i32')
        this.useAs(statement.to, 'i32')
        this.expect(
          Number.isInteger(statement.step) && statement.step > 0,
          () => 'the step must be a positive integer',
        )
        this.block(statement.body, statement.counter)
        break
      case 'if':
        this.useAs(statement.condition, 'bool')
        this.block(statement.whenTrue)
        this.block(statement.whenFalse)
        break
    }
  }

  private store(statement: Extract<Statement, { kind: 'store' }>): void {
    const { storage, base, offset, value, count } = statement
    this.useAs(value, shaped(storageType[storage], value.type))
    this.count(count, value.type)
    this.memory(storage, base, offset, 'write')
  }

  private rootName(pointer: Value | Variable): string {
    const root = this.roots[pointer.id]
    return root === noRoot ? 'no parameter' : this.fn.parameters[root].name
  }

  private count(count: number, type: ValueType): void {
    const most = isVector(type) ? this.fn.width : 1
    if (!Number.isInteger(count) || count < 1 || count > most)
      this.fail(`the count must be an integer from 1 to ${most}, received ${count}`)
  }

  private memory(storage: Storage, base: Value, offset: number, access: 'read' | 'write'): void {
    this.useAs(base, 'ptr')
    const root = this.roots[base.id]
    if (root === noRoot) this.fail(`%${base.id} is not derived from a parameter`)
    const parameter = this.fn.parameters[root]
    if (parameter.access !== access && parameter.access !== 'readwrite')
      this.fail(`a ${access} through ${parameter.name}, whose access is '${parameter.access}'`)
    if (!Number.isInteger(offset) || offset < 0 || offset >= 2 ** 31 || offset % storageBytes[storage] !== 0)
      this.fail(`the offset must be a multiple of ${storageBytes[storage]} in [0, 2^31), received ${offset}`)
  }

  /** Checks the operands of an instruction and returns the type of its result. */
  private instruction(instruction: Instruction, result: Value): ValueType {
    switch (instruction.op) {
      case 'constant':
        this.constant(instruction.value, result.type)
        return result.type
      case 'lanes':
        return 'i32v'
      case 'unary': {
        const type = this.use(instruction.a)
        this.operation(instruction.name, type, floatUnary, integerUnary)
        return type
      }
      case 'binary': {
        const type = this.use(instruction.a)
        this.useAs(instruction.b, type)
        this.operation(instruction.name, type, floatBinary, integerBinary)
        return type
      }
      case 'mulAdd': {
        const type = this.use(instruction.a)
        this.useAs(instruction.a, shaped('f32', type))
        this.useAs(instruction.b, type)
        this.useAs(instruction.c, type)
        return type
      }
      case 'compare': {
        const type = this.use(instruction.a)
        this.useAs(instruction.b, type)
        this.operation(instruction.name, type, floatCompare, integerCompare)
        return shaped('bool', type)
      }
      case 'logic': {
        const type = this.use(instruction.a)
        this.useAs(instruction.a, shaped('bool', type))
        this.useAs(instruction.b, type)
        return type
      }
      case 'logicNot': {
        const type = this.use(instruction.a)
        this.useAs(instruction.a, shaped('bool', type))
        return type
      }
      case 'select': {
        const type = this.use(instruction.a)
        if (type === 'ptr') this.fail('pointers cannot be selected; select the index that advances them')
        this.useAs(instruction.b, type)
        this.useAs(instruction.condition, shaped('bool', type))
        return type
      }
      case 'convert':
        return this.convert(instruction)
      case 'splat': {
        const type = this.use(instruction.a)
        if (type !== 'f32' && type !== 'i32' && type !== 'bool')
          return this.fail(`there is no splat of ${type}`)
        return `${type}v`
      }
      case 'extract': {
        const type = this.use(instruction.a)
        if (!isVector(type)) this.fail(`extract needs a vector, received ${type}`)
        const { lane } = instruction
        if (!Number.isInteger(lane) || lane < 0 || lane >= this.fn.width)
          this.fail(`the lane must be an integer from 0 to ${this.fn.width - 1}, received ${lane}`)
        return scalarOf(type)
      }
      case 'reduce': {
        const type = this.use(instruction.a)
        if (type !== 'f32v' && type !== 'i32v') this.fail(`reduce needs an f32v or i32v, received ${type}`)
        return scalarOf(type)
      }
      case 'interleave': {
        const { run } = instruction
        const type = this.use(instruction.a)
        if (type !== 'f32v' && type !== 'i32v')
          this.fail(`interleave needs an f32v or i32v, received ${type}`)
        this.useAs(instruction.b, type)
        const divides = Number.isInteger(run) && run > 0 && this.fn.width % (2 * run) === 0
        if (!divides || (run & (run - 1)) !== 0)
          this.fail(`runs have 1, 2, 4, ... ${this.fn.width / 2} lanes, received ${run}`)
        return type
      }
      case 'get':
        return this.visible(instruction.variable, true)
      case 'advance':
        this.useAs(instruction.base, 'ptr')
        this.useAs(instruction.index, 'i32')
        this.expect(Number.isInteger(instruction.bytes), () => 'the bytes of an element must be an integer')
        return 'ptr'
      case 'load': {
        const { storage, base, offset, count } = instruction
        this.memory(storage, base, offset, 'read')
        this.count(count, result.type)
        return shaped(storageType[storage], result.type)
      }
      case 'loadSplat':
        this.memory(instruction.storage, instruction.base, instruction.offset, 'read')
        return `${storageType[instruction.storage]}v`
      case 'loadIndexed':
        this.memory(instruction.storage, instruction.base, instruction.offset, 'read')
        this.useAs(instruction.index, 'i32v')
        return `${storageType[instruction.storage]}v`
    }
  }

  private constant(value: number, type: ValueType): void {
    const allowed = {
      f32: true,
      i32: Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32,
      bool: value === 0 || value === 1,
      ptr: false,
    }
    if (!allowed[scalarOf(type)]) this.fail(`${value} is no constant of type ${type}`)
  }

  private operation(name: string, type: ValueType, floats: object, integers: object): void {
    const scalar = scalarOf(type)
    const table = scalar === 'f32' ? floats : scalar === 'i32' ? integers : {}
    if (!Object.hasOwn(table, name)) this.fail(`there is no operation ${name} on ${type}`)
  }

  private convert({ name, a }: Extract<Instruction, { op: 'convert' }>): ValueType {
    const type = this.use(a)
    switch (name) {
      case 'toFloat':
      case 'toFloatU':
      case 'bitsToFloat':
        this.useAs(a, shaped('i32', type))
        return shaped('f32', type)
      case 'toInt':
      case 'floatToBits':
        this.useAs(a, shaped('f32', type))
        return shaped('i32', type)
      case 'boolToInt':
        this.useAs(a, shaped('bool', type))
        return shaped('i32', type)
    }
  }
}

/**
 * Checks that a function is well formed: every id is defined once, before its uses and in a block around them;
 * operands and results have the types their instruction asks for; counts, lanes, offsets and constants are in
 * range; every pointer comes from one parameter, whose `access` allows what is done through it.
 *
 * @throws InternalError that names the function, the statement and the problem.
 */
export const verify = (fn: LoopFunction): void => new Verifier(fn).function()
