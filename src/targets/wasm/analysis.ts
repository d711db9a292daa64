import type { Instruction, LoopFunction, Statement, Value } from '../../loops/ir.js'
import { operandsOf } from '../../loops/operands.js'

/** A pointer as the value of `root` plus a constant number of bytes. */
export interface Place {
  readonly root: Value
  readonly offset: number
}

/** The part of an `advance` that is computed when the program runs: `base + index * bytes`. */
export interface VariableAdvance {
  readonly base: Value
  readonly index: Value
  readonly bytes: number
}

/** What the emitter knows of a function before it emits the first byte. */
export interface Analysis {
  /** The instruction that makes a value: none for parameters and counters. */
  readonly definitions: ReadonlyMap<number, Instruction>
  /** How often a value is an operand, by id. Uses of a pointer count for the root of its place. */
  readonly uses: Uint32Array
  /** Whether each value, by id, has one use, and that in the loop (or outside all loops) where it is made. */
  readonly usedOnceInPlace: readonly boolean[]
  /** The number a value surely has in each lane. */
  constantOf(value: Value): number | undefined
  /** Where a pointer points: constants are split off, to become the offsets of memory instructions. */
  placeOf(pointer: Value): Place
  /** The variable part of the `advance` that makes a root of places. */
  variableAdvanceOf(root: Value): VariableAdvance | undefined
  /** The values that the instruction of a value reads when the program runs. */
  operandsOf(value: Value): readonly Value[]
  /** Ids of the variables that a block sets or declares, blocks inside it included. */
  variablesSetIn(block: readonly Statement[]): ReadonlySet<number>
}

export function analyze(fn: LoopFunction): Analysis {
  const definitions = new Map<number, Instruction>()
  const places = new Map<number, Place>()
  const variableAdvances = new Map<number, VariableAdvance>()
  const uses = new Uint32Array(fn.idCount)
  const definedIn = new Map<number, number>()
  const usedOutsideOfItsLoop = new Set<number>()
  const variablesSet = new Map<readonly Statement[], ReadonlySet<number>>()
  let loops = 0

  const constantOf = (value: Value): number | undefined => {
    const definition = definitions.get(value.id)
    if (definition?.op === 'constant') return definition.value
    return definition?.op === 'splat' ? constantOf(definition.a) : undefined
  }
  const placeOf = (pointer: Value): Place => places.get(pointer.id) ?? { root: pointer, offset: 0 }

  const use = (value: Value, loop: number): void => {
    const { root } = placeOf(value)
    uses[root.id]++
    if (definedIn.get(root.id) !== loop) usedOutsideOfItsLoop.add(root.id)
  }

  const define = (result: Value, instruction: Instruction, loop: number): void => {
    definitions.set(result.id, instruction)
    definedIn.set(result.id, loop)
    if (instruction.op === 'advance') defineAdvance(result, instruction)
    for (const operand of operands(result)) use(operand, loop)
  }

  /** Splits constants off an `advance`. Addresses are computed modulo 2^32, so this loses nothing. */
  const defineAdvance = (result: Value, instruction: Instruction & { op: 'advance' }): void => {
    const { root, offset } = placeOf(instruction.base)
    const { variable, constant } = splitSum(instruction.index)
    const total = offset + constant * instruction.bytes
    if (variable === undefined) {
      places.set(result.id, { root, offset: total })
      return
    }
    places.set(result.id, { root: result, offset: total })
    variableAdvances.set(result.id, { base: root, index: variable, bytes: instruction.bytes })
  }

  /** An `advance` by a constant reads nothing: it is a place, and who uses it uses the place's root. */
  const operands = (value: Value): readonly Value[] => {
    const definition = definitions.get(value.id)
    if (!definition) return []
    if (definition.op !== 'advance') return operandsOf(definition).map((operand) => placeOf(operand).root)
    const variable = variableAdvances.get(value.id)
    return variable ? [variable.base, variable.index] : []
  }

  /** An integer as a variable part, if any, plus a constant. */
  const splitSum = (value: Value): { variable: Value | undefined; constant: number } => {
    const known = constantOf(value)
    if (known !== undefined) return { variable: undefined, constant: known }
    const definition = definitions.get(value.id)
    if (definition?.op !== 'binary') return { variable: value, constant: 0 }
    const [left, right] = [constantOf(definition.a), constantOf(definition.b)]
    if (definition.name === 'add' && right !== undefined) return plus(definition.a, right)
    if (definition.name === 'add' && left !== undefined) return plus(definition.b, left)
    if (definition.name === 'sub' && right !== undefined) return plus(definition.a, -right)
    return { variable: value, constant: 0 }
  }
  const plus = (value: Value, constant: number): ReturnType<typeof splitSum> => {
    const inner = splitSum(value)
    return { variable: inner.variable, constant: inner.constant + constant }
  }

  const visit = (block: readonly Statement[], loop: number): ReadonlySet<number> => {
    const set = new Set<number>()
    const include = (inner: ReadonlySet<number>): void => {
      for (const id of inner) set.add(id)
    }
    for (const statement of block) {
      switch (statement.kind) {
        case 'let':
          define(statement.result, statement.instruction, loop)
          break
        case 'declare':
        case 'set':
          use(statement.value, loop)
          set.add(statement.variable.id)
          break
        case 'store':
          use(statement.base, loop)
          use(statement.value, loop)
          break
        case 'prefetch':
          break
        case 'for':
          use(statement.from, loop)
          use(statement.to, loop)
          include(visit(statement.body, ++loops))
          break
        case 'if':
          use(statement.condition, loop)
          include(visit(statement.whenTrue, loop))
          include(visit(statement.whenFalse, loop))
          break
      }
    }
    variablesSet.set(block, set)
    return set
  }
  visit(fn.body, 0)

  return {
    definitions,
    uses,
    usedOnceInPlace: Array.from(uses, (count, id) => count === 1 && !usedOutsideOfItsLoop.has(id)),
    constantOf,
    placeOf,
    variableAdvanceOf: (root) => variableAdvances.get(root.id),
    operandsOf: operands,
    variablesSetIn: (block) => variablesSet.get(block) ?? new Set(),
  }
}
