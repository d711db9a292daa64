import { assemble } from './assembler.js'
import { type CallingConvention, conventions } from './compileFunction.js'
import { MachineCode } from './machineCode.js'
import { at, machineRegister } from './operands.js'

/** How floats are computed: rounded to nearest, no exceptions, and results too small to be normal flushed to zero (MXCSR's FTZ). */
const floatControl = 0x9f80

/** What Windows lets a callee write above its return address; elsewhere it is only room. */
const shadowBytes = 32
/** With the return address of this code and the register it saves, it keeps the stack aligned to 16 bytes. */
const frameBytes = shadowBytes + 16

/**
 * Code through which loop functions are called, one after another. Its block is a list: the address of a function, the bytes from there to
 * the next one's (64 bits each), the function's own block; and, after the last, a zero of 64 bits.
 *
 * While the functions run, results below 2^-126 become zero, as they do in TensorFlow and JAX: gradients that fade would
 * remain among these denormal numbers, with which processors compute a hundred times as slowly. The thread's own control of
 * floats is left as it was.
 */
export function callerCode(convention: CallingConvention): Uint8Array<ArrayBuffer> {
  const code = new MachineCode(32)
  const [stack, target, entry] = (['rsp', 'rax', 'rbx'] as const).map(machineRegister)
  const block = machineRegister(conventions[convention].argument)
  const kept = at(stack, shadowBytes)
  const next = code.label('next')
  code.emit('push', 64, [entry])
  code.emit('sub_imm8', 64, [stack, frameBytes])
  code.emit('stmxcsr', 32, [kept])
  code.emit('ldmxcsr', 32, [code.constant([floatControl])])
  code.emit('mov', 64, [entry, block])
  code.place(next)
  code.emit('mov', 64, [target, at(entry)])
  code.emit('lea', 64, [block, at(entry, 16)])
  code.emit('add', 64, [entry, at(entry, 8)])
  code.emit('call', 64, [target])
  code.emit('cmp_imm8', 64, [at(entry), 0])
  code.jump(next, 'ne')
  code.emit('ldmxcsr', 32, [kept])
  code.emit('add_imm8', 64, [stack, frameBytes])
  code.emit('pop', 64, [entry])
  code.emit('ret', 64, [])
  return assemble(code.items)
}
