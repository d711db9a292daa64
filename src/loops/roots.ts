import type { Instruction, LoopFunction, Statement } from './ir.js'

/** The root of an id that is no pointer, or no pointer of the function's. */
export const noRoot = -1

/** The root of what an instruction computes, given the roots of the ids before it. */
export const rootOfInstruction = (instruction: Instruction, roots: Int32Array): number => {
  if (instruction.op === 'advance') return roots[instruction.base.id]
  if (instruction.op === 'get' && instruction.variable.type === 'ptr') return roots[instruction.variable.id]
  return noRoot
}

const collect = (statements: readonly Statement[], roots: Int32Array): void => {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'let':
        roots[statement.result.id] = rootOfInstruction(statement.instruction, roots)
        break
      case 'declare':
        if (statement.variable.type === 'ptr') roots[statement.variable.id] = roots[statement.value.id]
        break
      case 'for':
        collect(statement.body, roots)
        break
      case 'if':
        collect(statement.whenTrue, roots)
        collect(statement.whenFalse, roots)
        break
      case 'set':
      case 'store':
      case 'prefetch':
        break
    }
  }
}

/**
 * For each id (value or variable) of a function: the index of the pointer parameter from which it is derived, or
 * `noRoot` (-1) if it is not a pointer. A pointer variable keeps the root with which it is declared; `verify`
 * refuses to set it to a pointer of another root.
 */
export const rootParameters = (fn: LoopFunction): Int32Array => {
  const roots = new Int32Array(fn.idCount).fill(noRoot)
  fn.parameters.forEach((parameter, index) => {
    roots[parameter.value.id] = index
  })
  collect(fn.body, roots)
  return roots
}
