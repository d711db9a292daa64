import { type AxisScale, type Curve, thin } from './curve.js'
import { font, ink } from './palette.js'
import type { PlotLibrary } from './plotLibrary.js'
import type { Panel } from './sheet.js'
import { textWidth } from './textWidth.js'
import { linearTicks, logTicks, type Ticks, wholeTicks } from './ticks.js'

export interface CurvePanelOptions {
  readonly title: string
  readonly xLabel: string
  readonly curves: readonly Curve[]
  readonly width: number
  readonly height: number
  /** Default: `'linear'`. */
  readonly xScale?: AxisScale
  /** On a `'log'` scale, numbers that are not above 0 are gaps. Default: `'linear'`. */
  readonly yScale?: AxisScale
}

/** Up to so many points in a diagram each is seen. */
const mostDots = 60
const crossSize = 11
/** Curves whose crosses stand in rows of their own. */
const mostCrosses = 4
const fontSize = 13
const margin = { top: 34, right: 16, bottom: 44 } as const
const most = { ticksX: 8, ticksY: 6 } as const

/** A diagram at a place of a sheet. */
export const placedPanel =
  (library: PlotLibrary, options: CurvePanelOptions): Panel =>
  (x, y) => {
    const svg = curvePanel(library, options)
    svg.setAttribute('x', `${x}`)
    svg.setAttribute('y', `${y}`)
    // A hundredth of a pixel is enough, and a third of the size.
    return library.serialize(svg).replaceAll(/ d="[^"]*"/g, (path) => path.replaceAll(/(\.\d\d)\d+/g, '$1'))
  }

/** One diagram of curves over whole numbers (epochs, steps), without its legend. Where a curve has no finite number, a cross stands at the upper edge. */
export function curvePanel(
  { Plot, document }: Pick<PlotLibrary, 'Plot' | 'document'>,
  { title, xLabel, curves, width, height, xScale = 'linear', yScale = 'linear' }: CurvePanelOptions,
): Element {
  const shown = curves
    .map((curve) => thin(curve, width))
    .map((curve) => ({ ...curve, y: shownOn(yScale, curve.y) }))
  const x = xAxis(
    shown.flatMap((curve) => extremesOf(curve.x)),
    xScale,
  )
  const y = yAxis(
    shown.flatMap((curve) => extremesOf(curve.y)),
    yScale,
  )
  const withDots = shown.reduce((sum, curve) => sum + curve.x.length, 0) <= mostDots
  const marginLeft =
    14 + Math.max(20, ...y.ticks.values.map((value) => textWidth(y.ticks.label(value), fontSize)))
  const svg = Plot.plot({
    ...{ document, width, height, marginLeft },
    ...{ marginTop: margin.top, marginRight: margin.right, marginBottom: margin.bottom },
    x: { type: xScale, domain: x.domain },
    y: { type: yScale, domain: y.domain },
    marks: [
      Plot.gridY(y.ticks.values, { stroke: ink.grid, strokeOpacity: 1 }),
      Plot.axisX(x.ticks.values, {
        ...{ text: x.ticks.label, label: null, color: ink.quiet, tickSize: 5, fontSize },
      }),
      Plot.axisY(y.ticks.values, {
        ...{ text: y.ticks.label, label: null, color: ink.quiet, tickSize: 0, fontSize },
      }),
      Plot.ruleY([y.domain[0]], { stroke: ink.quiet }),
      Plot.text([title], {
        ...{ frameAnchor: 'top-left', dx: -marginLeft, dy: -margin.top + 2, lineAnchor: 'top' },
        ...{ fontSize: 15, fontWeight: 'bold', fill: ink.text },
      }),
      Plot.text([xLabel], {
        ...{ frameAnchor: 'bottom', dy: margin.bottom - 4, lineAnchor: 'bottom', fontSize, fill: ink.quiet },
      }),
      ...shown.flatMap((curve, i) => marksOf(Plot, curve, i % mostCrosses, withDots)),
    ],
  })
  finish(svg, `${title} by ${xLabel}`)
  return svg
}

