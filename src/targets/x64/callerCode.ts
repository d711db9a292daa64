import { assemble } from './assembler.js'
import { framed } from './callFrame.js'
import { callList, crewPart, listedCall, partState } from './callLists.js'
import type { CallingConvention } from './compileFunction.js'
import { MachineCode } from './machineCode.js'
import { at, machineRegister } from './operands.js'

/**
 * Code through which a thread calls loop functions, one after another, as its list says: see `callLists.ts`. Where others may help, it opens the
 * launch, computes its own part, then every part that nobody took, and waits for those that were taken.
 */
export function callerCode(convention: CallingConvention): Uint8Array<ArrayBuffer> {
  const code = new MachineCode(32)
  const [scratch, taken] = (['rax', 'rdx'] as const).map(machineRegister)
  framed(code, convention, ({ argument, kept: [list, entry, part, number, looks] }) => {
    const call = code.label('call')
    const alone = code.label('alone')
    const shared = code.label('shared')
    const wait = code.label('wait')
    const following = code.label('following')
    const noLonger = code.label('noLonger')
    const through = code.label('through')
    code.emit('mov', 64, [list, argument])
    code.emit('lea', 64, [entry, at(list, callList.first)])
    code.emit('xor', 32, [number, number])
    code.emit('xor', 32, [looks, looks])
    code.emit('mov_store', 32, [at(list, callList.looks), looks])

    code.place(call)
    code.emit('mov', 64, [part, at(entry, listedCall.part)])
    code.emit('test', 64, [part, part])
    code.jump(alone, 'e')
    // Stores become visible in order: who sees the number sees all that was computed before.
    code.emit('add_imm8', 32, [number, 1])
    code.emit('mov', 64, [scratch, at(list, callList.open)])
    code.emit('mov_store', 32, [at(scratch), number])
    code.place(alone)
    code.emit('mov', 64, [scratch, at(entry, listedCall.function)])
    code.emit('lea', 64, [argument, at(entry, listedCall.block)])
    code.emit('call', 64, [scratch])
    code.emit('test', 64, [part, part])
    code.jump(through, 'e')

    code.place(shared)
    code.emit('xor', 32, [looks, looks])
    code.emit('mov_imm', 32, [taken, partState.taken])
    code.emit('xchg', 32, [taken, at(part, crewPart.state)])
    code.emit('test', 32, [taken, taken])
    code.jump(wait, 'ne')
    code.emit('mov', 64, [scratch, at(part, crewPart.function)])
    code.emit('lea', 64, [argument, at(part, crewPart.block)])
    code.emit('call', 64, [scratch])
    code.jump(following)
    code.place(wait)
    code.emit('add_imm8', 32, [looks, 1])
    // If the helper was done, the exchange wrote over it.
    code.emit('cmp_imm8', 32, [taken, partState.done])
    code.jump(following, 'e')
    code.emit('pause', 32, [])
    code.emit('mov', 32, [taken, at(part, crewPart.state)])
    code.jump(wait)
    code.place(following)
    code.emit('cmp', 32, [looks, at(list, callList.looks)])
    code.jump(noLonger, 'be')
    code.emit('mov_store', 32, [at(list, callList.looks), looks])
    code.place(noLonger)
    code.emit('mov', 64, [part, at(part, crewPart.sibling)])
    code.emit('test', 64, [part, part])
    code.jump(shared, 'ne')

    code.place(through)
    code.emit('add', 64, [entry, at(entry, listedCall.bytes)])
    code.emit('cmp_imm8', 64, [at(entry), 0])
    code.jump(call, 'ne')
  })
  return assemble(code.items)
}
