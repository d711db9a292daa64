import { type CallingConvention, conventions } from './compileFunction.js'
import type { MachineCode } from './machineCode.js'
import { at, machineRegister, type Register } from './operands.js'

/** How floats are computed: rounded to nearest, no exceptions, and results too small to be normal flushed to zero (MXCSR's FTZ). */
const floatControl = 0x9f80

/** What Windows lets a callee write above its return address; elsewhere it is only room. */
const shadowBytes = 32
/** Also keeps the stack aligned to 16 bytes, with the return address and the saved registers. */
const frameBytes = shadowBytes + 16

/** Registers that are kept across calls on every system: what code that calls others may use. */
const saved = (['rbx', 'r12', 'r13', 'r14', 'r15'] as const).map(machineRegister)

export interface CallFrame {
  /** Where the code finds its own argument, and where those that it calls expect theirs. */
  readonly argument: Register
  /** Free to use, and kept by those that are called. */
  readonly kept: readonly Register[]
}

/**
 * Code around `body`, which calls loop functions. While these run, results below 2^-126 become zero, as they do in TensorFlow and JAX:
 * gradients that fade would remain among these denormal numbers, with which processors compute a hundred times as slowly.
 * The thread's own control of floats is left as it was.
 */
export function framed(
  code: MachineCode,
  convention: CallingConvention,
  body: (frame: CallFrame) => void,
): void {
  const stack = machineRegister('rsp')
  const kept = at(stack, shadowBytes)
  for (const register of saved) code.emit('push', 64, [register])
  code.emit('sub_imm8', 64, [stack, frameBytes])
  code.emit('stmxcsr', 32, [kept])
  code.emit('ldmxcsr', 32, [code.constant([floatControl])])
  body({ argument: machineRegister(conventions[convention].argument), kept: saved })
  code.emit('ldmxcsr', 32, [kept])
  code.emit('add_imm8', 64, [stack, frameBytes])
  for (const register of saved.toReversed()) code.emit('pop', 64, [register])
  code.emit('ret', 64, [])
}
