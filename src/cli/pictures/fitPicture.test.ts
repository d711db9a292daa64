import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitPicture, inverted } from './fitPicture.js'
import type { Picture } from './picture.js'

const grey = (width: number, height: number, data: readonly number[]): Picture => ({
  ...{ name: 'a', width, height, channels: 1 },
  data: Uint8Array.from(data),
})
const values = (picture: Picture) => Array.from(picture.data)

describe('fitPicture', () => {
  it('leaves alone what fits', () => {
    const picture = grey(2, 1, [3, 4])
    expect(fitPicture(picture, { width: 2, height: 1, channels: 1 })).toBe(picture)
    expect(fitPicture(picture, { width: null, height: null, channels: 1 })).toBe(picture)
  })

  it('makes grey of colours, and colours of grey', () => {
    const colours: Picture = { ...grey(4, 1, [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]), channels: 3 }
    expect(values(fitPicture(colours, { width: 4, height: 1, channels: 1 }))).toEqual([76, 150, 29, 9])
    expect(values(fitPicture(grey(2, 1, [3, 4]), { width: 2, height: 1, channels: 3 }))).toEqual([
      3, 3, 3, 4, 4, 4,
    ])
  })

  it('interpolates between the middles of pixels', () => {
    expect(values(fitPicture(grey(2, 1, [0, 100]), { width: 4, height: 1, channels: 1 }))).toEqual([
      0, 25, 75, 100,
    ])
    expect(values(fitPicture(grey(1, 2, [0, 100]), { width: 1, height: 4, channels: 1 }))).toEqual([
      0, 25, 75, 100,
    ])
  })

  it('loses no pixel when it makes a picture smaller', () => {
    // Each is made of the four around its middle, with weights 1/8, 3/8, 3/8, 1/8; at the edge of three: 3/7, 3/7, 1/7.
    const line = [0, 80, 0, 0, 160, 0, 0, 0]
    expect(values(fitPicture(grey(8, 1, line), { width: 4, height: 1, channels: 1 }))).toEqual([
      34, 30, 60, 0,
    ])
  })

  it('keeps each channel of a picture to itself', () => {
    const colours: Picture = { ...grey(2, 1, [0, 50, 100, 100, 50, 0]), channels: 3 }
    expect(values(fitPicture(colours, { width: 1, height: 1, channels: 3 }))).toEqual([50, 50, 50])
  })

  it('stays within what there was', () => {
    const size = fc.integer({ min: 1, max: 9 })
    fc.assert(
      fc.property(
        size,
        size,
        size,
        size,
        fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
        (a, b, c, d, stream) => {
          const data = Array.from({ length: a * b }, () => stream.next().value as number)
          const fitted = values(fitPicture(grey(a, b, data), { width: c, height: d, channels: 1 }))
          expect(fitted).toHaveLength(c * d)
          for (const value of fitted) {
            expect(value).toBeGreaterThanOrEqual(Math.min(...data))
            expect(value).toBeLessThanOrEqual(Math.max(...data))
          }
        },
      ),
    )
  })
})

it('inverted exchanges light and dark', () => {
  expect(values(inverted(grey(3, 1, [0, 100, 255])))).toEqual([255, 155, 0])
})