/** @param row of how many curves before this one the crosses stand above its own */
function marksOf(
  Plot: PlotLibrary['Plot'],
  { label, colour, dash, x, y }: Curve,
  row: number,
  withDots: boolean,
) {
  const dots = x.flatMap((_, i) => (hasDot(y, i, withDots) ? [i] : []))
  const missing = x.filter((_, i) => !Number.isFinite(y[i]))
  return [
    Plot.line(x, {
      ...{ x, y, stroke: colour, strokeWidth: 2, strokeDasharray: dash },
      ...{ strokeLinejoin: 'round', ariaLabel: () => label },
    }),
    Plot.dot(dots, {
      ...{ x: (i: number) => x[i], y: (i: number) => y[i], r: 3, fill: colour },
      title: (i: number) => `${label}, ${x[i]}: ${y[i]}`,
    }),
    Plot.dot(missing, {
      ...{ x: (value: number) => value, frameAnchor: 'top', dy: crossSize * row, symbol: 'times', r: 4 },
      ...{ stroke: colour, strokeWidth: 2, title: (value: number) => `${label}, ${value}: no finite number` },
    }),
  ]
}

/** Few points are seen one by one; of many, those that no line reaches. */
function hasDot(y: readonly number[], i: number, withDots: boolean): boolean {
  if (!Number.isFinite(y[i])) return false
  return withDots || !(Number.isFinite(y[i - 1]) || Number.isFinite(y[i + 1]))
}

const shownOn = (scale: AxisScale, values: readonly number[]): readonly number[] =>
  scale === 'linear' ? values : values.map((value) => (value > 0 ? value : Number.NaN))

/** The lowest and the highest finite number; none if there is none. */
function extremesOf(values: readonly number[]): number[] {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    if (value < lowest) lowest = value
    if (value > highest) highest = value
  }
  return lowest <= highest ? [lowest, highest] : []
}

interface Axis {
  readonly domain: [number, number]
  readonly ticks: Ticks
}

function xAxis(extremes: readonly number[], scale: AxisScale): Axis {
  const [first, last] = extremes.length === 0 ? [1, 1] : [Math.min(...extremes), Math.max(...extremes)]
  if (scale === 'log') {
    const from = Math.max(1, first)
    const to = Math.max(last, from * 10)
    return { domain: [from, to], ticks: logTicks(from, to, most.ticksX) }
  }
  // One epoch stands in the middle.
  const domain: [number, number] = first === last ? [first - 0.5, last + 0.5] : [first, last]
  return { domain, ticks: wholeTicks(first, last, most.ticksX) }
}

/** With room above and below, so that no curve runs along the edge. */
function yAxis(extremes: readonly number[], scale: AxisScale): Axis {
  const [lowest, highest] = extremes.length === 0 ? [0, 1] : [Math.min(...extremes), Math.max(...extremes)]
  if (scale === 'log') {
    const [from, to] = extremes.length === 0 ? [0.1, 1] : [lowest, highest]
    const room = from === to ? 2 : (to / from) ** 0.05
    const domain: [number, number] = [from / room, to * room]
    return { domain, ticks: logTicks(...domain, most.ticksY) }
  }
  const room = highest > lowest ? 0.05 * (highest - lowest) : Math.abs(highest) * 0.05 || 0.5
  // What is never negative is not shown as if it could be.
  const domain: [number, number] = [lowest >= 0 ? Math.max(0, lowest - room) : lowest - room, highest + room]
  return { domain, ticks: linearTicks(...domain, most.ticksY) }
}

/** Plot's own style sheet is for pages, where it would touch what stands around. */
function finish(svg: Element, title: string): void {
  const [style] = svg.getElementsByTagName('style')
  if (style) svg.removeChild(style)
  svg.removeAttribute('class')
  svg.setAttribute('font-family', font)
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', title)
}
