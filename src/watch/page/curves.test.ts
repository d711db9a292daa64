import { describe, expect, it } from 'vitest'
import { chartsOf, smoothed } from './curves.js'
import { RunData } from './runData.js'

function runOf(
  series: Readonly<Record<string, readonly (readonly [step: number, value: number, time?: number])[]>>,
): RunData {
  const run = new RunData('a')
  for (const [name, points] of Object.entries(series)) {
    run.series.set(name, {
      steps: points.map(([step]) => step),
      values: points.map(([, value]) => value),
      times: points.map(([, , time = Number.NaN]) => time),
    })
  }
  return run
}

const run = runOf({
  'train/batch_loss': [
    [1, 2, 101],
    [2, 1, 102],
  ],
  'train/batch_steps_per_second': [[1, 50, 101]],
  'train/epoch_loss': [
    [0, 1, 103],
    [1, 0.5, 110],
    [2, 0.4, 205],
  ],
  'train/epoch_steps_per_second': [[0, 40, 103]],
  'train/epoch_learning_rate': [[0, 0.1, 103]],
  'validation/epoch_loss': [[0, 1.5, 103]],
  'validation/evaluation_loss_vs_iterations': [[2, 1.5, 103]],
  temperature: [[7, 21, 104]],
})
const charts = (axis: 'step' | 'epoch' | 'time') =>
  chartsOf(new Map([['a', run]]), new Map([['a', [100, 200]]]), axis).map(({ key, lines }) => [
    key,
    ...lines.map(({ part, x, y }) => [part, [...x], [...y]]),
  ])

describe('chartsOf', () => {
  it('draws steps of training beside evaluations, and how long steps took', () => {
    expect(charts('step')).toEqual([
      ['loss', ['training', [1, 2], [2, 1]], ['validation', [2], [1.5]]],
      ['temperature', ['training', [7], [21]]],
      ['steps_per_second', ['training', [1], [20]]],
    ])
  })

  it('counts epochs from 1, and how long each took: since the one before, or since the run went on', () => {
    expect(charts('epoch')).toEqual([
      ['loss', ['training', [1, 2, 3], [1, 0.5, 0.4]], ['validation', [1], [1.5]]],
      ['temperature', ['training', [7], [21]]],
      ['learning_rate', ['training', [1], [0.1]]],
      ['epoch_seconds', ['training', [1, 2, 3], [3, 7, 5]]],
    ])
  })

  it('draws along the time since the beginning', () => {
    const [[, [, x]]] = charts('time') as [[string, [string, number[]]]]
    expect(x).toEqual([1, 2])
  })
})

describe('smoothed', () => {
  it('is a moving average without the pull of its beginning', () => {
    expect(smoothed([3, 3, 3], 0.9)).toEqual([3, 3, 3].map((value) => expect.closeTo(value, 12)))
    expect(smoothed([0, 1], 0.5)).toEqual([0, expect.closeTo(0.5 / 0.75, 12)])
    expect(smoothed([1, Number.NaN, 2], 0)).toEqual([1, Number.NaN, 2])
  })
})
