import type { Instruction, LoopFunction, Statement, Value, Variable } from './ir.js'

const number = (value: number): string => (Object.is(value, -0) ? '-0' : `${value}`)

const address = (base: Value, offset: number): string =>
  offset === 0 ? `[%${base.id}]` : `[%${base.id} + ${offset}]`

const id = (value: Value | Variable): string => `%${value.id}`

const printInstruction = (instruction: Instruction): string => {
  switch (instruction.op) {
    case 'constant':
      return `constant ${number(instruction.value)}`
    case 'lanes':
      return 'lanes'
    case 'unary':
      return `${instruction.name} ${id(instruction.a)}`
    case 'binary':
      return `${instruction.name} ${id(instruction.a)}, ${id(instruction.b)}`
    case 'mulAdd':
      return `mulAdd ${id(instruction.a)}, ${id(instruction.b)}, ${id(instruction.c)}`
    case 'compare':
      return `compare ${instruction.name} ${id(instruction.a)}, ${id(instruction.b)}`
    case 'logic':
      return `logic ${instruction.name} ${id(instruction.a)}, ${id(instruction.b)}`
    case 'logicNot':
      return `logicNot ${id(instruction.a)}`
    case 'select':
      return `select ${id(instruction.condition)}, ${id(instruction.a)}, ${id(instruction.b)}`
    case 'convert':
      return `${instruction.name} ${id(instruction.a)}`
    case 'splat':
      return `splat ${id(instruction.a)}`
    case 'extract':
      return `extract ${id(instruction.a)}, lane ${instruction.lane}`
    case 'reduce':
      return `reduce ${instruction.name} ${id(instruction.a)}`
    case 'interleave':
      return `interleave ${instruction.odd ? 'odd' : 'even'} runs of ${instruction.run}, ${id(instruction.a)}, ${id(instruction.b)}`
    case 'get':
      return `get ${id(instruction.variable)}`
    case 'advance':
      return `advance ${id(instruction.base)} + ${id(instruction.index)} x ${instruction.bytes}`
    case 'load':
      return `load ${instruction.storage} x ${instruction.count} ${address(instruction.base, instruction.offset)}`
    case 'loadSplat':
      return `loadSplat ${instruction.storage} ${address(instruction.base, instruction.offset)}`
    case 'loadIndexed': {
      const { storage, base, offset, index } = instruction
      return `loadIndexed ${storage} ${address(base, offset)} by ${id(index)}`
    }
  }
}

/** The head of a statement on one line: all of it, but for the blocks of `for` and `if`. */
export const printStatement = (statement: Statement): string => {
  switch (statement.kind) {
    case 'let':
      return `${id(statement.result)}: ${statement.result.type} = ${printInstruction(statement.instruction)}`
    case 'declare':
      return `var ${id(statement.variable)}: ${statement.variable.type} = ${id(statement.value)}`
    case 'set':
      return `set ${id(statement.variable)} = ${id(statement.value)}`
    case 'store': {
      const { storage, base, offset, value, count } = statement
      return `store ${storage} x ${count} ${address(base, offset)} = ${id(value)}`
    }
    case 'prefetch':
      return `prefetch ${address(statement.base, statement.offset)}`
    case 'for': {
      const { counter, from, to, step } = statement
      return `for ${id(counter)} from ${id(from)} to ${id(to)} step ${step}`
    }
    case 'if':
      return `if ${id(statement.condition)}`
  }
}

const printBlock = (statements: readonly Statement[], indent: string, lines: string[]): void => {
  for (const statement of statements) {
    const head = indent + printStatement(statement)
    if (statement.kind === 'for') {
      lines.push(`${head} {`)
      printBlock(statement.body, `${indent}  `, lines)
      lines.push(`${indent}}`)
    } else if (statement.kind === 'if') {
      lines.push(`${head} {`)
      printBlock(statement.whenTrue, `${indent}  `, lines)
      if (statement.whenFalse.length > 0) {
        lines.push(`${indent}} else {`)
        printBlock(statement.whenFalse, `${indent}  `, lines)
      }
      lines.push(`${indent}}`)
    } else lines.push(head)
  }
}

/**
 * A loop function as text, one statement a line, `%n` for the value or variable with id n. It is exact: equal texts mean equal code, as do equal
 * keys, which are shorter.
 *
 * ```text
 * loops double, width 4, grid %0 to %1, %2: readwrite x {
 *   for %4 from %0 to %1 step 1 {
 *     %5: ptr = advance %2 + %4 x 4
 *     %6: f32 = load f32 x 1 [%5]
 *     %7: f32 = add %6, %6
 *     store f32 x 1 [%5] = %7
 *   }
 * }
 * ```
 */
export const print = (fn: LoopFunction): string => {
  const parameters = fn.parameters
    .map(({ value, name, access }) => `, ${id(value)}: ${access} ${name}`)
    .join('')
  const lines = [`loops ${fn.name}, width ${fn.width}, grid ${id(fn.begin)} to ${id(fn.end)}${parameters} {`]
  printBlock(fn.body, '  ', lines)
  lines.push('}', '')
  return lines.join('\n')
}
