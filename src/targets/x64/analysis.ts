import {
  type Instruction,
  type LoopFunction,
  type Statement,
  scalarOf,
  type Value,
  type Variable,
} from '../../loops/ir.js'
import { operandsOf } from '../../loops/operands.js'

/** A pointer as the value of `root` plus a constant number of bytes. */
export interface Place {
  readonly root: Value
  readonly offset: number
}

/** The part of an `advance` that is computed when the program runs: `base + index * bytes`. */
export interface VariableAdvance {
  /** Its place may lie far from its root; where it is near, the base is the root itself. */
  readonly base: Place
  readonly index: Value
  readonly bytes: number
}

/** What the lowering knows of a function before it emits the first instruction. */
export interface Analysis {
  /** The instruction that makes a value: none for parameters and counters. */
  definitionOf(value: Value): Instruction | undefined
  /** How often a value is an operand of what is needed, by id. Uses of a pointer count for the root of its place. */
  readonly uses: Uint32Array
  /** Whether each value, by id, is used once, and that in the block where it is made. */
  usedOnceInPlace(value: Value): boolean
  /** Whether the variable that a `get` reads keeps its value as long as the `get`'s result is needed. */
  isAlias(result: Value): boolean
  /** The number a value surely has in each lane. */
  constantOf(value: Value): number | undefined
  /** Where a pointer points: constants are split off, to become displacements. */
  placeOf(pointer: Value): Place
  /** The variable part of the `advance` that makes a root of places. */
  variableAdvanceOf(root: Value): VariableAdvance | undefined
}

/** Looks through a function: which values are needed, which may share registers, what addresses are made of. */
export function analyze(fn: LoopFunction): Analysis {
  const definitions = new Definitions(fn)
  const uses = countUses(fn, definitions)
  const lives = new Lives(fn, definitions, uses)
  return {
    definitionOf: ({ id }) => definitions.instructions[id],
    uses,
    usedOnceInPlace: ({ id }) => uses[id] === 1 && lives.usedElsewhere[id] === 0,
    isAlias: (result) => {
      const definition = definitions.instructions[result.id]
      return definition?.op === 'get' && lives.keepsValue(definition.variable, result)
    },
    constantOf: (value) => definitions.constantOf(value),
    placeOf: (pointer) => definitions.placeOf(pointer),
    variableAdvanceOf: ({ id }) => definitions.variableAdvances[id],
  }
}

/** What makes each value, by id. */
class Definitions {
  readonly instructions: (Instruction | undefined)[]
  readonly variableAdvances: (VariableAdvance | undefined)[]
  /** What each instruction reads when the program runs, pointers as the roots of their places. */
  readonly reads: (readonly Value[])[]
  private readonly places: (Place | undefined)[]

  constructor({ idCount, body }: LoopFunction) {
    this.instructions = new Array(idCount).fill(undefined)
    this.variableAdvances = new Array(idCount).fill(undefined)
    this.reads = new Array(idCount).fill(undefined)
    this.places = new Array(idCount).fill(undefined)
    this.define(body)
  }

  constantOf(value: Value): number | undefined {
    const definition = this.instructions[value.id]
    if (definition === undefined) return undefined
    if (definition.op === 'constant') return definition.value
    return definition.op === 'splat' ? this.constantOf(definition.a) : undefined
  }

  placeOf(pointer: Value): Place {
    return this.places[pointer.id] ?? { root: pointer, offset: 0 }
  }

  /** The root of a pointer's place, and any other value itself. */
  rootOf(value: Value): Value {
    return this.places[value.id]?.root ?? value
  }

  private define(block: readonly Statement[]): void {
    for (let i = 0; i < block.length; i++) {
      const statement = block[i]
      if (statement.kind === 'let') {
        const { result, instruction } = statement
        this.instructions[result.id] = instruction
        if (instruction.op === 'advance') this.defineAdvance(result, instruction)
        else if (instruction.op === 'splat' && this.constantOf(result) !== undefined)
          this.reads[result.id] = []
        else {
          const operands = operandsOf(instruction)
          this.reads[result.id] = this.hasPlace(operands)
            ? operands.map((operand) => this.rootOf(operand))
            : operands
        }
      } else if (statement.kind === 'for') this.define(statement.body)
      else if (statement.kind === 'if') {
        this.define(statement.whenTrue)
        this.define(statement.whenFalse)
      }
    }
  }

  private hasPlace(values: readonly Value[]): boolean {
    for (let i = 0; i < values.length; i++) if (this.places[values[i].id] !== undefined) return true
    return false
  }

  private defineAdvance(result: Value, { base, index, bytes }: Instruction & { op: 'advance' }): void {
    const place = this.placeOf(base)
    const { variable, constant } = this.splitSum(index)
    const offset = place.offset + constant * bytes
    if (variable === undefined && fitsDisplacement(offset)) {
      this.places[result.id] = { root: place.root, offset }
      this.reads[result.id] = []
      return
    }
    const near = fitsDisplacement(offset)
    if (near) this.places[result.id] = { root: result, offset }
    const advance = {
      base: near ? { root: place.root, offset: 0 } : place,
      index: near ? (variable ?? index) : index,
      bytes,
    }
    this.variableAdvances[result.id] = advance
    this.reads[result.id] = [advance.base.root, advance.index]
  }

