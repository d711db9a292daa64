import uPlot from 'uplot'
import { shortNumber } from '../../plot/ticks.js'
import { type ChartData, type Line, smoothed } from './curves.js'
import { element, scrolling, table } from './dom.js'

export interface ChartLook {
  readonly isLog: boolean
  /** 0 for none, up to below 1. */
  readonly smoothing: number
  /** Of a line: its colour. Validation is dashed. */
  readonly colourOf: (run: string) => string
  readonly text: string
  readonly grid: string
}

const HEIGHT = 230
/** Rows of the table that says in numbers what a chart shows. */
const MOST_ROWS = 100
const font = '12px system-ui, sans-serif'
/** Steps and epochs are whole. */
const wholeIncrements = [1, 2, 5]
  .flatMap((factor) => Array.from({ length: 9 }, (_, power) => factor * 10 ** power))
  .sort((a, b) => a - b)

/**
 * One chart, drawn on a canvas, so that 100,000 points are drawn in the time of a frame or two. What it shows stands below in numbers: those
 * at the cursor, which moves by keyboard too, and a table.
 */
export class Chart {
  readonly element: HTMLElement
  private readonly drawing = element('div', { className: 'drawing', tabIndex: 0, role: 'group' })
  private readonly readout = element('output', { className: 'readout' })
  private readonly numbers = element('details', { className: 'numbers' }, element('summary', {}, 'Numbers'))
  private readonly heading = element('h3')
  private plot: uPlot | undefined
  private signature = ''
  private isZoomed = false
  private lines: readonly Line[] = []
  private xTitle = ''

  constructor() {
    this.element = element(
      'article',
      { className: 'chart' },
      this.heading,
      this.drawing,
      this.readout,
      this.numbers,
    )
    this.drawing.addEventListener('keydown', (event) => this.onKey(event))
    this.drawing.addEventListener('dblclick', () => {
      this.isZoomed = false
    })
    this.numbers.addEventListener('toggle', () => this.writeNumbers())
    new ResizeObserver(() => {
      const width = this.drawing.clientWidth
      if (this.plot && width > 0 && width !== this.plot.width) this.plot.setSize({ width, height: HEIGHT })
    }).observe(this.drawing)
  }

  show({ title, xTitle, lines, mayBeLog }: ChartData, look: ChartLook): void {
    this.lines = lines
    this.xTitle = xTitle
    this.heading.textContent = title
    const isLog = look.isLog && mayBeLog
    const shown = lines.map(({ x, y }) => ({
      x,
      y: smoothed(y, look.smoothing).map((value) =>
        Number.isFinite(value) && (!isLog || value > 0) ? value : null,
      ),
    }))
    const count = shown.reduce((sum, { x }) => sum + x.length, 0)
    this.drawing.dataset.points = `${count}`
    this.drawing.setAttribute(
      'aria-label',
      `${title} by ${xTitle}: ${described(lines)}. Arrow keys move the cursor.`,
    )
    const data = joined(shown)
    const colours = lines.map(({ run }) => look.colourOf(run))
    const signature = JSON.stringify([
      lines.map(({ run, part }) => [run, part]),
      colours,
      xTitle,
      isLog,
      look.text,
    ])
    if (this.plot && signature === this.signature) {
      this.plot.setData(data, !this.isZoomed)
      if (this.isZoomed) this.plot.redraw()
    } else {
      this.signature = signature
      this.plot?.destroy()
      this.plot = this.draw(data, { isLog, look, colours })
    }
  }

  destroy(): void {
    this.plot?.destroy()
    this.element.remove()
  }

  private draw(
    data: uPlot.AlignedData,
    {
      isLog,
      look,
      colours,
    }: { readonly isLog: boolean; readonly look: ChartLook; readonly colours: readonly string[] },
  ): uPlot {
    const axis = {
      ...{ stroke: look.text, font, labelFont: font, labelSize: 16, labelGap: 0 },
      grid: { stroke: look.grid, width: 1 },
      ticks: { stroke: look.grid, width: 1, size: 4 },
      values: (_: uPlot, splits: readonly number[]) =>
        splits.map((value) => (value === null ? '' : shortNumber(value))),
    }
    const isWhole = this.xTitle === 'step' || this.xTitle === 'epoch'
    return new uPlot(
      {
        width: Math.max(200, this.drawing.clientWidth || 400),
        height: HEIGHT,
        padding: [10, 12, 0, 0],
        legend: { show: false },
        cursor: { drag: { x: true, y: false }, points: { size: 7 } },
        scales: { x: { time: false }, y: { distr: isLog ? 3 : 1 } },
        axes: [
          { ...axis, label: this.xTitle, size: 30, ...(isWhole && { incrs: wholeIncrements }) },
          { ...axis, size: 48 },
        ],
        series: [
          {},
          ...this.lines.map(({ part }, i) => ({
            ...{ stroke: colours[i], width: 1.75, spanGaps: false },
            ...(part === 'validation' && { dash: [7, 4] }),
          })),
        ],
        hooks: {
          setCursor: [() => this.writeReadout()],
          setSelect: [({ select }) => (this.isZoomed ||= select.width > 0)],
        },
      },
      data,
      this.drawing,
    )
  }

