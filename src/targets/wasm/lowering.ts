import { type Instruction, scalarOf, type Value } from '../../loops/ir.js'
import type { PlainInstruction } from './instructions.js'
import type { Values } from './values.js'

/** The instruction of one op. */
export type Of<Op extends Instruction['op']> = Extract<Instruction, { op: Op }>

export const isVector = (value: Value): boolean => value.type.endsWith('v')
export const isFloat = (value: Value): boolean => scalarOf(value.type) === 'f32'

/** A scalar and a vector instruction that do the same. */
export interface Pair {
  readonly scalar: PlainInstruction
  readonly vector: PlainInstruction
}

export const pairOf = (pair: Pair, value: Value): PlainInstruction =>
  isVector(value) ? pair.vector : pair.scalar

/** Leaves `instruction(a, b)` on the operand stack. */
export function pushBinary(instruction: PlainInstruction, a: Value, b: Value, values: Values): void {
  values.push(a)
  values.push(b)
  values.code.emit(instruction)
}

/** Leaves a constant on the operand stack, in each lane of a vector. */
export function pushConstant(type: Value['type'], value: number, { code }: Values): void {
  switch (type) {
    case 'f32':
      code.emit('f32.const', value)
      break
    case 'i32':
    case 'bool':
    case 'ptr':
      code.emit('i32.const', value)
      break
    case 'f32v':
      code.vectorConstant(new Float32Array(4).fill(value))
      break
    case 'i32v':
      code.vectorConstant(new Int32Array(4).fill(value))
      break
    case 'boolv':
      code.vectorConstant(new Int32Array(4).fill(-value))
      break
  }
}
