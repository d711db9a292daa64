import { ArgumentError } from '../errors.js'

/** When something is saved: after each epoch, or after every so many batches, counted over epochs. */
export type SaveFrequency = 'epoch' | number

/** Counts batches when they begin, and says which of them are due. */
export class BatchCount {
  /** Batches begun since the last one that was due. */
  seen = 0
  private due: number | undefined

  /** @throws ArgumentError for what is no frequency */
  constructor(
    private readonly frequency: SaveFrequency,
    title: string,
  ) {
    if (frequency === 'epoch' || (Number.isInteger(frequency) && frequency >= 1)) return
    throw new ArgumentError(
      `${title}: expected saveFreq 'epoch' or a number of batches of at least 1, received ${String(frequency)}.`,
    )
  }

  begin(batch: number): void {
    this.due = undefined
    if (this.frequency === 'epoch' || ++this.seen < this.frequency) return
    this.seen = 0
    this.due = batch
  }

  /** Whether the batch that was begun last is due. */
  isDue(batch: number): boolean {
    return batch === this.due
  }
}