  private onKey(event: KeyboardEvent): void {
    const { plot } = this
    const last = (plot?.data[0].length ?? 0) - 1
    if (!plot || last < 0) return
    const at = plot.cursor.idx ?? 0
    const page = Math.max(1, Math.round(last / 20))
    const moves: Readonly<Record<string, number>> = {
      ...{ ArrowLeft: at - 1, ArrowRight: at + 1, PageUp: at - page, PageDown: at + page },
      ...{ Home: 0, End: last },
    }
    if (event.key === 'Escape') {
      this.isZoomed = false
      plot.setData(plot.data)
    } else if (event.key in moves) {
      event.preventDefault()
      const index = Math.min(last, Math.max(0, moves[event.key]))
      plot.setCursor({
        left: plot.valToPos(plot.data[0][index], 'x'),
        top: plot.bbox.height / 3 / devicePixelRatio,
      })
    }
  }

  private writeReadout(): void {
    const { plot } = this
    const index = plot?.cursor.idx
    if (!plot || index === null || index === undefined || (plot.cursor.left ?? -1) < 0) {
      this.readout.replaceChildren()
      return
    }
    const values = this.lines.map(({ run, part }, i) => {
      const value = lastAt(plot.data[i + 1], index)
      return element(
        'span',
        {},
        `${run}${part === 'validation' ? ' (validation)' : ''} ${value === undefined ? '–' : shortNumber(value)}`,
      )
    })
    const x = plot.data[0][index]
    this.readout.replaceChildren(element('b', {}, `${this.xTitle} ${shortNumber(x)}`), ...values)
  }

  private writeNumbers(): void {
    const [summary] = this.numbers.children
    this.numbers.replaceChildren(summary)
    if (!this.numbers.open) return
    const [xs, ...columns] = joined(this.lines.map(({ x, y }) => ({ x, y })))
    const stride = Math.max(1, Math.ceil(xs.length / MOST_ROWS))
    const rows = Array.from({ length: Math.ceil(xs.length / stride) }, (_, i) => {
      // The last row is the last point.
      const at = xs.length - 1 - (Math.ceil(xs.length / stride) - 1 - i) * stride
      return [shortNumber(xs[at]), ...columns.map((column) => textOf(column[at]))]
    })
    const head = this.lines.map(({ run, part }) => (part === 'validation' ? `${run}, validation` : run))
    const title = this.heading.textContent ?? ''
    const caption =
      stride > 1 ? `${title}: each ${stride}th point, when this was opened` : `${title}, when this was opened`
    this.numbers.append(scrolling(`${title} in numbers`, table([this.xTitle, ...head], rows, caption)))
  }
}

const textOf = (value: number | null | undefined): string =>
  value === undefined ? '' : value === null || Number.isNaN(value) ? 'not finite' : shortNumber(value)

/** What somebody who cannot see a chart is told of it. */
function described(lines: readonly Line[]): string {
  const ends = lines.map(({ run, part, y }) => {
    const last = y.at(-1)
    return `${run}, ${part}, ${y.length} points${last === undefined ? '' : `, last ${textOf(last)}`}`
  })
  return ends.join('; ')
}

/** Curves over one axis, as uPlot takes them: where a curve has no point, nothing; where it is not finite, null. */
function joined(
  curves: readonly { readonly x: readonly number[]; readonly y: readonly (number | null)[] }[],
): uPlot.AlignedData {
  const tables = curves.map(({ x, y }) => [x, y] as unknown as uPlot.AlignedData)
  if (tables.length === 0) return [[]]
  return tables.length === 1 ? tables[0] : uPlot.join(tables)
}

/** The value at an index, or the last one before. */
function lastAt(column: ArrayLike<number | null | undefined>, index: number): number | undefined {
  for (let i = index; i >= 0; i--) {
    const value = column[i]
    if (value !== undefined && value !== null) return value
  }
  return undefined
}
