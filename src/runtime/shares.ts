import { partOf } from '../compiler/program.js'

/** Launches whose state is kept: a thread that is so many ahead writes over what no other thread needs any more. */
const ringSlots = 64

const countBits = 12
const mostUnits = 2 ** countBits - 1
const generationMask = 2 ** (32 - countBits) - 1

/**
 * Deals out the grids of a run's launches. Each thread owns an even part of a grid and takes from it half of what is left at a
 * time; one that has finished its own part goes on with the others' in the same way. So a core that is slower, or busy with
 * something else, holds the others up by its last item at most. What an item computes does not depend on who computes it.
 *
 * A word for each owner and slot of the ring holds the number of its launch, divided by the ring's length, and above it how many units
 * were taken. It need not be cleared between launches: a word of an earlier launch counts as nothing taken, and a word of a
 * later one can only mean that all of this launch was taken.
 */
export class Shares {
  /** The items that `take` took. */
  begin = 0
  end = 0

  constructor(
    private readonly words: Int32Array,
    private readonly start: number,
    private readonly thread: number,
    private readonly threads: number,
    /** Whether a thread takes all of its own part at once: where launches are so short that turns cost more than they even out. */
    private readonly takesWhole = threads === 1,
  ) {}

  /** Words of shared memory for so many threads, all zero at first. */
  static words(threads: number): number {
    return threads * ringSlots
  }

  /** Forgets the launches of a run. Only while no thread is in one. */
  reset(): void {
    this.words.fill(0, this.start, this.start + Shares.words(this.threads))
  }

  /**
   * Takes some items of a grid that nobody took yet, into `begin` and `end`; false when none is left.
   *
   * @param launch number of the launch in its run, the same in all threads
   */
  take(launch: number, grid: number): boolean {
    const { thread, threads } = this
    for (let i = 0; i < threads; i++) if (this.takeFrom((thread + i) % threads, launch, grid)) return true
    return false
  }

  private takeFrom(owner: number, launch: number, grid: number): boolean {
    const { words, thread, threads } = this
    const [first, last] = partOf(grid, owner, threads)
    const unit = Math.ceil((last - first) / mostUnits)
    const units = Math.ceil((last - first) / Math.max(unit, 1))
    const at = this.start + owner * ringSlots + (launch % ringSlots)
    const generation = Math.floor(launch / ringSlots) & generationMask
    for (;;) {
      const seen = Atomics.load(words, at)
      const ahead = distance(seen >>> countBits, generation)
      const taken = ahead === 0 ? seen & mostUnits : 0
      if (ahead > 0 || taken === units) return false
      const all = taken + Math.ceil((units - taken) / (this.takesWhole && owner === thread ? 1 : 2))
      if (Atomics.compareExchange(words, at, seen, (generation << countBits) | all) !== seen) continue
      this.begin = first + taken * unit
      this.end = Math.min(last, first + all * unit)
      return true
    }
  }
}

/** How far generation `a` is ahead of `b`, either of which may have wrapped around. */
const distance = (a: number, b: number): number => ((a - b) << countBits) >> countBits
