import { addCurve } from './curve.js'
import type { PenPath } from './penPath.js'
import type { SampleRandom } from './random.js'
import { type Style, stylesOf } from './skeletons.js'

/** How far hands differ. Lengths are in units of the digit's height, unless they say pixels. */
export const hand = {
  /** Each point of the skeleton moves by itself. */
  pointJitter: [0.006, 0.022],
  /** Width against height: a factor of mean + bell. */
  aspectMean: 1.1,
  aspect: 0.19,
  /** How much the top is wider than the bottom. */
  taper: 0.12,
  /** How far the middle of the digit moves up or down. */
  waist: 0.07,
  /** Slant to the right, as tangent: most people lean that way. */
  slantMean: 0.15,
  slant: 0.2,
  /** Rotation in radians. */
  rotation: 0.11,
  /** Displacement at the nodes of the elastic grid. */
  elastic: [0.02, 0.06],
  /** The longer side of the digit, in pixels. */
  size: [16, 20],
  /** The centre of the ink is this far from the picture's centre, in pixels. */
  offset: 0.9,
  /** The middle of every stroke stays this far from the edge, in pixels. */
  margin: 2.5,
  /** Radius of the pen, in pixels. */
  penRadius: [0.75, 2],
  /** The pressure of the hand changes the radius by this share. */
  pressure: 0.16,
  /** Share of digits with a gap where the pen left the paper, and its length in pixels. */
  gapShare: 0.04,
  gap: [0.8, 2.2],
} as const

const gridNodes = 3
const grid = new Float64Array(gridNodes * gridNodes * 2)
const controlX = new Float64Array(32)
const controlY = new Float64Array(32)

/** Writes one digit as a person would: chooses a style, bends and slants it, and fits it into a picture of `side` pixels. */
export function writeDigit(random: SampleRandom, digit: number, side: number, path: PenPath): void {
  path.count = 0
  const style = chooseStyle(random, digit)
  const jitter = random.uniform(hand.pointJitter[0], hand.pointJitter[1])
  for (const stroke of style.strokes) {
    const count = stroke.x.length
    for (let k = 0; k < count; k++) {
      controlX[k] = stroke.x[k] + random.bell(jitter)
      controlY[k] = stroke.y[k] + random.bell(jitter)
    }
    addCurve(path, controlX, controlY, stroke.corner, count)
  }
  bend(random, path)
  slantAndTurn(random, path)
  place(random, path, side)
  press(random, path)
  if (random.chance(hand.gapShare)) breakStroke(random, path)
}

function chooseStyle(random: SampleRandom, digit: number): Style {
  const styles = stylesOf(digit)
  let left = random.uniform(
    0,
    styles.reduce((sum, style) => sum + style.weight, 0),
  )
  for (const style of styles) {
    left -= style.weight
    if (left < 0) return style
  }
  return styles[styles.length - 1]
}

/** Taper, waist, and an elastic displacement: random vectors on a grid, interpolated smoothly in between. */
function bend(random: SampleRandom, path: PenPath): void {
  const taper = random.bell(hand.taper)
  const waist = random.bell(hand.waist)
  const elastic = random.uniform(hand.elastic[0], hand.elastic[1])
  for (let node = 0; node < grid.length; node++) grid[node] = random.bell(elastic)
  const { x, y, count } = path
  for (let k = 0; k < count; k++) {
    const u = x[k]
    const v = y[k]
    // The grid covers x from -0.2 to 1 and y from -0.1 to 1.1: the skeletons and the jitter around them.
    const column = Math.min(gridNodes - 1.001, Math.max(0, ((u + 0.2) / 1.2) * (gridNodes - 1)))
    const row = Math.min(gridNodes - 1.001, Math.max(0, ((v + 0.1) / 1.2) * (gridNodes - 1)))
    const left = Math.floor(column)
    const top = Math.floor(row)
    const right = smooth(column - left)
    const bottom = smooth(row - top)
    const corner = (top * gridNodes + left) * 2
    const below = corner + gridNodes * 2
    const weights = [(1 - right) * (1 - bottom), right * (1 - bottom), (1 - right) * bottom, right * bottom]
    const dx =
      grid[corner] * weights[0] +
      grid[corner + 2] * weights[1] +
      grid[below] * weights[2] +
      grid[below + 2] * weights[3]
    const dy =
      grid[corner + 1] * weights[0] +
      grid[corner + 3] * weights[1] +
      grid[below + 1] * weights[2] +
      grid[below + 3] * weights[3]
    x[k] = 0.33 + (u - 0.33) * (1 + taper * (0.5 - v) * 2) + dx
    y[k] = v + waist * 4 * v * (1 - v) + dy
  }
}

