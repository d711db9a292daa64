import type { LoopFunction } from '../../loops/ir.js'
import { allocate, isIn, type RegisterFile } from './allocate.js'
import { assemble } from './assembler.js'
import { listing } from './listing.js'
import { lower } from './lower.js'
import { type Item, machineInstruction } from './machineCode.js'
import { at, general, machineRegister, Register } from './operands.js'

/** How functions are called: System V everywhere but on Windows. */
export type CallingConvention = 'sysv' | 'win64'

interface Convention {
  /** Where the pointer to the arguments is passed. */
  readonly argument: keyof typeof general
  /** General registers that a function may change, and those that it must restore. */
  readonly free: readonly (keyof typeof general)[]
  readonly saved: readonly (keyof typeof general)[]
  /** Vector registers whose low 128 bits it must restore. */
  readonly savedVectors: readonly number[]
}

export const conventions: Record<CallingConvention, Convention> = {
  sysv: {
    argument: 'rdi',
    free: ['rax', 'rcx', 'rdx', 'rsi', 'rdi', 'r8', 'r9', 'r10', 'r11'],
    saved: ['rbx', 'rbp', 'r12', 'r13', 'r14', 'r15'],
    savedVectors: [],
  },
  win64: {
    argument: 'rcx',
    free: ['rax', 'rcx', 'rdx', 'r8', 'r9', 'r10', 'r11'],
    saved: ['rbx', 'rbp', 'rsi', 'rdi', 'r12', 'r13', 'r14', 'r15'],
    savedVectors: [6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  },
}

export interface CompiledFunction {
  /** Position-independent, to be placed at a multiple of `codeAlignment`. */
  readonly code: Uint8Array<ArrayBuffer>
  /** Counts loads and stores of spilled registers inside innermost loops. */
  innermostSpills(): number
  /** The code as people read it. */
  listing(): string
}

const numbersTo = (end: number): number[] => Array.from({ length: end }, (_, i) => i)

/**
 * Compiles a loop function of 8 lanes for AVX2 with FMA, or of 16 lanes for AVX-512. It is called with one pointer, to
 * its pointers (64 bits each), then begin and end (32 bits each).
 */
export function compileFunction(fn: LoopFunction, convention: CallingConvention): CompiledFunction {
  const { argument, free, saved, savedVectors } = conventions[convention]
  const code = lower(fn, machineRegister(argument))
  const evex = fn.width === 16
  // With EVEX, registers from 16 on come last: their instructions are longer, and on Windows they need no saving.
  const vectors = numbersTo(evex ? 32 : 16)
  const file: RegisterFile = {
    general: [...free, ...saved].map((name) => general[name]),
    vector: [
      ...vectors.filter((number) => !savedVectors.includes(number)),
      ...vectors.filter((number) => savedVectors.includes(number)),
    ],
    mask: numbersTo(8).slice(1),
  }
  const { used, frameBytes, innermostSpills } = allocate(code, file)
  const frame = makeFrame(
    saved.filter((name) => isIn(used.general, general[name])),
    savedVectors.filter((number) => isIn(used.vector, number)),
    frameBytes,
  )
  const end: Item[] = [
    machineInstruction('vzeroupper', 128, []),
    ...frame.leave,
    machineInstruction('ret', 64, []),
  ]
  // A spread would go through the items one by one.
  const items = frame.enter.concat(code.items, end)
  return { code: assemble(items), innermostSpills, listing: () => listing(items) }
}

const alignment = 64
const pageBytes = 4096

/** What comes before and after the body: saved registers, and a stack pointer aligned for spilled vectors. */
function makeFrame(
  saved: readonly (keyof typeof general)[],
  savedVectors: readonly number[],
  frameBytes: number,
): { enter: Item[]; leave: Item[] } {
  const stack = machineRegister('rsp')
  const scratch = machineRegister('rax')
  const pushed = saved.map(machineRegister)
  const enter: Item[] = pushed.map((register) => machineInstruction('push', 64, [register]))
  const leave: Item[] = [...pushed].reverse().map((register) => machineInstruction('pop', 64, [register]))
  if (frameBytes === 0 && savedVectors.length === 0) return { enter, leave }

  const vectorsAt = Math.ceil(frameBytes / 16) * 16
  const stackAt = vectorsAt + 16 * savedVectors.length
  const size = Math.ceil((stackAt + 8) / alignment) * alignment
  const slot = (bytes: number) => at(stack, bytes)
  enter.push(machineInstruction('mov', 64, [scratch, stack]))
  // Windows grows the stack page by page, as each is touched for the first time.
  for (let touched = pageBytes; touched < size; touched += pageBytes) {
    enter.push(machineInstruction('mov_store', 64, [slot(-touched), scratch]))
  }
  enter.push(
    machineInstruction('sub_imm32', 64, [stack, size]),
    machineInstruction('and_imm8', 64, [stack, -alignment]),
    machineInstruction('mov_store', 64, [slot(stackAt), scratch]),
  )
  const restored: Item[] = []
  savedVectors.forEach((number, i) => {
    const register = new Register('vector', 16, number)
    enter.push(machineInstruction('vmovups_store', 128, [slot(vectorsAt + 16 * i), register]))
    restored.push(machineInstruction('vmovups', 128, [register, slot(vectorsAt + 16 * i)]))
  })
  return { enter, leave: [...restored, machineInstruction('mov', 64, [stack, slot(stackAt)]), ...leave] }
}