  /** An integer as a variable part, if any, plus a constant. Indices of addresses do not wrap around. */
  private splitSum(value: Value): { variable: Value | undefined; constant: number } {
    const known = this.constantOf(value)
    if (known !== undefined) return { variable: undefined, constant: known | 0 }
    const definition = this.instructions[value.id]
    if (definition?.op === 'binary' && (definition.name === 'add' || definition.name === 'sub')) {
      const left = this.constantOf(definition.a)
      const right = this.constantOf(definition.b)
      if (right !== undefined) {
        const inner = this.splitSum(definition.a)
        // Not -0, a float, of which V8 would make floats of all displacements.
        const constant = definition.name === 'add' ? right | 0 : 0 - (right | 0)
        return { variable: inner.variable, constant: inner.constant + constant }
      }
      if (definition.name === 'add' && left !== undefined) {
        const inner = this.splitSum(definition.b)
        return { variable: inner.variable, constant: inner.constant + (left | 0) }
      }
    }
    return { variable: value, constant: 0 }
  }
}

/** Displacements are signed 32-bit numbers; half of that leaves room for the offset of a load. */
const fitsDisplacement = (offset: number): boolean => Math.abs(offset) < 2 ** 30

/** Uses by what is needed: read backward, so that an operand of something unneeded does not count. */
function countUses(fn: LoopFunction, definitions: Definitions): Uint32Array {
  const uses = new Uint32Array(fn.idCount)
  const use = (value: Value): void => {
    uses[definitions.rootOf(value).id]++
  }
  const visit = (block: readonly Statement[]): void => {
    for (let i = block.length - 1; i >= 0; i--) {
      const statement = block[i]
      switch (statement.kind) {
        case 'let': {
          const { id } = statement.result
          if (uses[id] === 0) break
          const reads = definitions.reads[id]
          for (let j = 0; j < reads.length; j++) uses[reads[j].id]++
          break
        }
        case 'declare':
        case 'set':
          use(statement.value)
          break
        case 'store':
          use(statement.base)
          use(statement.value)
          break
        case 'prefetch':
          use(statement.base)
          break
        case 'for':
          visit(statement.body)
          use(statement.from)
          use(statement.to)
          break
        case 'if':
          visit(statement.whenFalse)
          visit(statement.whenTrue)
          use(statement.condition)
          break
      }
    }
  }
  visit(fn.body)
  return uses
}

/** Where in the function, counting statements; a loop's end counts too. */
type Position = number

/** From where to where each value is needed, and where each variable is set. */
class Lives {
  /** Whether each value is used in another block than that in which it is made, by id. */
  readonly usedElsewhere: Uint8Array
  private readonly from: Int32Array
  private readonly to: Int32Array
  private readonly block: Int32Array
  /** How many loops are around the place where each value is made. */
  private readonly depth: Int32Array
  private readonly sets = new Map<number, Position[]>()
  /** For each loop that is open, outermost first: values made around it and used in it, which are needed until it ends. */
  private readonly through: number[][] = []
  private position = 0
  private blocks = 0

  constructor(
    { idCount, body }: LoopFunction,
    private readonly definitions: Definitions,
    private readonly uses: Uint32Array,
  ) {
    this.usedElsewhere = new Uint8Array(idCount)
    this.from = new Int32Array(idCount)
    this.to = new Int32Array(idCount)
    this.block = new Int32Array(idCount)
    this.depth = new Int32Array(idCount)
    this.visit(body)
  }

  /** Whether a variable is not set as long as a value that was read from it is needed. */
  keepsValue(variable: Variable, { id }: Value): boolean {
    const { from, to } = this
    return !(this.sets.get(variable.id) ?? []).some((position) => position > from[id] && position < to[id])
  }

  private born({ id }: Value, block: number): void {
    this.from[id] = this.position
    this.to[id] = this.position
    this.block[id] = block
    this.depth[id] = this.through.length
  }

  private use({ id }: Value, block: number): void {
    // Parameters and counters are not made by a statement.
    if (this.block[id] === 0) return
    this.to[id] = this.position
    if (this.block[id] !== block) this.usedElsewhere[id] = 1
    if (this.through.length > this.depth[id]) this.through[this.depth[id]].push(id)
  }

  private set(variable: Variable): void {
    const positions = this.sets.get(variable.id)
    if (positions) positions.push(this.position)
    else this.sets.set(variable.id, [this.position])
  }

  private visit(statements: readonly Statement[]): void {
    const { definitions } = this
    const block = ++this.blocks
    for (let i = 0; i < statements.length; i++) {
      const statement = statements[i]
      this.position++
      switch (statement.kind) {
        case 'let': {
          const { result } = statement
          if (this.uses[result.id] === 0) break
          const reads = definitions.reads[result.id]
          for (let j = 0; j < reads.length; j++) this.use(reads[j], block)
          this.born(result, block)
          break
        }
        case 'declare':
        case 'set':
          this.use(definitions.rootOf(statement.value), block)
          this.set(statement.variable)
          break
        case 'store':
          this.use(definitions.rootOf(statement.base), block)
          this.use(definitions.rootOf(statement.value), block)
          break
        case 'prefetch':
          this.use(definitions.rootOf(statement.base), block)
          break
        case 'for': {
          this.use(definitions.rootOf(statement.from), block)
          this.through.push([])
          this.visit(statement.body)
          this.position++
          const through = this.through.pop() ?? []
          for (let j = 0; j < through.length; j++) this.to[through[j]] = this.position
          // The limit is compared with after each iteration.
          this.use(definitions.rootOf(statement.to), block)
          break
        }
        case 'if':
          this.use(definitions.rootOf(statement.condition), block)
          this.visit(statement.whenTrue)
          this.visit(statement.whenFalse)
          break
      }
    }
  }
}

export const isFloat = (value: Value): boolean => scalarOf(value.type) === 'f32'
export const isVector = (value: Value): boolean => value.type.endsWith('v')