const smooth = (t: number): number => t * t * (3 - 2 * t)

function slantAndTurn(random: SampleRandom, path: PenPath): void {
  const aspect = hand.aspectMean + random.bell(hand.aspect)
  const slant = hand.slantMean + random.bell(hand.slant)
  // cos and sin of an angle from the tangent t of its half: rational, hence the same in every engine.
  const t = random.bell(hand.rotation) / 2
  const cos = (1 - t * t) / (1 + t * t)
  const sin = (2 * t) / (1 + t * t)
  const { x, y, count } = path
  for (let k = 0; k < count; k++) {
    const slanted = x[k] * aspect + (0.5 - y[k]) * slant
    const height = y[k]
    x[k] = slanted * cos - height * sin
    y[k] = slanted * sin + height * cos
  }
}

/** Scales the longer side to the wanted size and puts the centre of the ink near the centre of the picture. */
function place(random: SampleRandom, path: PenPath, side: number): void {
  const { x, y, start, count } = path
  let left = Number.POSITIVE_INFINITY
  let right = Number.NEGATIVE_INFINITY
  let top = Number.POSITIVE_INFINITY
  let bottom = Number.NEGATIVE_INFINITY
  let ink = 0
  let inkX = 0
  let inkY = 0
  for (let k = 0; k < count; k++) {
    left = Math.min(left, x[k])
    right = Math.max(right, x[k])
    top = Math.min(top, y[k])
    bottom = Math.max(bottom, y[k])
    if (start[k] === 1) continue
    const dx = x[k] - x[k - 1]
    const dy = y[k] - y[k - 1]
    const length = Math.sqrt(dx * dx + dy * dy)
    ink += length
    inkX += (length * (x[k] + x[k - 1])) / 2
    inkY += (length * (y[k] + y[k - 1])) / 2
  }
  const scale = random.uniform(hand.size[0], hand.size[1]) / Math.max(right - left, bottom - top)
  // A lopsided digit moves back inside rather than lose a foot.
  const within = (shift: number, first: number, last: number) =>
    Math.min(side - hand.margin - last * scale, Math.max(hand.margin - first * scale, shift))
  const shiftX = within(side / 2 + random.bell(hand.offset) - (inkX / ink) * scale, left, right)
  const shiftY = within(side / 2 + random.bell(hand.offset) - (inkY / ink) * scale, top, bottom)
  for (let k = 0; k < count; k++) {
    x[k] = x[k] * scale + shiftX
    y[k] = y[k] * scale + shiftY
  }
}

/** The pen's radius along the way: heavier and lighter in turns, thin where a quick hand sets off or ends. */
function press(random: SampleRandom, path: PenPath): void {
  const base = random.uniform(hand.penRadius[0], hand.penRadius[1])
  let from = random.bell(hand.pressure)
  let to = random.bell(hand.pressure)
  const { radius, count } = path
  const period = 9
  for (let k = 0; k < count; k++) {
    const phase = k % period
    if (phase === 0 && k > 0) {
      from = to
      to = random.bell(hand.pressure)
    }
    radius[k] = base * (1 + from + (to - from) * smooth(phase / period))
  }
}

/** Leaves a gap in the way: the pen ran dry, or left the paper. */
function breakStroke(random: SampleRandom, path: PenPath): void {
  const { x, y, start, radius, count } = path
  let k = 1 + random.integer(count - 1)
  // The round ends of the pen reach into the gap from both sides.
  let cut = random.uniform(hand.gap[0], hand.gap[1]) + 2 * radius[k]
  for (; k < count && cut > 0; k++) {
    const dx = x[k] - x[k - 1]
    const dy = y[k] - y[k - 1]
    start[k] = 1
    cut -= Math.sqrt(dx * dx + dy * dy)
  }
}
