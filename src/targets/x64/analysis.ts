import {
  type Instruction,
  type LoopFunction,
  type Statement,
  scalarOf,
  type Value,
  type Variable,
} from '../../loops/ir.js'

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
  readonly definitions: ReadonlyMap<number, Instruction>
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

/** Where in the function, counting statements; a loop's end counts too. */
type Position = number

interface Life {
  readonly from: Position
  to: Position
  readonly block: number
  usedElsewhere: boolean
  readonly loops: readonly Loop[]
}

interface Loop {
  end: Position
}

/** Looks through a function: which values are needed, which may share registers, what addresses are made of. */
export function analyze(fn: LoopFunction): Analysis {
  const definitions = new Map<number, Instruction>()
  const places = new Map<number, Place>()
  const variableAdvances = new Map<number, VariableAdvance>()

  const constantOf = (value: Value): number | undefined => {
    const definition = definitions.get(value.id)
    if (definition?.op === 'constant') return definition.value
    return definition?.op === 'splat' ? constantOf(definition.a) : undefined
  }
  const placeOf = (pointer: Value): Place => places.get(pointer.id) ?? { root: pointer, offset: 0 }

  /** An integer as a variable part, if any, plus a constant. Indices of addresses do not wrap around. */
  const splitSum = (value: Value): { variable: Value | undefined; constant: number } => {
    const known = constantOf(value)
    if (known !== undefined) return { variable: undefined, constant: known | 0 }
    const definition = definitions.get(value.id)
    if (definition?.op === 'binary' && (definition.name === 'add' || definition.name === 'sub')) {
      const [left, right] = [constantOf(definition.a), constantOf(definition.b)]
      if (right !== undefined) {
        const inner = splitSum(definition.a)
        const constant = definition.name === 'add' ? right | 0 : -(right | 0)
        return { variable: inner.variable, constant: inner.constant + constant }
      }
      if (definition.name === 'add' && left !== undefined) {
        const inner = splitSum(definition.b)
        return { variable: inner.variable, constant: inner.constant + (left | 0) }
      }
    }
    return { variable: value, constant: 0 }
  }

  const defineAdvance = (result: Value, { base, index, bytes }: Instruction & { op: 'advance' }): void => {
    const place = placeOf(base)
    const { variable, constant } = splitSum(index)
    const offset = place.offset + constant * bytes
    if (variable === undefined && fitsDisplacement(offset))
      places.set(result.id, { root: place.root, offset })
    else if (fitsDisplacement(offset)) {
      places.set(result.id, { root: result, offset })
      variableAdvances.set(result.id, {
        base: { root: place.root, offset: 0 },
        index: variable ?? index,
        bytes,
      })
    } else {
      variableAdvances.set(result.id, { base: place, index, bytes })
    }
  }

  const define = (block: readonly Statement[]): void => {
    for (const statement of block) {
      if (statement.kind === 'let') {
        definitions.set(statement.result.id, statement.instruction)
        if (statement.instruction.op === 'advance') defineAdvance(statement.result, statement.instruction)
      } else if (statement.kind === 'for') define(statement.body)
      else if (statement.kind === 'if') {
        define(statement.whenTrue)
        define(statement.whenFalse)
      }
    }
  }
  define(fn.body)

  /** What an instruction reads when the program runs. */
  const operands = (result: Value, instruction: Instruction): readonly Value[] => {
    if (instruction.op === 'advance') {
      const variable = variableAdvances.get(result.id)
      return variable ? [variable.base.root, variable.index] : []
    }
    if (instruction.op === 'splat' && constantOf(result) !== undefined) return []
    return operandsOf(instruction).map((operand) => placeOf(operand).root)
  }
  const uses = countUses(fn.body, fn.idCount, operands, (value) => placeOf(value).root)
  const { lives, sets } = findLives(fn, operands, uses, (value) => placeOf(value).root)

  return {
    definitions,
    uses,
    usedOnceInPlace: ({ id }) => uses[id] === 1 && lives.get(id)?.usedElsewhere === false,
    isAlias: (result) => {
      const definition = definitions.get(result.id)
      const life = lives.get(result.id)
      if (definition?.op !== 'get' || !life) return false
      return !(sets.get(definition.variable.id) ?? []).some(
        (position) => position > life.from && position < life.to,
      )
    },
    constantOf,
    placeOf,
    variableAdvanceOf: (root) => variableAdvances.get(root.id),
  }
}

