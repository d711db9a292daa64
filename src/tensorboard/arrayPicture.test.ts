import { describe, expect, it } from 'vitest'
import { arrayPicture } from './arrayPicture.js'

const count = (n: number) => Array.from({ length: n }, (_, i) => i)

/** Rows of the picture: the brightness of grey pixels, `between` for those of another colour. */
function rowsOf(shape: readonly number[], elements: readonly number[]) {
  const picture = arrayPicture(shape, elements)
  if (!picture) return undefined
  const { height, width, channels, pixels } = picture
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const [red, green = red, blue = red] = pixels.subarray(
        channels * (y * width + x),
        channels * (y * width + x + 1),
      )
      return red === green && green === blue ? red : between
    }),
  )
}
const between = 'between'

describe('arrayPicture', () => {
  it('shows the least black and the greatest white', () => {
    expect(rowsOf([3], [-1, 0, 1])).toEqual([[0, 128, 255]])
    expect(rowsOf([2], [7, 7])).toEqual([[128, 128]])
    expect(rowsOf([], [7])).toEqual([[128]])
  })

  it('lays a matrix on its longer side', () => {
    expect(rowsOf([2, 3], [0, 1, 2, 3, 4, 255])).toEqual([
      [0, 1, 2],
      [3, 4, 255],
    ])
    expect(rowsOf([3, 2], [0, 1, 2, 3, 4, 255])).toEqual([
      [0, 2, 4],
      [1, 3, 255],
    ])
  })

  it('shows kernels as a table: a column for each filter, a row for each input', () => {
    // [height 1, width 2, inputs 2, filters 2]
    expect(rowsOf([1, 2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 255])).toEqual([
      [0, 4, between, 1, 5],
      [between, between, between, between, between],
      [2, 6, between, 3, 255],
    ])
  })

  it('shows kernels of three inputs in colours', () => {
    const picture = arrayPicture([2, 2, 3, 4], count(48))
    expect(picture).toMatchObject({ height: 5, width: 5, channels: 3 })
    // The first filter's corner: elements 0, 4, 8 of 0 to 47.
    expect([...(picture?.pixels.subarray(0, 3) ?? [])]).toEqual(
      [0, 4, 8].map((n) => Math.round((255 * n) / 47)),
    )
  })

  it('shows kernels of one input in a table that is about as wide as high', () => {
    expect(rowsOf([1, 2, 1, 3], [0, 1, 2, 3, 4, 255])).toEqual([
      [0, 3, between, 1, 4],
      [between, between, between, between, between],
      [2, 255, between, between, between],
    ])
  })

  it('shows feature maps in a table, and nothing of five axes', () => {
    // [height 2, width 2, channels 3], so two columns; nothing stands in the fourth place.
    expect(rowsOf([2, 2, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255])).toEqual([
      [0, 3, between, 1, 4],
      [6, 9, between, 7, 10],
      [between, between, between, between, between],
      [2, 5, between, between, between],
      [8, 255, between, between, between],
    ])
    expect(rowsOf([2, 2, 2, 2, 2], count(32))).toBeUndefined()
    expect(rowsOf([0, 3], [])).toBeUndefined()
  })

  it('takes a byte a pixel where nothing stands between pictures', () => {
    expect(arrayPicture([2, 3], count(6))?.channels).toBe(1)
    expect(arrayPicture([2, 3, 2], count(12))?.channels).toBe(3)
    expect(arrayPicture([2, 3, 3, 1], count(18))?.channels).toBe(3)
  })

  it('leaves out what lies behind 1024 pixels', () => {
    expect(arrayPicture([2000, 1030], new Float32Array(2000 * 1030))).toMatchObject({
      width: 1024,
      height: 1024,
    })
  })
})
