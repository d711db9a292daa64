/** A column of a table: its heading, the characters of its text, and where the text stands. */
export interface Column {
  readonly header: string
  readonly width: number
  readonly align: 'left' | 'right' | 'center'
}

/** A table with a frame, as Keras prints it; text that is too long for its column goes on in the next line. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const rule = (left: string, line: string, cross: string, right: string) =>
    left + columns.map(({ width }) => line.repeat(width + 2)).join(cross) + right
  const cells = (row: readonly string[], bar: string) => {
    const wrapped = row.map((text, i) => wrap(text, columns[i].width))
    const height = Math.max(...wrapped.map((lines) => lines.length))
    return Array.from({ length: height }, (_, y) => {
      const line = columns.map((column, i) => ` ${pad(wrapped[i][y] ?? '', column)} `)
      return bar + line.join(bar) + bar
    })
  }
  const headers = columns.map(({ header }) => header)
  const body = rows.map((row) => cells(row, '│'))
  return [
    rule('┏', '━', '┳', '┓'),
    ...cells(headers, '┃'),
    rule('┡', '━', '╇', '┩'),
    ...body.flatMap((lines, i) => (i === 0 ? lines : [rule('├', '─', '┼', '┤'), ...lines])),
    rule('└', '─', '┴', '┘'),
  ]
}

/**
 * The widths of columns that would be wider together than `total`, frame included, each made smaller by the same: what is left
 * after a column is divided among those behind it, halves to the even number, as the library does that Keras prints with.
 */
export function fitWidths(widths: readonly number[], total: number): number[] {
  const cells = widths.map((width) => width + 2)
  let excess = cells.reduce((sum, width) => sum + width, 0) - (total - widths.length - 1)
  return cells.map((cell, i) => {
    const cut = Math.min(cell, roundHalfEven(excess / (cells.length - i)))
    excess -= cut
    return Math.max(1, cell - cut - 2)
  })
}

/** The nearest integer, of two the even one, as Python rounds. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

function pad(text: string, { width, align }: Column): string {
  if (align === 'left') return text.padEnd(width)
  if (align === 'right') return text.padStart(width)
  return text.padStart(Math.floor((width + text.length) / 2)).padEnd(width)
}

/** Lines of at most `width` characters, broken at blanks; a word that is longer than a line ends in an ellipsis. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const [word] of text.matchAll(/\s*\S+\s*/g)) {
    if (line !== '' && line.length + word.trimEnd().length > width) {
      lines.push(line)
      line = ''
    }
    line += word
  }
  return [...lines, line].map((each) => cutTo(each.trimEnd(), width))
}

const cutTo = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text
