import type { Picture } from './png.js'

/** Where numbers no longer fit into the picture of a table, cells are bare. */
const MOST_WITH_NUMBERS = 20
/** Pixels on a side of a cell. */
const [CELL, BARE_CELL] = [44, 12]
/** Pixels of each dot of a digit, and of the space behind it. */
const DOT = 2
const [DIGIT_WIDTH, DIGIT_HEIGHT] = [3, 5]

type Colour = readonly [red: number, green: number, blue: number]
const white: Colour = [255, 255, 255]
const black: Colour = [0, 0, 0]
const grey: Colour = [110, 110, 110]
/** What stands for all of a row. */
const full: Colour = [8, 69, 148]

/** Digits of three by five dots, from the top, each row from the left. */
const digits = [
  '111101101101111',
  '010110010010111',
  '111001111100111',
  '111001111001111',
  '101101111001001',
  '111100111001111',
  '111100111101111',
  '111001001001001',
  '111101111101111',
  '111101111001111',
]

/**
 * A confusion matrix as a picture: a row for each class that a sample has, a column for each that was predicted. The part of the
 * row's samples makes a cell the bluer; up to 20 classes it bears their number, and rows and columns those of their classes.
 * @param counts row by row
 */
export function confusionPicture(counts: readonly (readonly number[])[]): Picture {
  const classes = counts.length
  const hasNumbers = classes <= MOST_WITH_NUMBERS
  const cell = hasNumbers ? CELL : BARE_CELL
  const margin = hasNumbers ? CELL : 0
  const side = margin + classes * cell + 1
  const canvas = new Canvas(side, side)
  for (const [row, line] of counts.entries()) {
    const total = line.reduce((sum, count) => sum + count, 0)
    for (const [column, count] of line.entries()) {
      const part = total === 0 ? 0 : count / total
      const [left, top] = [margin + column * cell, margin + row * cell]
      canvas.fill(left + 1, top + 1, cell - 1, mixed(part))
      if (hasNumbers && count > 0) canvas.number(count, left, top, cell, part > 0.5 ? white : black)
    }
    if (!hasNumbers) continue
    canvas.number(row, 0, margin + row * cell, cell, grey)
    canvas.number(row, margin + row * cell, 0, cell, grey)
  }
  return { width: side, height: side, channels: 3, pixels: canvas.pixels }
}

/** White for nothing, the full colour for all; small parts can be seen too. */
const mixed = (part: number): Colour => {
  const strength = Math.sqrt(part)
  const channel = (i: 0 | 1 | 2) => Math.round(white[i] + strength * (full[i] - white[i]))
  return [channel(0), channel(1), channel(2)]
}

class Canvas {
  readonly pixels: Uint8Array<ArrayBuffer>

  constructor(
    private readonly width: number,
    height: number,
  ) {
    // Lines between cells are what is left of it.
    this.pixels = new Uint8Array(3 * width * height).fill(225)
  }

  fill(left: number, top: number, side: number, colour: Colour): void {
    const [red, green, blue] = colour
    for (let y = top; y < top + side; y++) {
      let at = 3 * (y * this.width + left)
      for (let x = 0; x < side; x++) {
        this.pixels[at++] = red
        this.pixels[at++] = green
        this.pixels[at++] = blue
      }
    }
  }

  /** A number in the middle of a cell; a long one in smaller dots. */
  number(value: number, left: number, top: number, cell: number, colour: Colour): void {
    const text = `${value}`
    const widthIn = (dot: number) => text.length * (DIGIT_WIDTH + 1) * dot - dot
    const dot = widthIn(DOT) < cell ? DOT : 1
    const x = left + Math.floor((cell - widthIn(dot)) / 2)
    const y = top + Math.floor((cell - DIGIT_HEIGHT * dot) / 2)
    for (const [place, digit] of [...text].entries()) {
      for (const [i, isSet] of [...digits[Number(digit)]].entries()) {
        if (isSet === '0') continue
        const column = place * (DIGIT_WIDTH + 1) + (i % DIGIT_WIDTH)
        this.fill(x + column * dot, y + Math.floor(i / DIGIT_WIDTH) * dot, dot, colour)
      }
    }
  }
}
