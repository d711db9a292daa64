import type { Shape } from '../graph/shape.js'
import { boundsOf } from '../utils/bounds.js'
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
  const { rows, columns, tile, isColoured, startOf, stride } = layout
  const [stepY, stepX] = [tile.height + (rows > 1 ? 1 : 0), tile.width + (columns > 1 ? 1 : 0)]
  const height = Math.min(LARGEST, rows * stepY - (stepY - tile.height))
  const width = Math.min(LARGEST, columns * stepX - (stepX - tile.width))
  // Grey does where nothing stands between pictures.
  const channels = rows * columns > 1 || isColoured ? 3 : 1
  const pixels = new Uint8Array(channels * height * width)
  if (rows * columns > 1) for (let i = 0; i < pixels.length; i++) pixels[i] = BLUE[i % channels]

  const { numbers, least, range } = scaleOf(elements)
  for (let row = 0; row * stepY < height; row++) {
    for (let column = 0; column * stepX < width; column++) {
      const start = startOf(row, column)
      if (start === undefined) continue
      const [top, left] = [row * stepY, column * stepX]
      const [bottom, right] = [Math.min(height, top + tile.height), Math.min(width, left + tile.width)]
      for (let y = top; y < bottom; y++) {
        let element = start + (y - top) * stride.y
        let pixel = channels * (y * width + left)
        // Each kind of picture has a loop of its own: one for all takes thrice the time.
        if (channels === 1) {
          for (let x = left; x < right; x++, element += stride.x) {
            pixels[pixel++] = ((255 * (numbers[element] - least)) / range + 0.5) | 0
          }
        } else {
          const [green, blue] = isColoured ? [stride.channel, 2 * stride.channel] : [0, 0]
          for (let x = left; x < right; x++, element += stride.x, pixel += 3) {
            pixels[pixel] = ((255 * (numbers[element] - least)) / range + 0.5) | 0
            pixels[pixel + 1] = ((255 * (numbers[element + green] - least)) / range + 0.5) | 0
            pixels[pixel + 2] = ((255 * (numbers[element + blue] - least)) / range + 0.5) | 0
          }
        }
      }
    }
  }
  return { width, height, channels, pixels, isNoise: channels === 1 }
}

/** A table of pictures of one size. */
interface Layout {
  readonly rows: number
  readonly columns: number
  readonly tile: { readonly height: number; readonly width: number }
  /** Whether elements are red, green and blue, rather than grey. */
  readonly isColoured: boolean
  /** The element at the top left of a picture of the table; none behind the last picture. */
  readonly startOf: (row: number, column: number) => number | undefined
  /** How many elements it is to the next pixel below, to the right, and in the next colour. */
  readonly stride: { readonly y: number; readonly x: number; readonly channel: number }
}

function layoutOf(shape: Shape): Layout | undefined {
  const one = { rows: 1, columns: 1, isColoured: false, startOf: () => 0 } as const
  const [first = 1, second = 1, third = 1, fourth = 1] = shape
  switch (shape.length) {
    case 0:
    case 1:
      return { ...one, tile: { height: 1, width: first }, stride: { y: 0, x: 1, channel: 0 } }
    case 2:
      return first > second
        ? { ...one, tile: { height: second, width: first }, stride: { y: 1, x: second, channel: 0 } }
        : { ...one, tile: { height: first, width: second }, stride: { y: second, x: 1, channel: 0 } }
    case 3: {
      const columns = Math.ceil(Math.sqrt(third))
      return {
        ...{ rows: Math.ceil(third / columns), columns, isColoured: false },
        tile: { height: first, width: second },
        startOf: (row, column) => {
          const map = row * columns + column
          return map < third ? map : undefined
        },
        stride: { y: second * third, x: third, channel: 0 },
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
        startOf: (row, column) => {
          const filter = channels === 1 ? row * columns + column : column
          const input = channels === 1 ? 0 : row
          return filter < fourth ? input * fourth + filter : undefined
        },
        stride: { y: second * third * fourth, x: third * fourth, channel: fourth },
      }
    }
    default:
      return undefined
  }
}

/**
 * What makes numbers bytes, from the least to the greatest: how far each lies above the least, in parts of 255 of the range, rounded. Where
 * all are equal, others stand in their place that come to the middle.
 */
function scaleOf(elements: ArrayLike<number>) {
  const { least, greatest } = boundsOf(elements)
  const range = greatest - least
  return range > 0
    ? { numbers: elements, least, range }
    : { numbers: new Float32Array(elements.length).fill(128), least: 0, range: 255 }
}
