import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as callbacks from '../callbacks/index.js'
import { useExecutor } from '../graph/executor.js'
import * as layers from '../layers/index.js'
import { sequential } from '../models/index.js'
import { tensor } from '../ops/tensor.js'
import * as optimizers from '../optimizers/index.js'
import { findChromium, launchChromium } from '../testing/chromium.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { createFileWriter } from './summaryWriter.js'

const conformance = fileURLToPath(new URL('../../conformance/', import.meta.url))
const inside = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python'
const python = `${conformance}.venv-tensorboard/${inside}`
if (!existsSync(python)) {
  console.warn(
    'Tests with the real TensorBoard are skipped: run `python3 conformance/setup.py tensorboard` to install it.',
  )
}

const screenshots = process.env.GRADUS_SCREENSHOTS
const chromium = findChromium()
if (!chromium) {
  console.warn(
    "TensorBoard's pages are not looked at: no /usr/bin/chromium, and GRADUS_CHROMIUM does not name one.",
  )
}

interface Entry {
  readonly step: number
  readonly value: unknown
}
/** Run, plugin, tag: see `conformance/tensorboard_reader.py`. */
type Runs = Record<string, Record<string, Record<string, readonly Entry[]>>>

/** Python's answer, as JSON. */
function ask<T>(words: readonly string[], input = ''): T {
  const options = { input, encoding: 'utf8', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } } as const
  return JSON.parse(execFileSync(python, [`${conformance}tensorboard_reader.py`, ...words], options)) as T
}

/** Numbers by step, as curves in float32. */
const curve = (values: readonly number[], stepOf: (i: number) => number = (i) => i): Entry[] =>
  values.map((value, i) => ({ step: stepOf(i), value: Math.fround(value) }))

