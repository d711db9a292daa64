import { over } from '../targets/x64/callLists.js'
import { word } from './control.js'
import { Crew } from './crew.js'
import { looksWord, openWord } from './crewList.js'

/** Looks of machine code, of some tens of nanoseconds each, after which a helper has lost its core to others. */
const manyLooks = 2000

/**
 * A crew whose threads go through one run in machine code: helpers come when it begins, and take their parts of its launches from a list as
 * soon as each is open. The list is written anew only when all of them have gone.
 */
export class ListCrew extends Crew {
  constructor(
    words: Int32Array,
    threads: number,
    /** See `CrewList`. */
    private readonly list: Int32Array,
  ) {
    super(words, threads)
  }

  override begin(program: number): boolean {
    // While one has not come back from the run before, parts of which still lie in the list.
    if (Atomics.load(this.words, word.helpers) !== 0) return false
    const begins = super.begin(program)
    if (!begins) this.dismiss()
    return begins
  }

  override end(): void {
    this.dismiss()
    const looks = this.list[looksWord]
    this.judge(looks > manyLooks || (looks === 0 && !this.wakes))
  }

  private dismiss(): void {
    Atomics.store(this.list, openWord, over | 0)
    Atomics.store(this.words, word.offered, 0)
  }

  protected override open(): void {
    this.list[looksWord] = 1
    Atomics.store(this.list, openWord, 0)
    Atomics.store(this.words, word.offered, 1)
  }
}
