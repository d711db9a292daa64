import type { Drawing } from './drawing.js'
import { ink } from './palette.js'
import { dataUrl, enlarged, type Pixels } from './pixels.js'
import { drawingOf, element, textAt } from './svg.js'
import { fitText, textWidth } from './textWidth.js'

/** A small picture among others. */
export interface Tile {
  readonly pixels: Pixels
  /** Lines below it. Default: none. */
  readonly caption?: readonly string[]
  /** Of the caption. Default: that of text. */
  readonly colour?: string
}

export interface TileSheetOptions {
  readonly title: string
  readonly note: string
  readonly tiles: readonly Tile[]
  readonly columns: number
  /** How many pixels of the drawing the longer side of each tile has. */
  readonly tileSize: number
}

const margin = 20
const gap = 10
const captionSize = 12
const captionLine = 16

/** Small pictures in rows, under a title, with their captions. */
export async function tileSheet({
  title,
  note,
  tiles,
  columns,
  tileSize,
}: TileSheetOptions): Promise<Drawing> {
  const lines = Math.max(...tiles.map(({ caption = [] }) => caption.length))
  const across = Math.min(columns, tiles.length)
  const [stepX, stepY] = [tileSize + gap, tileSize + lines * captionLine + gap]
  const inner = Math.max(
    across * stepX - gap,
    textWidth(note, 13),
    Math.min(560, textWidth(title, 18, 'bold')),
  )
  const top = 52
  const bottom = top + Math.ceil(tiles.length / across) * stepY
  const drawn = await Promise.all(
    tiles.map(async ({ pixels, caption = [], colour = ink.text }, i) => {
      const [left, upper] = [margin + (i % across) * stepX, top + Math.floor(i / across) * stepY]
      const longer = Math.max(pixels.width, pixels.height)
      const [width, height] = [pixels.width, pixels.height].map((side) => (tileSize * side) / longer)
      const place = { x: left + (tileSize - width) / 2, y: upper + (tileSize - height) / 2, width, height }
      const factor = Math.ceil(tileSize / longer)
      return [
        element('image', { ...place, href: await dataUrl(enlarged(pixels, factor)) }),
        element('rect', { ...place, fill: 'none', stroke: '#bbbbbb', 'stroke-width': 0.5 }),
        ...caption.map((line, row) => {
          const text = fitText(line, captionSize, stepX - 2)
          const base = upper + tileSize + (row + 1) * captionLine - 3
          return textAt(left + tileSize / 2, base, text, { size: captionSize, colour, anchor: 'middle' })
        }),
      ].join('')
    }),
  )
  const width = Math.ceil(inner) + 2 * margin
  const svg = drawingOf(
    width,
    Math.ceil(bottom) + 34,
    title,
    textAt(margin, 32, fitText(title, 18, inner, 'bold'), { size: 18, colour: ink.text, weight: 'bold' }),
    ...drawn,
    textAt(margin, bottom + 16, note, { size: 13, colour: ink.quiet }),
  )
  return { title, svg, tables: [] }
}
