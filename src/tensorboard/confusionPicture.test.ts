import { describe, expect, it } from 'vitest'
import { confusionPicture } from './confusionPicture.js'

describe('confusionPicture', () => {
  const colourAt = ({ width, pixels }: ReturnType<typeof confusionPicture>, x: number, y: number) => [
    ...pixels.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
  ]

  it('draws rows by their parts, with numbers up to twenty classes', () => {
    const picture = confusionPicture([
      [4, 0],
      [1, 3],
    ])
    expect([picture.width, picture.height, picture.channels]).toEqual([133, 133, 3])
    // Corners of the cells, where no digit stands: all, nothing, a quarter, three quarters.
    expect(colourAt(picture, 46, 46)).toEqual([8, 69, 148])
    expect(colourAt(picture, 90, 46)).toEqual([255, 255, 255])
    expect(colourAt(picture, 46, 90)).toEqual([132, 162, 202])
    expect(colourAt(picture, 90, 90)).toEqual([41, 94, 162])
    // The 4 in white, whose right stroke goes from its top to its bottom.
    const stroke = Array.from({ length: 10 }, (_, i) => colourAt(picture, 68, 61 + i))
    expect(stroke).toEqual(Array.from({ length: 10 }, () => [255, 255, 255]))
  })

  it('draws bare cells for more classes, and rows without samples white', () => {
    const picture = confusionPicture(
      Array.from({ length: 21 }, (_, i) => Array.from({ length: 21 }, (_, j) => (i === j && i > 0 ? 2 : 0))),
    )
    expect(picture.width).toBe(21 * 12 + 1)
    expect(colourAt(picture, 6, 6)).toEqual([255, 255, 255])
    expect(colourAt(picture, 18, 18)).toEqual([8, 69, 148])
  })

  it('makes long numbers smaller, so that they stay in their cells', () => {
    const picture = confusionPicture([[1_234_567]])
    // Left and right of the cell nothing is drawn over its edge.
    for (const x of [44, 88]) expect(colourAt(picture, x, 66)).toEqual([225, 225, 225])
  })
})
