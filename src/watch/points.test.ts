import { describe, expect, it } from 'vitest'
import { Points } from './points.js'

describe('Points', () => {
  it('gives points in the order in which they came, from any of them on', () => {
    const points = new Points()
    points.add('loss', 0, 2, 10)
    points.add('rate', 0, Number.NaN, 11)
    points.add('loss', 1, 1, 12)
    expect(points.from(1)).toEqual({
      ...{ from: 1, series: ['loss', 'rate'], seriesOf: [1, 0], steps: [0, 1] },
      ...{ values: [null, 1], times: [11, 12] },
    })
    expect(points.lastOf('loss', 5)).toEqual([1, 2])
    expect([points.lastStep('loss'), points.lastStep('none'), points.count]).toEqual([1, undefined, 3])
  })

  it('lets a curve that goes back take out what it had from there on, and no others', () => {
    const points = new Points()
    for (const step of [0, 1, 2]) {
      expect(points.add('loss', step, step, 0)).toBe(false)
      points.add('rate', step, 0.1, 0)
    }
    expect(points.add('loss', 1, 9, 1)).toBe(true)
    const { seriesOf, steps, values } = points.from(0)
    const curve = (number: number) =>
      steps.flatMap((step, i) => (seriesOf[i] === number ? [[step, values[i]]] : []))
    expect(curve(0)).toEqual([
      [0, 0],
      [1, 9],
    ])
    expect(curve(1)).toHaveLength(3)
  })
})