/** Displacements are signed 32-bit numbers; half of that leaves room for the offset of a load. */
const fitsDisplacement = (offset: number): boolean => Math.abs(offset) < 2 ** 30

type OperandsOf = (result: Value, instruction: Instruction) => readonly Value[]

/** Uses by what is needed: read backward, so that an operand of something unneeded does not count. */
function countUses(
  body: readonly Statement[],
  idCount: number,
  operands: OperandsOf,
  rootOf: (value: Value) => Value,
): Uint32Array {
  const uses = new Uint32Array(idCount)
  const use = (value: Value): void => {
    uses[rootOf(value).id]++
  }
  const visit = (block: readonly Statement[]): void => {
    for (let i = block.length - 1; i >= 0; i--) {
      const statement = block[i]
      switch (statement.kind) {
        case 'let':
          if (uses[statement.result.id] > 0) operands(statement.result, statement.instruction).forEach(use)
          break
        case 'declare':
        case 'set':
          use(statement.value)
          break
        case 'store':
          use(statement.base)
          use(statement.value)
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
  visit(body)
  return uses
}

/** From where to where each value is needed, and where each variable is set. */
function findLives(
  fn: LoopFunction,
  operands: OperandsOf,
  uses: Uint32Array,
  rootOf: (value: Value) => Value,
): { lives: ReadonlyMap<number, Life>; sets: ReadonlyMap<number, readonly Position[]> } {
  const lives = new Map<number, Life>()
  const sets = new Map<number, Position[]>()
  const pending: { life: Life; loop: Loop }[] = []
  const loops: Loop[] = []
  let position = 0
  let blocks = 0

  const born = (value: Value, block: number): void => {
    lives.set(value.id, { from: position, to: position, block, usedElsewhere: false, loops: [...loops] })
  }
  const use = (value: Value, block: number): void => {
    const life = lives.get(rootOf(value).id)
    if (!life) return
    life.to = Math.max(life.to, position)
    if (life.block !== block) life.usedElsewhere = true
    // Used in a loop around which it is made: needed until that loop ends.
    const loop = loops[life.loops.length]
    if (loop) pending.push({ life, loop })
  }
  const set = (variable: Variable): void => {
    const positions = sets.get(variable.id)
    if (positions) positions.push(position)
    else sets.set(variable.id, [position])
  }
  const visit = (statements: readonly Statement[]): void => {
    const block = ++blocks
    for (const statement of statements) {
      position++
      switch (statement.kind) {
        case 'let':
          if (uses[statement.result.id] === 0) break
          for (const operand of operands(statement.result, statement.instruction)) use(operand, block)
          born(statement.result, block)
          break
        case 'declare':
        case 'set':
          use(statement.value, block)
          set(statement.variable)
          break
        case 'store':
          use(statement.base, block)
          use(statement.value, block)
          break
        case 'for': {
          use(statement.from, block)
          const loop: Loop = { end: 0 }
          loops.push(loop)
          visit(statement.body)
          position++
          loop.end = position
          loops.pop()
          // The limit is compared with after each iteration.
          use(statement.to, block)
          break
        }
        case 'if':
          use(statement.condition, block)
          visit(statement.whenTrue)
          visit(statement.whenFalse)
          break
      }
    }
  }
  visit(fn.body)
  for (const { life, loop } of pending) life.to = Math.max(life.to, loop.end)
  return { lives, sets }
}

/** The values that an instruction reads, in order. */
export function operandsOf(instruction: Instruction): readonly Value[] {
  switch (instruction.op) {
    case 'constant':
    case 'lanes':
    case 'get':
      return []
    case 'unary':
    case 'logicNot':
    case 'convert':
    case 'splat':
    case 'extract':
    case 'reduce':
      return [instruction.a]
    case 'binary':
    case 'compare':
    case 'logic':
      return [instruction.a, instruction.b]
    case 'mulAdd':
      return [instruction.a, instruction.b, instruction.c]
    case 'select':
      return [instruction.condition, instruction.a, instruction.b]
    case 'advance':
      return [instruction.base, instruction.index]
    case 'load':
    case 'loadSplat':
      return [instruction.base]
    case 'loadIndexed':
      return [instruction.base, instruction.index]
  }
}

export const isFloat = (value: Value): boolean => scalarOf(value.type) === 'f32'
export const isVector = (value: Value): boolean => value.type.endsWith('v')
