import type { LoopFunction, Statement } from '../loops/ir.js'

/** The text of a function, exact: equal keys mean equal code. Numbers that JSON cannot write follow in order. */
export function functionKey(fn: LoopFunction): string {
  const unusual: string[] = []
  const walk = (statements: readonly Statement[]): void => {
    for (const statement of statements) {
      if (statement.kind === 'for') walk(statement.body)
      else if (statement.kind === 'if') {
        walk(statement.whenTrue)
        walk(statement.whenFalse)
      } else if (statement.kind === 'let' && statement.instruction.op === 'constant') {
        const { value } = statement.instruction
        if (!Number.isFinite(value)) unusual.push(String(value))
        else if (Object.is(value, -0)) unusual.push('-0')
        else if (value === 0) unusual.push('0')
      }
    }
  }
  walk(fn.body)
  return `${JSON.stringify(fn)}${unusual.join()}`
}
