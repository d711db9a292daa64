import { ArgumentError, GradusError } from '../errors.js'
import type { TargetTraits } from '../loops/traits.js'
import { callerCode } from '../targets/x64/callerCode.js'
import { type CodeMemory, codeAlignment, loadCodeMemory } from '../targets/x64/codeMemory.js'
import { compileFunction } from '../targets/x64/compileFunction.js'
import { detectFeatures, type ProcessorFeatures } from '../targets/x64/detect.js'
import { helperCode } from '../targets/x64/helperCode.js'
import { crewListBytes } from './crewList.js'
import type { Debug } from './debug.js'
import { environment } from './environment.js'
import { ListCrew } from './listCrew.js'
import { linkNative } from './loadNative.node.js'
import type { NativeCode } from './messages.js'
import { nodePlatform } from './platform.node.js'
import type { NativeTeam } from './sharedTeam.js'
import { defaultThreads, sharedWorkers } from './sharedWorkers.js'
import { type CompiledUnit, WorkerBackend } from './workerBackend.js'
import { WorkerCode } from './workerCode.js'

export interface X64BackendChoices {
  /** Default: as many as the machine runs at once, at most 16. */
  readonly threads?: number
  readonly debug: Debug
  /** Lanes: 16 for AVX-512, 8 for AVX2. Default: the most that the processor has. */
  readonly width?: 8 | 16
  /** Whether to take the time of each launch. Default: false. */
  readonly timed?: boolean
}

/** Whether this process can run machine code, and how wide; or why not. */
export type X64Status =
  | { readonly available: true; readonly memory: CodeMemory; readonly features: ProcessorFeatures }
  | { readonly available: false; readonly reason: string }

/**
 * Finds out what it takes to run machine code: the package koffi, memory for code, AVX2. `GRADUS_SIMD` sets the widest
 * vectors to be used, as if the processor had no others: `avx512`, `avx2`, or `none`.
 */
export async function x64Status(): Promise<X64Status> {
  const widest = widestVectors()
  if (widest === 'none') {
    return {
      available: false,
      reason: 'Vectors of the processor are not to be used (GRADUS_SIMD is "none").',
    }
  }
  try {
    const memory = await loadCodeMemory()
    const found = detectFeatures(memory)
    const features = { ...found, avx512: found.avx512 && widest === 'avx512' }
    if (features.avx2) return { available: true, memory, features }
    return { available: false, reason: 'The processor has no AVX2 with FMA and BMI2.' }
  } catch (error) {
    if (error instanceof GradusError) return { available: false, reason: error.message }
    throw error
  }
}

const vectorNames = ['none', 'avx2', 'avx512'] as const

function widestVectors(): (typeof vectorNames)[number] {
  const name: string = environment('GRADUS_SIMD') ?? 'avx512'
  const known = vectorNames.find((vectors) => vectors === name)
  if (known) return known
  throw new ArgumentError(`GRADUS_SIMD: expected one of ${vectorNames.join(', ')}; received "${name}".`)
}

/** The backend for machine code, or the reason why there is none here. */
export async function createX64Backend(choices: X64BackendChoices): Promise<WorkerBackend | string> {
  const status = await x64Status()
  if (!status.available) return status.reason
  const { memory, features } = status
  const width = choices.width ?? (features.avx512 ? 16 : 8)
  if (width === 16 && !features.avx512) return 'The processor has no AVX-512 (F, BW, DQ and VL).'
  const { debug, timed, threads = defaultThreads(nodePlatform) } = choices
  const crewList = new SharedArrayBuffer(crewListBytes(threads))
  const code: NativeCode = { ...threadCode(memory), crewList }
  const native: NativeTeam = {
    code,
    crew: (words, members) => new ListCrew(words, members, new Int32Array(crewList)),
  }
  const workers = await sharedWorkers(nodePlatform, { threads, debug, native })
  const shared = workers.memory.memory
  return new WorkerBackend({
    name: 'x64',
    workers,
    here: new WorkerCode(shared, 0, 1, linkNative(shared, code, memory, { threads })),
    traits: x64Traits(width, features),
    lowestAddress: codeAlignment,
    emit: (fn) => {
      const { code, listing } = compileFunction(fn, memory.convention)
      debug.show('asm', `code of ${fn.name}`, listing)
      return code
    },
    compile: (codes) => nativeUnit(codes, memory),
    timed,
  })
}

/** Tiles leave registers for the vectors of B and for one broadcast element of A. */
const tiles = { 8: { rows: 6, vectors: 2 }, 16: { rows: 14, vectors: 2 } } as const

export function x64Traits(width: 8 | 16, { l1, l2 }: ProcessorFeatures): TargetTraits {
  const tile = tiles[width]
  return {
    name: width === 16 ? 'x64 AVX-512' : 'x64 AVX2',
    width,
    fusedMulAdd: true,
    tile,
    accumulators: tile.rows * tile.vectors,
    vectorRegisters: 2 * width,
    cache: { l1: l1 ?? 32 * 1024, l2: l2 ?? 512 * 1024 },
  }
}

/** Placed once in a process, and kept: an executor that was closed may be used again. */
let placedCode: Pick<NativeCode, 'caller' | 'helper'> | undefined

/** The code by which threads call functions, and help each other. */
function threadCode(memory: CodeMemory): Pick<NativeCode, 'caller' | 'helper'> {
  if (!placedCode) {
    const codes = [callerCode(memory.convention), helperCode(memory.convention)]
    const [caller, helper] = placeCodes(codes, memory).addresses
    placedCode = { caller, helper }
  }
  return placedCode
}

/** Functions as a unit of their own. */
function nativeUnit(functions: readonly Uint8Array[], memory: CodeMemory): CompiledUnit {
  const { place, byteLength, addresses } = placeCodes(functions, memory)
  const code = Promise.resolve({ type: 'native', addresses } as const)
  return { byteLength, code, release: removal(memory, place) }
}

/** Puts codes side by side into executable memory. */
function placeCodes(codes: readonly Uint8Array[], memory: CodeMemory) {
  const offsets: number[] = []
  let length = 0
  for (const code of codes) {
    offsets.push(length)
    length += Math.ceil(code.length / codeAlignment) * codeAlignment
  }
  const bytes = new Uint8Array(length)
  codes.forEach((code, i) => {
    bytes.set(code, offsets[i])
  })
  const place = memory.place(bytes)
  return { place, byteLength: length, addresses: offsets.map((offset) => place + BigInt(offset)) }
}

/** Made apart, so that what is kept to the end does not keep the functions' intermediate code. */
const removal = (memory: CodeMemory, address: bigint) => () => memory.remove(address)
