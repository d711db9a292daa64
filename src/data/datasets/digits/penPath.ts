/** More than the longest skeleton needs: 16 points of at most 12 lines each. */
const capacity = 256

/**
 * The way of the pen as short straight lines: point k, its pen radius, and whether the pen was set down there afresh.
 * One object serves all pictures of a run, so that drawing allocates nothing.
 */
export class PenPath {
  readonly x = new Float64Array(capacity)
  readonly y = new Float64Array(capacity)
  readonly radius = new Float64Array(capacity)
  /** 1 at the first point of each stroke. */
  readonly start = new Uint8Array(capacity)
  count = 0

  add(x: number, y: number, start: boolean): void {
    this.x[this.count] = x
    this.y[this.count] = y
    this.start[this.count] = start ? 1 : 0
    this.count++
  }
}