describe.skipIf(!existsSync(python))('The real TensorBoard', () => {
  let folder = ''
  let runs: Runs = {}
  const images = Array.from({ length: 24 }, (_, i) =>
    Array.from({ length: 5 }, (_, row) =>
      Array.from({ length: 5 }, (_, column) => [Math.sin(i + row * column)]),
    ),
  )
  const labels = images.map((_, i) => i % 2)
  const noise = Array.from({ length: 1000 }, (_, i) => Math.sin(1000 * i) ** 3)
  const bytes = Uint8Array.from({ length: 2 * 2 * 3 * 4 }, (_, i) => 5 * i)
  let history: Record<string, number[]> = {}
  let kernel: ArrayLike<number> = []

  beforeAll(async () => {
    useExecutor(new ReferenceExecutor())
    folder = mkdtempSync(join(tmpdir(), 'gradus-tensorboard-'))
    const model = sequential(
      [
        layers.input([5, 5, 1], { name: 'pixels' }),
        layers.conv2d(3, 2, { name: 'conv' }),
        layers.flatten({ name: 'flatten' }),
        layers.dense(2, { activation: 'softmax', name: 'classes' }),
      ],
      { name: 'net' },
    )
    const loss = 'sparse_categorical_crossentropy'
    model.compile({ loss, optimizer: optimizers.adam(), metrics: ['accuracy'] })
    /** Trains; may be broken off at the end of an epoch, before its state is kept. */
    const train = (brokenIn?: number) =>
      model.fit(images, labels, {
        ...{ epochs: 3, batchSize: 6, validationSplit: 0.25, verbose: 0, seed: 3 },
        callbacks: [
          callbacks.tensorBoard({
            ...{ logDir: join(folder, 'fit'), histogramFreq: 1, writeImages: true, updateFreq: 'batch' },
            hparams: { units: 3, optimizer: 'adam', augmented: false },
            samples: [images.slice(0, 20), labels.slice(0, 20)],
            confusionSamples: [images, labels],
            classNames: ['cat', 'dog'],
          }),
          callbacks.backupAndRestore(join(folder, 'backup')),
          {
            onEpochEnd(epoch) {
              if (epoch === brokenIn) throw new Error('killed')
            },
          },
        ],
      })
    await expect(train(1)).rejects.toThrow('killed')
    ;({ history } = await train())
    kernel = await model.weights[0].data()

    const writer = createFileWriter(join(folder, 'own'))
    await writer.scalar('nan', Number.NaN, { step: 4 })
    await writer.histogram('noise', noise, { step: 1 })
    await writer.histogram('equal', [2, 2], { step: 0, buckets: 3 })
    await writer.text('note', '**why** ä', { step: 2 })
    await writer.text(
      'table',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      { step: 0 },
    )
    for (const channels of [1, 2, 3, 4]) {
      const pixels = bytes.subarray(0, 2 * 2 * 3 * channels)
      await writer.image(`image${channels}`, tensor(pixels, { shape: [2, 2, 3, channels] }), { step: 0 })
    }
    await writer.close()
    runs = ask<Runs>([folder])
  }, 120_000)
  afterAll(() => rmSync(folder, { recursive: true }))

  it('reads the curves of a run that was broken off and resumed, each point once', () => {
    const { scalars: train } = runs['fit/train']
    const { scalars: validation } = runs['fit/validation']
    expect(history.loss).toHaveLength(3)
    expect(train.epoch_loss).toEqual(curve(history.loss))
    expect(train.epoch_accuracy).toEqual(curve(history.accuracy))
    expect(train.epoch_learning_rate).toEqual(curve([0.001, 0.001, 0.001]))
    expect(validation.epoch_loss).toEqual(curve(history.val_loss))
    expect(validation.evaluation_loss_vs_iterations).toEqual(curve(history.val_loss, (i) => 3 * (i + 1)))
    const batches = train.batch_loss
    expect(batches.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    // The last batch of an epoch has the epoch's mean.
    expect([2, 5, 8].map((i) => batches[i].value)).toEqual(history.loss.map(Math.fround))
    expect(runs.own.scalars.nan).toEqual([{ step: 4, value: 'nan' }])
  })

  it('reads histograms, and counts as it would itself', () => {
    const counted = (numbers: readonly number[], buckets: number) =>
      ask<number[][]>(['--histogram', `${buckets}`], JSON.stringify(numbers))
    const found = (entries: readonly Entry[]) => entries.at(-1)?.value as number[][]
    for (const [entries, expected] of [
      [runs.own.histograms.noise, counted(noise.map(Math.fround), 30)],
      [runs.own.histograms.equal, counted([2, 2], 3)],
      [runs['fit/train'].histograms['conv/kernel/histogram'], counted(Array.from(kernel), 30)],
    ] as const) {
      const rows = found(entries)
      expect(rows.map(([, , count]) => count)).toEqual(expected.map(([, , count]) => count))
      rows.flat().forEach((number, i) => {
        expect(number).toBeCloseTo(expected.flat()[i], 12)
      })
    }
    expect(runs['fit/train'].histograms['conv/kernel/histogram'].map(({ step }) => step)).toEqual([0, 1, 2])
  })

  it('reads pictures, pixel by pixel', () => {
    const modes = ['L', 'LA', 'RGB', 'RGBA']
    modes.forEach((mode, i) => {
      const [{ value }] = runs.own.images[`image${i + 1}`]
      const { width, height, pictures } = value as {
        width: number
        height: number
        pictures: readonly { mode: string; pixels: number[][] }[]
      }
      expect([width, height, ...pictures.map((picture) => picture.mode)]).toEqual([3, 2, mode, mode])
      const pixels = pictures.flatMap((picture) => picture.pixels.flat(2))
      expect(pixels).toEqual([...bytes.subarray(0, pixels.length)])
      expect(pixels).toHaveLength(2 * 2 * 3 * (i + 1))
    })
    const [{ value }] = runs['fit/train'].images['conv/kernel/image']
    expect(value).toMatchObject({ width: 5, height: 5, pictures: [{ mode: 'RGB' }] })
  })

  it('reads what comes of samples: inputs, feature maps, gradients, predictions, the confusion matrix', () => {
    const { images: pictures, histograms, text } = runs['fit/train']
    const modesOf = (tag: string) =>
      pictures[tag].map(({ step, value }) => {
        const {
          width,
          height,
          pictures: all,
        } = value as {
          width: number
          height: number
          pictures: readonly { mode: string }[]
        }
        return [step, width, height, ...all.map(({ mode }) => mode)]
      })
    expect(modesOf('inputs/image')).toEqual([[0, 5, 5, ...Array.from({ length: 16 }, () => 'L')]])
    // Three maps of 4x4 in a table of two columns.
    expect(modesOf('conv/activations/image')).toEqual([0, 1, 2].map((step) => [step, 9, 9, 'RGB']))
    expect(modesOf('confusion_matrix/image')).toEqual([0, 1, 2].map((step) => [step, 133, 133, 'RGB']))
    for (const tag of [
      'conv/kernel/gradient',
      'classes/bias/gradient',
      'conv/activations',
      'classes/activations',
    ]) {
      expect(histograms[`${tag}/histogram`].map(({ step }) => step)).toEqual([0, 1, 2])
    }
    const rows = text.predictions.at(-1)?.value as string[][]
    expect(rows[0]).toEqual(['label', 'predicted', 'output'])
    expect(rows).toHaveLength(17)
    const matrix = text.confusion_matrix.map(({ value }) => value as string[][])
    for (const [header, cats, dogs] of matrix) {
      expect([header[1], header[2], cats[0], dogs[0]]).toEqual(['cat', 'dog', 'cat', 'dog'])
      expect(Number(cats[1]) + Number(cats[2])).toBe(12)
      expect(Number(dogs[1]) + Number(dogs[2])).toBe(12)
    }
  })

  it('reads texts and tables', () => {
    expect(runs.own.text).toEqual({
      note: [{ step: 2, value: '**why** ä' }],
      table: [
        {
          step: 0,
          value: [
            ['a', 'b'],
            ['c', 'd'],
          ],
        },
      ],
    })
  })

  it('draws the layers of the model, each behind the one before', () => {
    const [drawn] = runs['fit/train'].graphs.__run_graph__
    expect(drawn.value).toEqual([
      { name: 'pixels', op: 'InputLayer', input: [], shapes: [[-1, 5, 5, 1]], params: 0 },
      { name: 'conv', op: 'Conv2D', input: ['pixels'], shapes: [[-1, 4, 4, 3]], params: 15 },
      { name: 'flatten', op: 'Flatten', input: ['conv'], shapes: [[-1, 48]], params: 0 },
      { name: 'classes', op: 'Dense', input: ['flatten'], shapes: [[-1, 2]], params: 98 },
    ])
    const graph = runs['fit/train'].graph_keras_model.keras
    expect(graph).toEqual([
      {
        step: 0,
        value: [
          { name: 'net/pixels', class: 'InputLayer', input: [] },
          { name: 'net/conv', class: 'Conv2D', input: ['net/pixels'] },
          { name: 'net/flatten', class: 'Flatten', input: ['net/conv'] },
          { name: 'net/classes', class: 'Dense', input: ['net/flatten'] },
        ],
      },
    ])
  })

  it('knows the hyper-parameters, and that the run ended well', () => {
    const { '_hparams_/session_start_info': start, '_hparams_/session_end_info': end } = runs.fit.hparams
    expect(start).toMatchObject({
      sessionStartInfo: { hparams: { units: 3, optimizer: 'adam', augmented: false } },
    })
    expect(end).toMatchObject({ sessionEndInfo: { status: 'STATUS_SUCCESS' } })
  })

  describe.skipIf(!chromium)('in Chromium', () => {
    let server: ChildProcess
    let origin = ''
    let browser: Browser
    beforeAll(async () => {
      const where = ['--logdir', folder, '--host', '127.0.0.1', '--port', '0', '--load_fast=false']
      server = spawn(python, ['-m', 'tensorboard.main', ...where])
      origin = await new Promise<string>((resolve, reject) => {
        let said = ''
        server.stderr?.on('data', (piece: Uint8Array) => {
          said += piece.toString()
          const [, address] = /at (http:\S+)/.exec(said) ?? []
          if (address) resolve(address)
        })
        server.on('exit', () => reject(new Error(`TensorBoard ended: ${said}`)))
      })
      browser = await launchChromium(chromium as string)
    }, 120_000)
    afterAll(async () => {
      await browser?.close()
      server?.kill()
    })

    it.each([
      ['scalars', 'tag: batch_loss'],
      ['images', 'tag: conv/kernel/image'],
      ['images', 'tag: confusion_matrix/image'],
      ['images', 'tag: inputs/image'],
      ['histograms', 'tag: conv/kernel/histogram'],
      ['distributions', 'tag: conv/kernel/histogram'],
      ['text', 'tag: note'],
      ['text', 'tag: predictions'],
      ['graphs', 'Main Graph'],
      ['hparams', 'augmented'],
    ])('shows %s', async (page, expected) => {
      const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } })
      try {
        const opened = await context.newPage()
        const errors: string[] = []
        opened.on('pageerror', ({ message }) => errors.push(message))
        await opened.goto(`${origin}#${page}`)
        // Of many groups the first ones are open; what is searched for stands above them.
        if (page === 'images' || page === 'text') {
          await opened.locator('tf-tag-filterer input').first().fill(expected.replace('tag: ', ''))
        }
        await opened.getByText(expected).first().waitFor({ timeout: 40_000 })
        if (page === 'graphs')
          await opened.getByText('classes').first().waitFor({ state: 'attached', timeout: 20_000 })
        // What is drawn is more than a page of one colour. `GRADUS_SCREENSHOTS` names a folder for who wants to see it.
        const path = screenshots && join(screenshots, `${page}-${expected.replace(/\W+/g, '-')}.png`)
        expect((await opened.screenshot({ path })).length).toBeGreaterThan(20_000)
        expect(errors).toEqual([])
      } finally {
        await context.close()
      }
    })
  })
})
