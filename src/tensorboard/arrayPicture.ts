import type { Shape } from '../graph/shape.js'
import type { Picture } from './png.js'

/** Pixels on a side, at most: what lies behind is left out. */
const LARGEST = 1024
/** What stands between pictures, and is no number. */
const BLUE = [64, 112, 224] as const

/**
 * The elements of an array as a picture, from the least (black) to the greatest (white).
 *
 * - a vector is one row; a matrix lies on its longer side;
 * - a kernel `[height, width, inputs, filters]` is a table of filters: a column for each, a row for each input channel, with blue lines
 *   between; where there is one input channel, or three, in colours, a table that is about as wide as high;
 * - `[height, width, channels]`, as of feature maps, are matrices in a table that is about as wide as high;
 * - of other ranks there is none.
 */
export function arrayPicture(shape: Shape, elements: ArrayLike<number>): Picture | undefined {
  const layout = layoutOf(shape)
  if (!layout || elements.length === 0) return undefined
  const { rows, columns, tile, isColoured, indexOf } = layout
  const [stepY, stepX] = [tile.height + (rows > 1 ? 1 : 0), tile.width + (columns > 1 ? 1 : 0)]
  const height = Math.min(LARGEST, rows * stepY - (stepY - tile.height))
  const width = Math.min(LARGEST, columns * stepX - (stepX - tile.width))
  const brightness = brightnessOf(elements)
  // Grey does where nothing stands between pictures.
  const channels = rows * columns > 1 || isColoured ? 3 : 1
  const pixels = new Uint8Array(channels * height * width)
  let pixel = 0
  for (let y = 0; y < height; y++) {
    const [row, tileY] = [Math.floor(y / stepY), y % stepY]
    for (let x = 0; x < width; x++) {
      const [column, tileX] = [Math.floor(x / stepX), x % stepX]
      const isBetween = tileY >= tile.height || tileX >= tile.width
      for (let channel = 0; channel < channels; channel++) {
        const index = isBetween ? -1 : indexOf(row, column, tileY, tileX, isColoured ? channel : 0)
        pixels[pixel++] = index < 0 ? BLUE[channel] : brightness(elements[index])
      }
    }
  }
  return { width, height, channels, pixels }
}

/** A table of pictures of one size. */
interface Layout {
  readonly rows: number
  readonly columns: number
  readonly tile: { readonly height: number; readonly width: number }
  /** Whether elements are red, green and blue, rather than grey. */
  readonly isColoured: boolean
  /** Which element a pixel of a picture of the table shows; -1 behind the last picture. */
  readonly indexOf: (row: number, column: number, y: number, x: number, channel: number) => number
}

function layoutOf(shape: Shape): Layout | undefined {
  const one = { rows: 1, columns: 1, isColoured: false } as const
  const [first = 1, second = 1, third = 1, fourth = 1] = shape
  switch (shape.length) {
    case 0:
    case 1:
      return { ...one, tile: { height: 1, width: first }, indexOf: (_row, _column, _y, x) => x }
    case 2:
      return first > second
        ? { ...one, tile: { height: second, width: first }, indexOf: (_row, _column, y, x) => x * second + y }
        : { ...one, tile: { height: first, width: second }, indexOf: (_row, _column, y, x) => y * second + x }
    case 3: {
      const columns = Math.ceil(Math.sqrt(third))
      return {
        ...{
          rows: Math.ceil(third / columns),
          columns,
          isColoured: false,
          tile: { height: first, width: second },
        },
        indexOf: (row, column, y, x) => {
          const map = row * columns + column
          return map < third ? (y * second + x) * third + map : -1
        },
      }
    }
    case 4: {
      const isColoured = third === 3
      const channels = isColoured ? 1 : third
      // Filters of one picture each need no row for each channel.
      const columns = channels === 1 ? Math.ceil(Math.sqrt(fourth)) : fourth
      return {
        ...{ rows: channels === 1 ? Math.ceil(fourth / columns) : channels, columns, isColoured },
        tile: { height: first, width: second },
        indexOf: (row, column, y, x, channel) => {
          const filter = channels === 1 ? row * columns + column : column
          const input = isColoured ? channel : channels === 1 ? 0 : row
          return filter < fourth ? ((y * second + x) * third + input) * fourth + filter : -1
        },
      }
    }
    default:
      return undefined
  }
}

/** A byte for a number, by where it lies between the least and the greatest; the middle where all are equal. */
function brightnessOf(elements: ArrayLike<number>): (number: number) => number {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < elements.length; i++) {
    if (elements[i] < least) least = elements[i]
    if (elements[i] > greatest) greatest = elements[i]
  }
  const range = greatest - least
  return (number) => (range > 0 ? Math.round((255 * (number - least)) / range) : 128)
}
