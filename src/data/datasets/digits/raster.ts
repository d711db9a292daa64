import type { PenPath } from './penPath.js'
import type { SampleRandom } from './random.js'

/** How ink looks on the paper and in the scanner. */
export const ink = {
  /** Width of the soft edge of a stroke, in pixels. */
  softness: [1.1, 1.9],
  /** Brightness of full ink, as share of white. */
  strength: [0.9, 1.15],
  /** Deviation of the grain in the ink, as share of its brightness. */
  grain: [0.01, 0.07],
  /** Share of pictures with scanner noise on the paper, and its greatest deviation in grey levels. */
  noiseShare: 0.12,
  noise: 10,
} as const

/**
 * Paints the pen's way, white on black, into `pixels` from `offset`: `side * side` grey levels, row by row.
 *
 * The ink of a pixel falls off linearly across the edge of the stroke: `(radius - distance) / softness + 1/2` between 0
 * and 1, where distance is that of the pixel's centre from the nearest line and radius the pen's at the nearest point.
 */
export function paint(
  random: SampleRandom,
  path: PenPath,
  side: number,
  pixels: Uint8Array,
  offset: number,
): void {
  const softness = random.uniform(ink.softness[0], ink.softness[1])
  const coverage = coverageOf(path, side, softness)
  const strength = 255 * random.uniform(ink.strength[0], ink.strength[1])
  const grain = random.uniform(ink.grain[0], ink.grain[1])
  const noise = random.chance(ink.noiseShare) ? random.uniform(0, ink.noise) : 0
  for (let k = 0; k < side * side; k++) {
    let level = coverage[k]
    if (level > 0) level *= strength * (1 + random.bell(grain))
    if (noise > 0) level += random.bell(noise)
    pixels[offset + k] = Math.min(255, Math.max(0, Math.floor(level + 0.5)))
  }
}

let scratch = new Float64Array(0)

/** The share of ink in each pixel, 0 to 1. The array is reused by the next call. */
export function coverageOf(path: PenPath, side: number, softness: number): Float64Array {
  if (scratch.length !== side * side) scratch = new Float64Array(side * side)
  const coverage = scratch.fill(0)
  const { x, y, radius, start, count } = path
  for (let k = 1; k < count; k++) {
    if (start[k] === 1) continue
    const x0 = x[k - 1]
    const y0 = y[k - 1]
    const dx = x[k] - x0
    const dy = y[k] - y0
    const r0 = radius[k - 1]
    const dr = radius[k] - r0
    const reach = Math.max(r0, radius[k]) + softness / 2
    const left = Math.max(0, Math.floor(Math.min(x0, x[k]) - reach))
    const right = Math.min(side - 1, Math.floor(Math.max(x0, x[k]) + reach))
    const top = Math.max(0, Math.floor(Math.min(y0, y[k]) - reach))
    const bottom = Math.min(side - 1, Math.floor(Math.max(y0, y[k]) + reach))
    const inverse = 1 / (dx * dx + dy * dy + 1e-12)
    for (let row = top; row <= bottom; row++) {
      const py = row + 0.5 - y0
      for (let column = left; column <= right; column++) {
        const px = column + 0.5 - x0
        const t = Math.min(1, Math.max(0, (px * dx + py * dy) * inverse))
        const ex = px - t * dx
        const ey = py - t * dy
        const distance = Math.sqrt(ex * ex + ey * ey)
        const share = (r0 + t * dr - distance) / softness + 0.5
        const at = row * side + column
        if (share > coverage[at]) coverage[at] = Math.min(1, share)
      }
    }
  }
  return coverage
}
