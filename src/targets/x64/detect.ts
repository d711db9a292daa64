import { assemble } from './assembler.js'
import type { CodeMemory } from './codeMemory.js'
import { MachineCode } from './machineCode.js'
import { at, type general, machineRegister } from './operands.js'

/** What the processor at hand can do, and how large its caches are. */
export interface ProcessorFeatures {
  /** AVX2, FMA and BMI2: what functions of 8 lanes need. */
  readonly avx2: boolean
  /** AVX-512 F, BW, DQ and VL: what functions of 16 lanes need. */
  readonly avx512: boolean
  /** Bytes of one core's first-level data cache and second-level cache; undefined where the processor does not say. */
  readonly l1: number | undefined
  readonly l2: number | undefined
}

interface Registers {
  readonly eax: number
  readonly ebx: number
  readonly ecx: number
  readonly edx: number
}

/** Asks the processor, and the operating system for which registers it keeps. */
export function detectFeatures(memory: CodeMemory): ProcessorFeatures {
  const address = memory.place(cpuidCode(memory.convention === 'win64' ? 'rcx' : 'rdi'))
  try {
    const run = memory.functionAt(address)
    const words = new Int32Array(new ArrayBuffer(blockBytes))
    const block = memory.addressOf(words)
    const ask = (leaf: number, subleaf: number, kept = 0): Registers => {
      words.set([leaf, subleaf, kept])
      run(block)
      return { eax: words[3], ebx: words[4], ecx: words[5], edx: words[6] }
    }
    return readFeatures(ask, () => {
      ask(0, 0, 1)
      return words[7]
    })
  } finally {
    memory.remove(address)
  }
}

const blockBytes = 64

/** The block: leaf, subleaf, whether to ask for kept registers; then eax, ebx, ecx, edx of cpuid, and eax of xgetbv. */
function cpuidCode(argument: keyof typeof general): Uint8Array {
  const code = new MachineCode(32)
  const [rax, rbx, rcx, rdx, block] = (['rax', 'rbx', 'rcx', 'rdx', 'r8'] as const).map(machineRegister)
  const done = code.label('done')
  code.emit('push', 64, [rbx])
  code.emit('mov', 64, [block, machineRegister(argument)])
  code.emit('mov', 32, [rax, at(block)])
  code.emit('mov', 32, [rcx, at(block, 4)])
  code.emit('cpuid', 32, [])
  ;[rax, rbx, rcx, rdx].forEach((register, i) => {
    code.emit('mov_store', 32, [at(block, 12 + 4 * i), register])
  })
  code.emit('cmp_imm8', 32, [at(block, 8), 0])
  code.jump(done, 'e')
  code.emit('xor', 32, [rcx, rcx])
  code.emit('xgetbv', 32, [rax])
  code.emit('mov_store', 32, [at(block, 28), rax])
  code.place(done)
  code.emit('pop', 64, [rbx])
  code.emit('ret', 64, [])
  return assemble(code.items)
}

/** The features that cpuid and xgetbv tell of. Source: Intel SDM volume 2, CPUID; volume 1, chapter 13. */
export function readFeatures(
  ask: (leaf: number, subleaf: number) => Registers,
  keptRegisters: () => number,
): ProcessorFeatures {
  const all = (word: number, ...bits: number[]): boolean => bits.every((bit) => (word >>> bit) & 1)
  const mostLeaf = ask(0, 0).eax
  const basic = ask(1, 0).ecx
  const extended = mostLeaf >= 7 ? ask(7, 0).ebx : 0
  // FMA, OSXSAVE and AVX; only with OSXSAVE is there an xgetbv.
  const kept = all(basic, 12, 27, 28) ? keptRegisters() : 0
  const avx2 = all(kept, 1, 2) && all(extended, 5, 8)
  return {
    avx2,
    avx512: avx2 && all(kept, 5, 6, 7) && all(extended, 16, 17, 30, 31),
    ...readCaches(ask, mostLeaf),
  }
}

/** Intel's leaf 4, or AMD's like it. */
function readCaches(
  ask: (leaf: number, subleaf: number) => Registers,
  mostLeaf: number,
): Pick<ProcessorFeatures, 'l1' | 'l2'> {
  const sizes: { l1?: number; l2?: number } = {}
  const amd = ask(0, 0).ecx === 0x444d4163
  const leaf = amd ? 0x8000001d | 0 : 4
  const known = amd ? ask(0x80000000 | 0, 0).eax >>> 0 >= 0x8000001d : mostLeaf >= 4
  for (let i = 0; known && i < 8; i++) {
    const { eax, ebx, ecx } = ask(leaf, i)
    const [type, level] = [eax & 31, (eax >>> 5) & 7]
    if (type === 0) break
    const size = ((ebx >>> 22) + 1) * (((ebx >>> 12) & 1023) + 1) * ((ebx & 4095) + 1) * (ecx + 1)
    // 1: data, 3: data and code.
    if (level === 1 && type === 1) sizes.l1 = size
    if (level === 2 && (type === 1 || type === 3)) sizes.l2 = size
  }
  return { l1: sizes.l1, l2: sizes.l2 }
}
