import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium, launchChromium } from './chromium.js'
import { importMapHash, serveBuilt } from './chromiumServer.js'
import { runEngineSample, type SampleOutcome } from './engineSample.js'
import { runSavingSample, type SavingOutcome } from './savingSample.js'

const executable = findChromium()
if (!executable) {
  console.warn('Chromium tests are skipped: no /usr/bin/chromium, and GRADUS_CHROMIUM does not name one.')
}

/** As strict as a page can be that runs WebAssembly in workers of its own. */
const strictPolicy = {
  'Content-Security-Policy': `default-src 'none'; script-src 'self' 'wasm-unsafe-eval' ${importMapHash}; worker-src 'self'`,
}
/** What makes a page cross-origin isolated, so that its memory can be shared. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

interface PageOutcome<T> {
  readonly isolated: boolean
  readonly sample: T
  /** What the page complained about. */
  readonly complaints: readonly string[]
}

describe.skipIf(!executable)('In Chromium', () => {
  let browser: Browser
  let expected: SampleOutcome
  beforeAll(async () => {
    browser = await launchChromium(executable as string)
    expected = await runEngineSample(2)
  })
  afterAll(() => browser?.close())

  /** Runs an expression in a new page that is served with these headers; `load` imports a built script. */
  async function runInPage<T>(
    headers: Readonly<Record<string, string>>,
    expression: string,
    argument?: unknown,
  ): Promise<PageOutcome<T>> {
    const server = await serveBuilt(headers)
    const context = await browser.newContext()
    try {
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      await page.goto(server.origin)
      // As text, because vitest rewrites imports in functions.
      const outcome = await page.evaluate<Omit<PageOutcome<T>, 'complaints'>>(`(async () => {
        const argument = ${JSON.stringify(argument) ?? 'undefined'}
        return { isolated: self.crossOriginIsolated, sample: await ${expression} }
      })()`)
      return { ...outcome, complaints }
    } finally {
      await context.close()
      await server.close()
    }
  }

  const engineSample = "(await import('/testing/engineSample.js')).runEngineSample(2)"
  const savingSample = "(await import('/testing/savingSample.js')).runSavingSample(argument)"

  it('an isolated page computes on two threads, bit for bit what Node does', async () => {
    const { isolated, sample, complaints } = await runInPage<SampleOutcome>(
      { ...isolation, ...strictPolicy },
      engineSample,
    )
    expect({ isolated, threads: sample.threads }).toEqual({ isolated: true, threads: 2 })
    expect(Object.keys(sample.ops).length).toBeGreaterThan(50)
    expect(sample).toEqual(expected)
    expect(complaints).toEqual([])
  })

  it('a page that is not isolated does so on one worker with memory of its own', async () => {
    const { isolated, sample, complaints } = await runInPage<SampleOutcome>(strictPolicy, engineSample)
    expect({ isolated, threads: sample.threads }).toEqual({ isolated: false, threads: 1 })
    expect(sample).toEqual({ ...expected, threads: 1 })
    expect(complaints).toEqual([])
  })

  it('a page saves models as bytes, and reads its own files and those of Node', async () => {
    const node = await runSavingSample()
    for (const given of [undefined, node.files]) {
      const { sample, complaints } = await runInPage<SavingOutcome>(strictPolicy, savingSample, given)
      expect(complaints).toEqual([])
      for (const format of ['keras', 'h5', 'weights.h5', 'safetensors']) {
        expect(sample.loaded[format], format).toEqual(given ? node.predictions : sample.predictions)
      }
      // The automatic names of layers differ, and so does the length.
      expect(sample.onnx.slice(0, 16)).toEqual(node.onnx.slice(0, 16))
      expect(sample.onnx.length).toBeGreaterThan(1000)
      expect(sample.pathRefused).toMatch(/a page has no files\. Save with await model\.toBytes\('keras'\)/)
      expect((await runSavingSample(sample.files)).loaded.keras).toEqual(sample.predictions)
    }
    // Each file starts a worker with a library of 4 MB.
  }, 180_000)
})
