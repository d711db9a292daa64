import { assemble } from './assembler.js'
import { type CallingConvention, conventions } from './compileFunction.js'
import { MachineCode } from './machineCode.js'
import { at, machineRegister } from './operands.js'

/** How floats are computed: rounded to nearest, no exceptions, and results too small to be normal flushed to zero (MXCSR's FTZ). */
const floatControl = 0x9f80

/** What Windows lets a callee write above its return address; elsewhere it is only room. */
const shadowBytes = 32
/** With the return address of this code it keeps the stack aligned to 16 bytes. */
const frameBytes = shadowBytes + 8

/**
 * Code through which loop functions are called. Its block holds the address of a function, then that function's block.
 *
 * While the function runs, results below 2^-126 become zero, as they do in TensorFlow and JAX: gradients that fade would
 * remain among these denormal numbers, with which processors compute a hundred times as slowly. The thread's own control of
 * floats is left as it was.
 */
export function callerCode(convention: CallingConvention): Uint8Array<ArrayBuffer> {
  const code = new MachineCode(32)
  const [stack, target] = (['rsp', 'rax'] as const).map(machineRegister)
  const block = machineRegister(conventions[convention].argument)
  const kept = at(stack, shadowBytes)
  code.emit('sub_imm8', 64, [stack, frameBytes])
  code.emit('stmxcsr', 32, [kept])
  code.emit('ldmxcsr', 32, [code.constant([floatControl])])
  code.emit('mov', 64, [target, at(block)])
  code.emit('add_imm8', 64, [block, 8])
  code.emit('call', 64, [target])
  code.emit('ldmxcsr', 32, [kept])
  code.emit('add_imm8', 64, [stack, frameBytes])
  code.emit('ret', 64, [])
  return assemble(code.items)
}
