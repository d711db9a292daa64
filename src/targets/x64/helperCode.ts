import { assemble } from './assembler.js'
import { framed } from './callFrame.js'
import { crewLine, crewPart, over, partState } from './callLists.js'
import type { CallingConvention } from './compileFunction.js'
import { MachineCode } from './machineCode.js'
import { at, machineRegister } from './operands.js'

/** A helper looks so often for the next launch, some hundred microseconds, before it goes back to see whether there is other work. */
const mostLooks = 4096

/**
 * Code in which a helper goes through its parts of a run's launches: see `callLists.ts`. It takes each as soon as the launch is open, unless it comes too late,
 * and leaves when the run is over. The argument is its line.
 */
export function helperCode(convention: CallingConvention): Uint8Array<ArrayBuffer> {
  const code = new MachineCode(32)
  const [scratch, taken] = (['rax', 'rdx'] as const).map(machineRegister)
  framed(code, convention, ({ argument, kept: [line, part, open, number, looks] }) => {
    const look = code.label('look')
    const isOpen = code.label('open')
    const claim = code.label('claim')
    const next = code.label('next')
    const wait = code.label('wait')
    const leave = code.label('leave')
    code.emit('mov', 64, [line, argument])
    code.emit('mov', 64, [open, at(line, crewLine.open)])
    code.emit('mov_imm', 32, [number, 1])
    code.emit('xor', 32, [part, part])

    code.place(wait)
    code.emit('mov_imm', 32, [looks, mostLooks])
    code.place(look)
    code.emit('cmp', 32, [number, at(open)])
    code.jump(isOpen, 'be')
    code.emit('pause', 32, [])
    code.emit('sub_imm8', 32, [looks, 1])
    code.jump(look, 'ne')
    code.jump(leave)

    code.place(isOpen)
    code.emit('test', 64, [part, part])
    code.jump(claim, 'ne')
    // The first launch is open, and the list complete; or it was gone through, and the run is over.
    code.emit('cmp_imm8', 32, [number, 1])
    code.jump(leave, 'ne')
    code.emit('mov', 64, [part, at(line, crewLine.firstPart)])
    code.emit('test', 64, [part, part])
    code.jump(leave, 'e')

    code.place(claim)
    // Not by an exchange alone: it would write over a part that is done, where this comes by for the second time.
    code.emit('cmp_imm8', 32, [at(part, crewPart.state), partState.free])
    code.jump(next, 'ne')
    code.emit('mov_imm', 32, [taken, partState.taken])
    code.emit('xchg', 32, [taken, at(part, crewPart.state)])
    code.emit('test', 32, [taken, taken])
    code.jump(next, 'ne')
    code.emit('mov', 64, [scratch, at(part, crewPart.function)])
    code.emit('lea', 64, [argument, at(part, crewPart.block)])
    code.emit('call', 64, [scratch])
    code.emit('mov_imm', 32, [taken, partState.done])
    code.emit('mov_store', 32, [at(part, crewPart.state), taken])

    code.place(next)
    code.emit('add_imm8', 32, [number, 1])
    code.emit('mov', 64, [part, at(part, crewPart.next)])
    code.emit('test', 64, [part, part])
    // Its line is fetched while the launch before it is still under way.
    code.emit('prefetchw', 32, [at(part)])
    code.jump(wait, 'ne')
    code.emit('mov_imm', 32, [number, over | 0])
    code.jump(wait)
    code.place(leave)
  })
  return assemble(code.items)
}
