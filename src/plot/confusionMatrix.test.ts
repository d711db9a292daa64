import { describe, expect, it } from 'vitest'
import { lookAtSvg } from '../testing/lookAtSvg.js'
import { type ConfusionMatrixOptions, confusionMatrix } from './confusionMatrix.js'

const look = async (
  labels: number[] | number[][],
  predictions: number[] | number[][],
  options?: ConfusionMatrixOptions,
) => lookAtSvg(await confusionMatrix(labels, predictions, options).toSVG())

describe('plot.confusionMatrix', () => {
  const labels = [0, 0, 1, 1, 1, 2]
  const predictions = [0, 1, 1, 1, 1, 0]

  it('counts rows by true class, columns by predicted class', async () => {
    const { texts, tooltips } = await look(labels, predictions)
    expect(tooltips.slice(1)).toEqual([
      ...['0 taken for 0: 1', '0 taken for 1: 1', '0 taken for 2: 0'],
      ...['1 taken for 0: 0', '1 taken for 1: 3', '1 taken for 2: 0'],
      ...['2 taken for 0: 1', '2 taken for 1: 0', '2 taken for 2: 0'],
    ])
    expect(texts).toEqual(
      expect.arrayContaining(['true', 'predicted', '6 samples, accuracy 66.67 %', '% of each true class']),
    )
  })

  it.each([
    ['true', ['50.0', '50.0', '0.0', '0.0', '100.0', '0.0', '100.0', '0.0', '0.0']],
    ['pred', ['50.0', '25.0', '0.0', '0.0', '75.0', '0.0', '50.0', '0.0', '0.0']],
    ['all', ['16.7', '16.7', '0.0', '0.0', '50.0', '0.0', '16.7', '0.0', '0.0']],
  ] as const)('writes percent of %s', async (normalize, expected) => {
    const { tooltips } = await look(labels, predictions, { normalize })
    expect(tooltips.slice(1).map((text) => text.split(': ')[1])).toEqual(expected)
  })

  it('takes one-hot labels, probabilities of classes, and of the second of two', async () => {
    const oneHot = [
      [1, 0],
      [0, 1],
      [0, 1],
    ]
    const counts = ['0 taken for 0: 1', '0 taken for 1: 0', '1 taken for 0: 1', '1 taken for 1: 1']
    expect(
      (
        await look(oneHot, [
          [0.9, 0.1],
          [0.8, 0.2],
          [0.3, 0.7],
        ])
      ).tooltips.slice(1),
    ).toEqual(counts)
    expect((await look(oneHot, [[0.1], [0.2], [0.7]])).tooltips.slice(1)).toEqual(counts)
  })

  it('names classes, darker where there is more', async () => {
    const { texts, all } = await look(labels, predictions, { classes: ['cat', 'dog', 'cow & calf'] })
    expect(texts.filter((text) => text === 'cow & calf')).toHaveLength(2)
    const fills = all('rect').map((rect) => rect.getAttribute('fill') ?? '')
    const brightness = (fill: string) => (fill.match(/\d+/g) ?? []).map(Number).reduce((a, b) => a + b, 0)
    const cells = fills.filter((fill) => fill.startsWith('rgb')).map(brightness)
    expect(cells[4]).toBeLessThan(cells[0])
    expect(cells[0]).toBeLessThan(cells[2])
  })

  it('is a picture with some of the names from many classes on', async () => {
    const ids = Array.from({ length: 1000 }, (_, i) => i % 100)
    const { all, texts, tooltips } = await look(ids, ids)
    expect([all('image').length, tooltips.length]).toEqual([1, 1])
    expect(texts.filter((text) => text === '90')).toHaveLength(2)
    expect(texts).not.toContain('91')
  })

  it.each([
    [[0, 1], [0], {}, 'expected as many predictions as labels'],
    [[], [], {}, 'and some'],
    [[0, 1.5], [0, 1], {}, 'labels: expected numbers of classes from 0, received 1.5'],
    [[0, 1], [0, -1], {}, 'predictions: expected numbers of classes from 0, received -1'],
    [[0, 2], [0, 1], { classes: ['a', 'b'] }, 'expected the names of 3 classes, received 2'],
    [[0, 1], [0, 1], { normalize: 'rows' as never }, "expected 'true' or 'pred' or 'all'"],
  ])('refuses %j, %j, %j', async (labels, predictions, options, message) => {
    await expect(confusionMatrix(labels, predictions, options).toSVG()).rejects.toThrow(message)
  })
})
