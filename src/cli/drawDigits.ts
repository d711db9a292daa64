/** What a terminal can show: characters only, the 256 colours of xterm, or 24-bit colours. */
export type TerminalColors = 'none' | '256' | 'truecolor'

export interface DrawnDigit {
  /** 28 * 28 grey levels, white (255) on black (0), row by row. */
  readonly image: Uint8Array
  /** Shown under the picture, centred; what is longer than the picture is wide is cut. */
  readonly caption: string
  /** Colours the caption green (true) or red (false), where there are colours. */
  readonly correct?: boolean
}

export interface DrawDigitsOptions {
  /** Columns of the terminal; default 80. */
  readonly columns?: number
  /** Default 'none'. */
  readonly colors?: TerminalColors
}

/** The colours that an output stream shows. Node heeds NO_COLOR, FORCE_COLOR, COLORTERM and TERM. */
export function terminalColors(stream: { isTTY?: boolean; getColorDepth?: () => number }): TerminalColors {
  const depth = stream.isTTY === true ? (stream.getColorDepth?.() ?? 1) : 1
  if (depth >= 24) return 'truecolor'
  return depth >= 8 ? '256' : 'none'
}

const side = 28
/** Characters of a picture: 14 columns and 7 rows, since a character is about twice as high as wide. */
const width = 14
const height = 7
const gap = 2

/**
 * Draws digits side by side as lines of text, as many in a row as fit, each with its caption below.
 *
 * With colours a character shows two square pixels, one above the other, each the mean of 2 x 2 of the image; without, a
 * braille character shows the 2 x 4 pixels of the image that it covers as dots.
 *
 * @returns lines without line ends; with colours they end in the reset sequence
 */
export function drawDigits(digits: readonly DrawnDigit[], options: DrawDigitsOptions = {}): string[] {
  const { columns = 80, colors = 'none' } = options
  const perRow = Math.max(1, Math.floor((columns + gap) / (width + gap)))
  const lines: string[] = []
  for (let from = 0; from < digits.length; from += perRow) {
    const row = digits.slice(from, from + perRow)
    if (from > 0) lines.push('')
    const pictures = row.map(({ image }) =>
      colors === 'none' ? brailleLines(image) : greyLines(image, colors),
    )
    for (let line = 0; line < height; line++) {
      lines.push(
        pictures
          .map((picture) => picture[line])
          .join(' '.repeat(gap))
          .trimEnd(),
      )
    }
    lines.push(
      row
        .map((digit) => captionLine(digit, colors))
        .join(' '.repeat(gap))
        .trimEnd(),
    )
  }
  return lines
}

/** From this grey level on a pixel is a dot. */
const dotLevel = 96

/** The bit of each dot of a braille character (Unicode block 2800), by row and column of the dot. */
const brailleBits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
]

function brailleLines(image: Uint8Array): string[] {
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => {
      let bits = 0
      for (let y = 0; y < 4; y++) {
        for (let x = 0; x < 2; x++) {
          if (image[(4 * row + y) * side + 2 * column + x] >= dotLevel) bits |= brailleBits[y][x]
        }
      }
      return bits === 0 ? ' ' : String.fromCharCode(0x2800 + bits)
    }).join(''),
  )
}

function greyLines(image: Uint8Array, colors: '256' | 'truecolor'): string[] {
  return Array.from({ length: height }, (_, row) => {
    const cells = Array.from({ length: width }, (_, column) => {
      const upper = color(brightness(image, 2 * row, column), colors)
      const lower = color(brightness(image, 2 * row + 1, column), colors)
      return `\x1b[38;${upper};48;${lower}m▀`
    })
    return `${cells.join('')}\x1b[0m`
  })
}

/** The mean of 2 x 2 pixels, 0 to 1, raised a little: strokes two pixels wide seldom fill all four. */
function brightness(image: Uint8Array, row: number, column: number): number {
  const at = 2 * row * side + 2 * column
  const sum = image[at] + image[at + 1] + image[at + side] + image[at + side + 1]
  return Math.min(1, (sum / (4 * 255)) * 1.3)
}

/** Black is lifted to a dark grey, so that a picture shows its frame on a black terminal too. */
function color(share: number, colors: '256' | 'truecolor'): string {
  // Entries 232 (almost black) to 255 (almost white) of the 256 colours are greys.
  if (colors === '256') return `5;${235 + Math.round(share * 20)}`
  const level = Math.round(38 + share * (255 - 38))
  return `2;${level};${level};${level}`
}

function captionLine({ caption, correct }: DrawnDigit, colors: TerminalColors): string {
  const text = Array.from(caption).slice(0, width)
  const before = Math.floor((width - text.length) / 2)
  const after = width - text.length - before
  const shown = text.join('')
  const painted =
    colors === 'none' || correct === undefined ? shown : `\x1b[${correct ? 32 : 31}m${shown}\x1b[0m`
  return ' '.repeat(before) + painted + ' '.repeat(after)
}
