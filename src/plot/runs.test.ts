import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Element } from '@xmldom/xmldom'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ArgumentError, DataError } from '../errors.js'
import { lookAtSvg } from '../testing/lookAtSvg.js'
import { type HistoryLike, history, type Picture, runs } from './index.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-plot-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Falling losses, rising accuracies. */
function measured(
  epochs: number,
  keys: readonly string[] = ['accuracy', 'loss', 'val_accuracy', 'val_loss'],
): HistoryLike {
  const epoch = Array.from({ length: epochs }, (_, i) => i)
  const values = (key: string, k: number) =>
    epoch.map((i) => (key.endsWith('loss') ? 1 / (i + 1 + k) : 1 - 1 / (i + 2 + k)))
  return { epoch, history: Object.fromEntries(keys.map((key, k) => [key, values(key, k)])) }
}

/** What a picture of curves shows. */
async function look(picture: Picture) {
  const { all, texts, tooltips } = lookAtSvg(await picture.toSVG())
  const paths = all('path').filter((path) => path.getAttribute('aria-label') !== null)
  return {
    texts,
    tooltips,
    curves: paths.map((path) => {
      const group = path.parentNode as Element
      return {
        label: path.getAttribute('aria-label'),
        colour: group.getAttribute('stroke'),
        dash: group.getAttribute('stroke-dasharray'),
        pieces: (path.getAttribute('d') ?? '').split('M').length - 1,
        numbers: (path.getAttribute('d') ?? '').match(/-?[\d.]+/g)?.map(Number) ?? [],
      }
    }),
  }
}

describe('plot.history', () => {
  it('draws training and validation in one diagram for each metric, under a title, with a legend and whole epochs', async () => {
    const { texts, curves } = await look(history(measured(5), { title: 'LeNet' }))
    expect(texts).toEqual(
      expect.arrayContaining([
        'LeNet',
        'Accuracy',
        'Loss',
        'training',
        'validation',
        'epoch',
        '1',
        '2',
        '3',
        '4',
        '5',
      ]),
    )
    expect(texts.filter((text) => /^\d\.5$/.test(text) && Number(text) > 1)).toEqual([])
    expect(curves.map(({ label, colour, dash }) => [label, colour, dash])).toEqual([
      ['training', '#0072b2', null],
      ['validation', '#d55e00', '7 4'],
      ['training', '#0072b2', null],
      ['validation', '#d55e00', '7 4'],
    ])
  })

  it('places points where the numbers are', async () => {
    const falling = { epoch: [0, 1, 2], history: { loss: [4, 2, 0] } }
    const [{ numbers }] = (await look(history(falling))).curves
    const [x, y] = [numbers.filter((_, i) => i % 2 === 0), numbers.filter((_, i) => i % 2 === 1)]
    expect(x[1] - x[0]).toBeCloseTo(x[2] - x[1], 1)
    expect(y[1] - y[0]).toBeCloseTo(y[2] - y[1], 1)
    expect(y[1] - y[0]).toBeGreaterThan(50)
  })

  it('takes a logarithmic axis for all metrics, or for one', async () => {
    const powers = { epoch: [0, 1, 2], history: { loss: [1, 0.1, 0.01], mae: [1, 0.1, 0.01] } }
    const steps = async (yScale: 'log' | { loss: 'log' }) =>
      (await look(history(powers, { yScale }))).curves.map(
        ({ numbers: [, a, , b, , c] }) => (c - b) / (b - a),
      )
    expect((await steps('log')).map(Math.round)).toEqual([1, 1])
    const [mae, loss] = await steps({ loss: 'log' })
    expect([mae, loss]).toEqual([expect.closeTo(0.1, 1), expect.closeTo(1, 1)])
  })

  it('draws a run of one epoch as points', async () => {
    const { texts, tooltips } = await look(history(measured(1)))
    expect(texts.filter((text) => text === '1')).toHaveLength(2)
    expect(tooltips).toEqual(expect.arrayContaining(['training, 1: 0.5', 'validation, 1: 0.75']))
  })

  it('leaves gaps and crosses where numbers are not finite, and says what they mean', async () => {
    const values = [4, 3, Number.NaN, 2, 1, Number.POSITIVE_INFINITY, 1]
    const { curves, texts, tooltips } = await look(
      history({ epoch: values.map((_, i) => i), history: { loss: values } }),
    )
    expect(curves[0].pieces).toBe(3)
    expect(texts).toContain('× NaN or infinite')
    expect(tooltips.filter((text) => text?.includes('no finite number'))).toEqual([
      'training, 3: no finite number',
      'training, 6: no finite number',
    ])
    const hopeless = { epoch: [0, 1], history: { loss: [Number.NaN, Number.NaN] } }
    expect((await look(history(hopeless))).texts).toContain('× NaN or infinite')
  })

  it('draws what validation measured in the epochs in which it did', async () => {
    const seldom = {
      epoch: [0, 1, 2, 3],
      history: { loss: [4, 3, 2, 1], val_loss: [3, 1] },
      epochs: { loss: [0, 1, 2, 3], val_loss: [1, 3] },
    }
    const { tooltips } = await look(history(seldom))
    expect(tooltips).toEqual(expect.arrayContaining(['validation, 2: 3', 'validation, 4: 1']))
  })

  it('keeps rates out of metrics, and draws what evaluateTraining measured apart', async () => {
    const keys = ['loss', 'train_loss', 'val_loss', 'learning_rate']
    const { texts, curves } = await look(history(measured(3, keys)))
    expect(curves.map(({ label }) => label)).toEqual(['training', 'training, after the epoch', 'validation'])
    expect(texts).not.toContain('Learning rate')
  })

  it('keeps names that mean something to XML', async () => {
    const { texts } = await look(history(measured(2), { title: '<b>"Tom" & \u0000 Jerry</b>' }))
    expect(texts).toContain('<b>"Tom" &   Jerry</b>')
  })

  it.each([
    [{ metrics: ['los'] }, "no run has measured 'los'. Did you mean 'loss'?"],
    [{ yScale: { los: 'log' } }, "no run has measured 'los'. Did you mean 'loss'?"],
    [{ metrics: [] }, 'expected metrics as a list of keys'],
    [{ yScale: 'logarithmic' }, "plot: yScale: expected 'linear' or 'log', received 'logarithmic'"],
    [{ y_scale: 'log' }, "Write 'yScale'"],
    [{ title: 3 }, 'expected a text as title'],
  ])('refuses %j', async (options, message) => {
    const drawn = history(measured(2), options as never).toSVG()
    await expect(drawn).rejects.toThrow(ArgumentError)
    await expect(drawn).rejects.toThrow(message)
  })

  it('refuses what cannot be drawn', async () => {
    await expect(history([1, 2, 3] as never).toSVG()).rejects.toThrow('expected the History that fit gives')
    await expect(history({ epoch: [], history: {} }).toSVG()).rejects.toThrow('nothing to draw')
    const nothingAbove = { epoch: [0, 1], history: { loss: [-1, 0] } }
    await expect(history(nothingAbove, { yScale: 'log' }).toSVG()).rejects.toThrow(
      'loss cannot be drawn on a logarithmic axis',
    )
  })
})

