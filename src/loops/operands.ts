import type { Instruction, Value } from './ir.js'

/** The values that an instruction reads, in order. */
export function operandsOf(instruction: Instruction): readonly Value[] {
  switch (instruction.op) {
    case 'constant':
    case 'lanes':
    case 'get':
      return none
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
    case 'interleave':
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

const none: readonly Value[] = []
