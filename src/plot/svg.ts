import { font } from './palette.js'

export type Attributes = Readonly<Record<string, string | number | undefined>>

/** An element of an SVG drawing, as text. @param children text of elements; what people wrote goes through `escaped` first */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined)
  const head = [name, ...given.map(([key, value]) => `${key}="${escaped(shortened(value))}"`)].join(' ')
  return children.length === 0 ? `<${head}/>` : `<${head}>${children.join('')}</${name}>`
}

/** Text as it may stand in XML: characters that XML has no place for are left out. */
export function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** Hundredths of a pixel are enough. */
const shortened = (value: string | number | undefined): string =>
  typeof value === 'number' ? `${Math.round(value * 100) / 100}` : `${value}`

export interface TextStyle {
  readonly size: number
  readonly colour: string
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly weight?: 'bold'
}

/** A line of text; `y` is its base line. */
export const textAt = (
  x: number,
  y: number,
  text: string,
  { size, colour, anchor, weight }: TextStyle,
): string =>
  element(
    'text',
    { x, y, 'font-size': size, fill: colour, 'text-anchor': anchor, 'font-weight': weight },
    escaped(text),
  )

/** A whole drawing on white paper. @param title what it is called by those who cannot see it */
export const drawingOf = (width: number, height: number, title: string, ...children: string[]): string =>
  element(
    'svg',
    {
      ...{ xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}` },
      ...{ 'font-family': font, role: 'img', 'aria-label': title },
    },
    element('title', {}, escaped(title)),
    element('rect', { width, height, fill: '#ffffff' }),
    ...children,
  )
