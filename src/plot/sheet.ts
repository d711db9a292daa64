import type { Drawing, Table } from './drawing.js'
import { ink, type LineStyle } from './palette.js'
import { drawingOf, element, textAt } from './svg.js'
import { fitText, textWidth } from './textWidth.js'

export interface LegendEntry extends LineStyle {
  readonly label: string
}

/** Diagrams of one size under a title and a legend. */
export interface SheetOptions {
  readonly title: string
  readonly legend: readonly LegendEntry[]
  /** Said below the diagrams. */
  readonly note?: string
  readonly panels: readonly Panel[]
  readonly panelWidth: number
  readonly panelHeight: number
  readonly columns: number
  readonly tables: readonly Table[]
}

/** A diagram at a place of the sheet, as text. */
export type Panel = (x: number, y: number) => string

const padding = 16
const gap = 24
const titleSize = 18
const legendSize = 13
const legendRow = 24
const sample = 30

export function sheet(options: SheetOptions): Drawing {
  const { title, legend, note, panels, panelWidth, panelHeight, tables } = options
  const columns = Math.min(options.columns, panels.length)
  const width = 2 * padding + columns * panelWidth + (columns - 1) * gap
  const inner = width - 2 * padding
  const entries = legendLines(legend, inner)
  const top = padding + titleSize + 12
  const panelTop = top + entries.rows * legendRow + (entries.rows > 0 ? 8 : 0)
  const rows = Math.ceil(panels.length / columns)
  const bottom = panelTop + rows * panelHeight + (rows - 1) * gap
  const noteHeight = note === undefined ? 0 : 24
  const svg = drawingOf(
    width,
    bottom + noteHeight + padding,
    title,
    textAt(padding, padding + titleSize - 3, fitText(title, titleSize, inner, 'bold'), {
      size: titleSize,
      colour: ink.text,
      weight: 'bold',
    }),
    element('g', { transform: `translate(${padding} ${top})` }, ...entries.texts),
    ...panels.map((panel, i) =>
      panel(
        padding + (i % columns) * (panelWidth + gap),
        panelTop + Math.floor(i / columns) * (panelHeight + gap),
      ),
    ),
    ...(note === undefined
      ? []
      : [textAt(padding, bottom + 20, note, { size: legendSize, colour: ink.quiet })]),
  )
  return { title, svg, tables }
}

/** Entries beside each other, as many as go on a line. */
function legendLines(legend: readonly LegendEntry[], width: number) {
  let [x, row] = [0, 0]
  const texts = legend.flatMap(({ label, colour, dash }) => {
    const text = fitText(label, legendSize, width - sample - 8)
    const needed = sample + 8 + textWidth(text, legendSize)
    if (x > 0 && x + needed > width) {
      x = 0
      row++
    }
    const [left, middle] = [x, row * legendRow + legendRow / 2]
    x += needed + 20
    return [
      element('line', {
        ...{ x1: left, x2: left + sample, y1: middle, y2: middle },
        ...{ stroke: colour, 'stroke-width': 2.5, 'stroke-dasharray': dash },
      }),
      textAt(left + sample + 8, middle + 4.5, text, { size: legendSize, colour: ink.text }),
    ]
  })
  return { texts, rows: legend.length === 0 ? 0 : row + 1 }
}
