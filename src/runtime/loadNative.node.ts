import { partOf } from '../compiler/program.js'
import { callList, lineBytes, listedCall } from '../targets/x64/callLists.js'
import { type CodeMemory, loadCodeMemory } from '../targets/x64/codeMemory.js'
import { CrewList, writeAddress } from './crewList.js'
import type { NativeCode } from './messages.js'
import type { NativeGate } from './nativeGate.node.js'
import type { LinkedNative } from './workerCode.js'

/** Does what only native code can do. */
type Within = <T>(action: () => T) => T

/** Readies a worker to call machine code on a memory, and to help the caller's thread, inside its gate. */
export async function loadNative(
  memory: WebAssembly.Memory,
  native: NativeCode,
  thread: number,
  gate: NativeGate,
): Promise<LinkedNative> {
  gate.enter()
  try {
    const codeMemory = await loadCodeMemory()
    const helper = codeMemory.functionAt(native.helper)
    const line = codeMemory.addressOf(new Int32Array(native.crewList)) + BigInt(lineBytes * thread)
    const linked = linkNative(memory, native, codeMemory, { within: (action) => gate.within(action) })
    return { ...linked, help: () => helper(line) }
  } finally {
    gate.leave()
  }
}

interface KeptRun {
  readonly program: object
  readonly bases: ArrayLike<number>
  readonly helped: boolean
  readonly hasParts: boolean
}

export interface LinkOptions {
  readonly within?: Within
  /** The caller's thread and its helpers. Default: 1. */
  readonly threads?: number
}

/**
 * Makes functions of this thread from machine code. They take addresses relative to the memory's start, as in WebAssembly,
 * then begin and end. Calls that are left for later are noted side by side in one list, which `callerCode` goes through.
 */
export function linkNative(
  memory: WebAssembly.Memory,
  { caller, crewList }: NativeCode,
  codeMemory: CodeMemory,
  { within = (action) => action(), threads = 1 }: LinkOptions = {},
): LinkedNative {
  const base = Number(codeMemory.addressOf(new Uint8Array(memory.buffer)))
  const crewWords = new Int32Array(crewList)
  const crewAddress = Number(codeMemory.addressOf(crewWords))
  const crew = threads > 1 ? new CrewList(crewWords, crewAddress, threads) : undefined
  const callAll = codeMemory.functionAt(caller)
  const start = callList.first / 4
  let list: Int32Array
  let listAddress: bigint
  /** Where the next call is noted. */
  let end = start
  const makeList = (words: number): void => {
    list = new Int32Array(new ArrayBuffer(4 * words))
    listAddress = codeMemory.addressOf(list)
    writeAddress(list, callList.open / 4, crewAddress)
  }
  makeList(usualWords)

  /** The run that the list holds. */
  let kept: KeptRun | undefined
  /** How often calls were done since a run began, and whether helpers had parts of them. */
  let settled = 0
  let hasParts = false

  const callNoted = (): void => {
    callAll(listAddress)
    crew?.settled(list[callList.looks / 4])
  }

  const settle = (): void => {
    if (end === start) return
    // Behind the last call.
    list[end] = 0
    list[end + 1] = 0
    end = start
    settled++
    callNoted()
  }

  const readyFor = (words: number): void => {
    if (end + words + 2 <= list.length) return
    settle()
    if (end + words + 2 > list.length) within(() => makeList(end + words + 2))
  }

  /** Writes the block of a function: its pointers, 64 bits each, then begin and end. */
  const writeBlock = (
    words: Int32Array,
    at: number,
    numbers: readonly number[],
    from: number,
    to: number,
  ) => {
    const pointers = numbers.length - 2
    for (let i = 0; i < pointers; i++) writeAddress(words, at + 2 * i, base + numbers[i])
    words[at + 2 * pointers] = from
    words[at + 2 * pointers + 1] = to
  }

  return {
    settle,
    keep(program, bases, helped) {
      kept = settled === 1 ? { program, bases, helped, hasParts } : undefined
    },
    again(program, bases, helped) {
      if (kept?.program === program && kept.helped === helped && sameNumbers(kept.bases, bases)) {
        if (kept.hasParts) crew?.again()
        callNoted()
        return true
      }
      kept = undefined
      settled = 0
      hasParts = false
      return false
    },
    link(address) {
      const [low, high] = new Int32Array(BigInt64Array.of(address).buffer)
      const note = (numbers: readonly number[], isShared: boolean): void => {
        const blockWords = 2 * numbers.length - 2
        const words = listedCall.block / 4 + blockWords
        readyFor(words)
        kept = undefined
        const [begin, to] = [numbers[numbers.length - 2], numbers[numbers.length - 1]]
        list[end] = low
        list[end + 1] = high
        list[end + 2] = 4 * words
        list[end + 3] = 0
        const part =
          isShared && crew
            ? crew.parts(blockWords + 2, to, (words, at, from, to) => {
                words[at] = low
                words[at + 1] = high
                writeBlock(words, at + 2, numbers, from, to)
              })
            : 0
        if (part !== 0) hasParts = true
        writeAddress(list, end + listedCall.part / 4, part)
        writeBlock(
          list,
          end + listedCall.block / 4,
          numbers,
          begin,
          part === 0 ? to : partOf(to, 0, threads)[1],
        )
        end += words
      }
      return {
        leave: (numbers) => note(numbers, false),
        share: (numbers) => note(numbers, true),
        call(numbers) {
          note(numbers, false)
          settle()
        },
      }
    },
  }
}

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Words of the list, as a rule: some two hundred calls. With a buffer of its own from the start: small arrays without one move. */
const usualWords = 4096
