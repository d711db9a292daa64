import { partOf } from '../compiler/program.js'
import { crewLine, crewPart, lineBytes, partState } from '../targets/x64/callLists.js'

const lineWords = lineBytes / 4

/** Words of the list that a crew shares, without parts. */
const wordsBefore = (threads: number): number => threads * lineWords

/** Bytes of a list with room for some hundred launches. */
export const crewListBytes = (threads: number): number => 4 * wordsBefore(threads) + 49_152 * (threads - 1)

/** Where the number of the launch that is open stands, and the looks of the caller's thread in the last run: see `callList`. */
export const openWord = 0
export const looksWord = 1

/** The caller's thread's side of what a crew shares, as `callLists.ts` says: it writes parts, and hands them out by a call of machine code. */
export class CrewList {
  private used: number
  /** Where the address of each helper's next part goes. */
  private readonly ends: number[]
  /** Where the parts of the last run stand, those of one launch side by side. */
  private readonly places: number[] = []
  private isOver = false

  /** @param address of the first word */
  constructor(
    private readonly words: Int32Array,
    private readonly address: number,
    private readonly threads: number,
  ) {
    this.used = wordsBefore(threads)
    this.ends = Array.from({ length: threads }, (_, thread) => firstPartOf(thread))
    for (let thread = 1; thread < threads; thread++) {
      writeAddress(words, thread * lineWords + crewLine.open / 4, address)
    }
  }

  /**
   * Notes the helpers' parts of a call, which `write` writes: the function's address, then its own block. Returns the first one's address;
   * 0 if there is no room, or if parts of this run were handed out before.
   */
  parts(
    words: number,
    grid: number,
    write: (list: Int32Array, at: number, begin: number, end: number) => void,
  ): number {
    const { words: list, threads } = this
    if (this.isOver) this.restart()
    const length = Math.ceil((crewPart.function / 4 + words) / lineWords) * lineWords
    if (list[openWord] !== 0 || this.used + length * (threads - 1) > list.length) return 0
    const first = this.addressOf(this.used)
    for (let thread = 1; thread < threads; thread++) {
      const at = this.used
      this.used += length
      this.places.push(at)
      list[at + crewPart.state / 4] = partState.free
      writeAddress(list, at + crewPart.next / 4, 0)
      writeAddress(list, at + crewPart.sibling / 4, thread + 1 < threads ? this.addressOf(this.used) : 0)
      const [begin, end] = partOf(grid, thread, threads)
      write(list, at + crewPart.function / 4, begin, end)
      writeAddress(list, this.ends[thread], this.addressOf(at))
      this.ends[thread] = at + crewPart.next / 4
    }
    return first
  }

  /** All parts were computed. */
  settled(looks: number): void {
    const { words, threads, places } = this
    if (this.isOver || places.length === 0) return
    for (let thread = 1; thread < threads; thread++) writeAddress(words, firstPartOf(thread), 0)
    words[looksWord] = looks
    this.isOver = true
  }

  /** The parts of the last run are to be computed once more. */
  again(): void {
    const { words, threads, places } = this
    if (!this.isOver) return
    for (let i = 0; i < places.length; i++) words[places[i] + crewPart.state / 4] = partState.free
    for (let thread = 1; thread < threads; thread++) {
      writeAddress(words, firstPartOf(thread), this.addressOf(places[thread - 1]))
    }
    this.isOver = false
  }

  private restart(): void {
    const { threads } = this
    this.used = wordsBefore(threads)
    this.places.length = 0
    for (let thread = 1; thread < threads; thread++) this.ends[thread] = firstPartOf(thread)
    this.isOver = false
  }

  private addressOf(word: number): number {
    return this.address + 4 * word
  }
}

const firstPartOf = (thread: number): number => thread * lineWords + crewLine.firstPart / 4

const halfWord = 2 ** 32

/** Writes 64 bits: stored into 32-bit elements, numbers lose what lies above them. */
export function writeAddress(words: Int32Array, at: number, address: number): void {
  words[at] = address
  words[at + 1] = address / halfWord
}
