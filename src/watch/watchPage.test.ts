import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { tensor } from '../ops/tensor.js'
import { createFileWriter, type SummaryWriter } from '../tensorboard/summaryWriter.js'
import { findChromium, launchChromium } from '../testing/chromium.js'
import { startWatch, type Watch } from './watchServer.node.js'

const executable = findChromium()
if (!executable) {
  console.warn(
    'The page of gradus watch is not tested: no /usr/bin/chromium, and GRADUS_CHROMIUM does not name one.',
  )
}

describe.skipIf(!executable)('The page of gradus watch', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium(executable as string)
  })
  afterAll(() => browser?.close())

  let folder = ''
  let watch: Watch
  let context: BrowserContext
  let page: Page
  let writers: SummaryWriter[] = []
  const complaints: string[] = []
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gradus-watch-'))
    watch = await startWatch(folder, { port: 0, every: 50 })
  })
  afterEach(async () => {
    await context?.close()
    await watch.close()
    await Promise.all(writers.map((writer) => writer.close()))
    writers = []
    rmSync(folder, { recursive: true })
    expect(complaints.splice(0)).toEqual([])
  })

  /** Opens the page; what it complains about is an error, and what it asks of another machine. */
  async function open({ width = 1280, height = 900, hash = '' } = {}): Promise<void> {
    context = await browser.newContext({ viewport: { width, height } })
    page = await context.newPage()
    page.on('pageerror', ({ message }) => complaints.push(message))
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    page.on('request', (request) => {
      if (!request.url().startsWith(watch.url)) complaints.push(`asked for ${request.url()}`)
    })
    await page.goto(watch.url + hash)
  }

  function writerOf(run: string, part = 'train'): SummaryWriter {
    const writer = createFileWriter(join(folder, run, part))
    writers.push(writer)
    return writer
  }

  const chart = (title: string) =>
    page.locator('article.chart', { has: page.getByRole('heading', { name: title, exact: true }) })
  const points = (title: string) => chart(title).locator('.drawing').getAttribute('data-points')
  const expectPoints = (title: string, count: number) =>
    expect.poll(() => points(title), { timeout: 20_000 }).toBe(`${count}`)

  /** How many pixels of a chart's curves have a colour, and not only a grey. */
  const colouredPixels = (title: string) =>
    chart(title)
      .locator('canvas')
      .evaluate((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement
        const { data } = (canvas as HTMLCanvasElement)
          .getContext('2d')
          ?.getImageData(0, 0, width, height) ?? { data: [] }
        let count = 0
        for (let i = 0; i < data.length; i += 4) if (Math.abs(data[i] - data[i + 2]) > 60) count++
        return count
      })

  it('shows a run as it goes on, is resumed, and goes away', async () => {
    await open()
    await page.getByText('There is no run here yet. To begin one: npx gradus train lenet').waitFor()
    const [train, validation] = [writerOf('mine'), writerOf('mine', 'validation')]
    for (const step of [1, 2, 3]) await train.scalar('batch_loss', 1 / step, { step })
    await expectPoints('Loss', 3)
    for (const step of [4, 5]) await train.scalar('batch_loss', 1 / step, { step })
    await train.scalar('epoch_loss', 0.2, { step: 0 })
    await validation.scalar('evaluation_loss_vs_iterations', 0.3, { step: 5 })
    await expectPoints('Loss', 6)
    expect(await colouredPixels('Loss')).toBeGreaterThan(50)
    await page.getByText('1 epochs').waitFor()
    // The file is cut, and another one made.
    await train.setState({})
    await train.scalar('batch_loss', 1, { step: 1 })
    await expectPoints('Loss', 2)
    rmSync(join(folder, 'mine'), { recursive: true })
    await page.getByText('There is no run here yet.').waitFor()
    expect(await page.locator('article.chart').count()).toBe(0)
  })

  it('waits for a server that ended, and goes on with the next', async () => {
    await open()
    const { port } = new URL(watch.url)
    await page.getByText('live', { exact: true }).waitFor()
    await watch.close()
    await page.getByText('gradus watch does not answer; waiting for it').waitFor()
    watch = await startWatch(folder, { port: Number(port), every: 50 })
    await page.getByText('live', { exact: true }).waitFor()
    // That nobody answered is in the console, as it should be.
    complaints.splice(0)
  })

  it('draws 100,000 points, and more as they come, while it answers its reader', async () => {
    const train = writerOf('long')
    for (let step = 1; step <= 100_000; step++) {
      await train.scalar('batch_loss', Math.exp(-step / 30_000) + 0.1 * Math.sin(step), { step })
    }
    await train.flush()
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    await context.addInitScript(() => {
      const tasks: number[] = []
      Object.assign(window, { longTasks: tasks })
      new PerformanceObserver((list) =>
        tasks.push(...list.getEntries().map(({ duration }) => duration)),
      ).observe({
        type: 'longtask',
        buffered: true,
      })
    })
    page = await context.newPage()
    await page.goto(watch.url)
    await expectPoints('Loss', 100_000)
    // The curve fills its chart from the first point to the last.
    expect(await colouredPixels('Loss')).toBeGreaterThan(2000)
    for (let step = 100_001; step <= 100_020; step++) {
      await train.scalar('batch_loss', 0.1, { step })
      if (step % 5 === 0) await expectPoints('Loss', step)
    }
    await page.getByRole('checkbox', { name: 'log scale' }).check()
    await page.getByRole('slider', { name: 'Smoothing' }).fill('0.9')
    await expect.poll(() => page.url()).toContain('smoothing=0.9')
    // A page that drew point by point would take many seconds; a frame or two on a free machine are tens of milliseconds.
    const tasks = await page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks)
    expect(Math.max(0, ...tasks)).toBeLessThan(1500)
  }, 120_000)

  it('compares runs: their curves in one chart, and in a table what differs', async () => {
    for (const [run, units, loss] of [
      ['small', 16, 0.5],
      ['large', 64, 0.25],
    ] as const) {
      const [train, validation] = [writerOf(run), writerOf(run, 'validation')]
      for (const step of [0, 1, 2]) {
        await train.scalar('epoch_loss', loss / (1 + step), { step })
        await validation.scalar('epoch_loss', loss / (1 + step) + 0.1, { step })
      }
      writeFileSync(join(folder, run, 'config.json'), JSON.stringify({ units, model: 'lenet', epochs: 3 }))
    }
    await open()
    await page.getByRole('checkbox', { name: 'small' }).check()
    await page.getByRole('checkbox', { name: 'large' }).check()
    await expectPoints('Loss', 12)
    const cells = (row: string) => page.getByRole('row', { name: row }).getByRole('cell').allTextContents()
    const comparison = page.getByRole('region', { name: 'Comparison' })
    await comparison.getByRole('row', { name: 'large' }).waitFor()
    expect(await comparison.getByRole('columnheader').allTextContents()).toEqual([
      ...['Run', 'Epochs', 'Validation loss', 'Loss', 'ms a step', 'Parameters', 'Units'],
    ])
    expect(await cells('large')).toEqual(['3', '0.1833', '0.08333', '', '', '64'])
    expect(await cells('small')).toEqual(['3', '0.2667', '0.1667', '', '', '16'])
    // The choice outlives reloading.
    await page.reload()
    await expectPoints('Loss', 12)
    await page.getByRole('checkbox', { name: 'small' }).uncheck()
    await expectPoints('Loss', 6)
  })

  it('shows matrix, predictions, filters and layers, epoch by epoch', async () => {
    const train = writerOf('classes')
    const pixels = (step: number) =>
      tensor(new Uint8Array(2 * 5 * 5).fill(40 * step), { shape: [2, 5, 5, 1] })
    await train.layerGraph([
      { name: 'in', className: 'InputLayer', inputs: [], outputShapes: [[null, 5, 5, 1]], params: 0 },
      { name: 'conv', className: 'Conv2D', inputs: ['in'], outputShapes: [[null, 4, 4, 300]], params: 1500 },
    ])
    await train.image('inputs/image', pixels(1), { step: 0 })
    for (const step of [0, 1]) {
      const wrong = 1 - step
      await train.text(
        'predictions',
        [
          ['label', 'predicted', 'output'],
          ['cat', wrong ? 'dog' : 'cat', '0.75'],
        ],
        { step },
      )
      await train.text(
        'confusion_matrix',
        [
          ['', 'cat', 'dog'],
          ['cat', `${8 - wrong}`, `${wrong}`],
          ['dog', '0', '5'],
        ],
        { step },
      )
      await train.image('conv/kernel/image', pixels(step), { step, maxOutputs: 1 })
      await train.scalar('epoch_loss', 1, { step })
    }
    await open()
    await page.getByText('13 of 13 right').waitFor()
    const sample = page.locator('figure.sample')
    await expect.poll(() => sample.textContent()).toBe('cat 75.0 %')
    const loaded = (alt: string) =>
      expect
        .poll(() =>
          page
            .getByAltText(alt, { exact: true })
            .evaluate((image) => (image as HTMLImageElement).naturalWidth),
        )
        .toBe(5)
    await loaded('conv/kernel')
    await loaded('Sample 1, which is cat')
    const later = await page.getByAltText('conv/kernel').getAttribute('src')
    await page.getByRole('slider', { name: 'Epoch' }).press('ArrowLeft')
    await page.getByText('12 of 13 right').waitFor()
    // The tables and pictures of an epoch come one after another.
    await expect.poll(() => sample.textContent()).toBe('dog 75.0 %is cat')
    await expect.poll(() => page.getByAltText('conv/kernel').getAttribute('src')).not.toBe(later)
    await loaded('conv/kernel')
    const layers = page.getByRole('region', { name: 'Layers' })
    expect(await layers.getByRole('row').allTextContents()).toEqual([
      'LayerTypeOutput shapeParametersTakes from',
      'inInputLayer(None, 5, 5, 1)0',
      'convConv2D(None, 4, 4, 300)1,500in',
    ])
    await page.getByRole('button', { name: 'Play' }).click()
    await page.getByText('13 of 13 right').waitFor()
  })

  it('can be used by keyboard alone', async () => {
    const train = writerOf('one')
    for (const step of [0, 1, 2]) await train.scalar('epoch_loss', 1 / (1 + step), { step })
    await writerOf('two').scalar('epoch_loss', 1, { step: 0 })
    await open({ hash: '#runs=two' })
    await page.getByRole('checkbox', { name: 'one' }).waitFor()
    const focused = () =>
      page.evaluate(() => {
        const { activeElement: found } = document
        const { outlineStyle, outlineWidth } = getComputedStyle(found ?? document.body)
        const label =
          found?.getAttribute('aria-label') ??
          (found as HTMLInputElement | null)?.labels?.[0]?.textContent ??
          found?.textContent
        return {
          label: label?.trim().replace(/\s+/g, ' ').slice(0, 24),
          isSeen: outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2,
        }
      })
    const order: (string | undefined)[] = []
    for (let i = 0; i < 10; i++) {
      await page.keyboard.press('Tab')
      const { label, isSeen } = await focused()
      expect({ label, isSeen }).toEqual({ label, isSeen: true })
      order.push(label)
    }
    expect(order).toEqual([
      ...['To the curves', 'Colours as the system lig', 'one', 'Details of one', 'two', 'Details of two'].map(
        (label) => label.slice(0, 24),
      ),
      ...['epochs', 'log scale', 'Smoothing 0', 'Loss by epoch: two, trai'],
    ])
    // The run is chosen with the space bar; the focus stays where it is.
    await page.getByRole('checkbox', { name: 'one' }).focus()
    await page.keyboard.press('Space')
    await expectPoints('Loss', 4)
    expect((await focused()).label).toBe('one')
    const drawing = chart('Loss').locator('.drawing')
    await drawing.focus()
    await page.keyboard.press('End')
    const readout = chart('Loss').locator('.readout')
    await expect.poll(() => readout.textContent()).toBe('epoch 3one 0.3333two 1')
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => readout.textContent()).toBe('epoch 2one 0.5two 1')
    await page.keyboard.press('Home')
    await expect.poll(() => readout.textContent()).toBe('epoch 1one 1two 1')
    // What a chart shows stands in a table too.
    await chart('Loss').getByText('Numbers').click()
    expect(await chart('Loss').getByRole('row').allTextContents()).toEqual([
      'epochonetwo',
      '111',
      '20.5',
      '30.3333',
    ])
  })

  it('fits a phone, without moving what is there', async () => {
    const train = writerOf('a_run_with_a_name_that_is_longer_than_any_phone_is_wide')
    for (const step of [0, 1, 2]) await train.scalar('epoch_loss', 1 / (1 + step), { step })
    await train.text(
      'confusion_matrix',
      [['', ...'0123456789'], ...[...'0123456789'].map((name) => [name, ...'1234567890'])],
      { step: 0 },
    )
    await open({ width: 360, height: 740 })
    await expectPoints('Loss', 3)
    await page.getByText('Confusion matrix').first().waitFor()
    const box = () => chart('Loss').boundingBox()
    const before = await box()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    expect((before?.x ?? 0) + (before?.width ?? 0)).toBeLessThanOrEqual(360)
    await train.scalar('epoch_loss', 0.1, { step: 3 })
    await expectPoints('Loss', 4)
    expect(await box()).toEqual(before)
    // Fingers need room.
    for (const button of await page.getByRole('button').all()) {
      expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(32)
    }
  })

  it('shows names and texts for what they are', async () => {
    const name = '<img src=x onerror=alert(1)>'
    const train = writerOf(name)
    await train.scalar(`epoch_${name}`, 1, { step: 0 })
    await train.text(
      'predictions',
      [
        ['label', 'predicted', 'output'],
        [name, name, name],
      ],
      { step: 0 },
    )
    await open()
    await page.getByRole('checkbox', { name }).waitFor()
    await page.locator('figure.sample').filter({ hasText: name }).waitFor()
    expect(await page.locator('img').count()).toBe(0)
  })

  it('says what is wrong with a run', async () => {
    await writerOf('damaged').scalar('epoch_loss', 1, { step: 0 })
    await writers[0].close()
    writeFileSync(join(folder, 'damaged', 'events.out.tfevents.9'), 'nonsense that is no event file')
    await open()
    await page.getByText('events.out.tfevents.9 is no event file; what stands before is shown.').waitFor()
    rmSync(folder, { recursive: true })
    await page.getByText(/there is no such folder/).waitFor()
    await createFileWriter(join(folder, 'again')).scalar('epoch_loss', 1, { step: 0 })
    await page.getByRole('checkbox', { name: 'again' }).waitFor()
    // The page may have been asking for points and details of the run just when it went away.
    complaints.push(...complaints.splice(0).filter((complaint) => !complaint.includes('404')))
  })
})