describe('plot.runs', () => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`run ${i}`, measured(4)]))

  it('gives each run a colour, and validation a dash', async () => {
    const { texts, curves } = await look(
      runs({ slow: measured(3), fast: measured(6) }, { metrics: ['loss'] }),
    )
    expect(texts).toEqual(expect.arrayContaining(['2 runs', 'slow', 'fast', 'training', 'validation']))
    expect(curves.map(({ label, colour, dash }) => [label, colour, dash])).toEqual([
      ['slow, training', '#0072b2', null],
      ['slow, validation', '#0072b2', '7 4'],
      ['fast, training', '#d55e00', null],
      ['fast, validation', '#d55e00', '7 4'],
    ])
  })

  it('shows validation alone of many runs, no two of them alike', async () => {
    const { texts, curves } = await look(runs(many(12)))
    expect(texts).toEqual(expect.arrayContaining(['Accuracy (validation)', 'Loss (validation)', 'run 11']))
    const losses = curves.slice(12)
    expect(new Set(losses.map(({ colour, dash }) => `${colour} ${dash}`)).size).toBe(12)
  })

  it('refuses more runs than can be told apart', async () => {
    await expect(runs(many(25)).toSVG()).rejects.toThrow('25 runs are more than the 24')
    await expect(runs(many(9), { metrics: ['loss'] }).toSVG()).rejects.toThrow(
      "validation alone: metrics: ['val_loss']",
    )
    expect((await look(runs(many(9), { metrics: ['val_loss'] }))).curves).toHaveLength(9)
  })

  it('reads logs from the disk: a folder, or a file', async () => {
    const log = 'epoch,loss\r\n0,1\r\n1,0.5\r\n'
    const paths = [join(folder, 'a', 'log.csv'), join(folder, 'b.csv')]
    await mkdir(join(folder, 'a'))
    await Promise.all(paths.map((path) => writeFile(path, log)))
    const { texts, curves } = await look(runs([`${join(folder, 'a')}/`, paths[1]]))
    expect(texts).toEqual(expect.arrayContaining(['a', 'b']))
    expect(curves.map(({ label }) => label)).toEqual(['a, training', 'b, training'])
    const missing = runs([join(folder, 'c')]).toSVG()
    await expect(missing).rejects.toThrow(DataError)
    await expect(missing).rejects.toThrow(/c\/log\.csv: there is no such file.*gradus train/)
  })
})
