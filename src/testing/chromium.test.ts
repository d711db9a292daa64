import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium, launchChromium } from './chromium.js'
import { serveBuilt } from './chromiumServer.js'
import { runEngineSample, type SampleOutcome } from './engineSample.js'

const executable = findChromium()
if (!executable) {
  console.warn('Chromium tests are skipped: no /usr/bin/chromium, and GRADUS_CHROMIUM does not name one.')
}

/** As strict as a page can be that runs WebAssembly in workers of its own. */
const strictPolicy = {
  'Content-Security-Policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
}
/** What makes a page cross-origin isolated, so that its memory can be shared. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

interface PageOutcome {
  readonly isolated: boolean
  readonly sample: SampleOutcome
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

  /** Runs the sample in a new page that is served with these headers. */
  async function runInPage(headers: Readonly<Record<string, string>>): Promise<PageOutcome> {
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
      const outcome = await page.evaluate<Omit<PageOutcome, 'complaints'>>(`(async () => {
        const { runEngineSample } = await import('/testing/engineSample.js')
        return { isolated: self.crossOriginIsolated, sample: await runEngineSample(2) }
      })()`)
      return { ...outcome, complaints }
    } finally {
      await context.close()
      await server.close()
    }
  }

  it('an isolated page computes on two threads, bit for bit what Node does', async () => {
    const { isolated, sample, complaints } = await runInPage({ ...isolation, ...strictPolicy })
    expect({ isolated, threads: sample.threads }).toEqual({ isolated: true, threads: 2 })
    expect(Object.keys(sample.ops).length).toBeGreaterThan(50)
    expect(sample).toEqual(expected)
    expect(complaints).toEqual([])
  })

  it('a page that is not isolated does so on one worker with memory of its own', async () => {
    const { isolated, sample, complaints } = await runInPage(strictPolicy)
    expect({ isolated, threads: sample.threads }).toEqual({ isolated: false, threads: 1 })
    expect(sample).toEqual({ ...expected, threads: 1 })
    expect(complaints).toEqual([])
  })
})
