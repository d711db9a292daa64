import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { findChromium, launchChromium } from '../testing/chromium.js'
import { lookAtSvg } from '../testing/lookAtSvg.js'

const executable = findChromium()

/** A page's script, bundled: it leaves a picture as SVG and as PNG. */
const script = `
  import { history } from 'plot'
  const picture = history({ epoch: [0, 1], history: { loss: [1, 0.5], val_loss: [1, 0.75] } }, { title: 'In a page' })
  globalThis.drawn = (async () => ({ svg: await picture.toSVG(), png: [...await picture.toPNG({ scale: 1 })], refusal: await picture.save('a.svg').catch(({ message }) => message) }))()
`

async function bundled(): Promise<string> {
  const { output } = await build({
    input: 'page',
    platform: 'browser',
    write: false,
    output: { format: 'esm', codeSplitting: false },
    plugins: [
      {
        name: 'page',
        resolveId: (id) => {
          if (id === 'page') return 'page'
          return id === 'plot' ? fileURLToPath(new URL('index.js', import.meta.url)) : null
        },
        load: (id) => (id === 'page' ? script : null),
      },
    ],
  })
  return output[0].code
}

describe.skipIf(!executable)('In Chromium', () => {
  it('a page draws what Node draws, as SVG and as PNG', async () => {
    const browser = await launchChromium(executable as string)
    try {
      const page = await browser.newPage()
      await page.addScriptTag({ type: 'module', content: await bundled() })
      // Modules run some time after they were added.
      await page.waitForFunction('globalThis.drawn')
      const { svg, png, refusal } = await page.evaluate<{ svg: string; png: number[]; refusal: string }>(
        'globalThis.drawn',
      )
      expect(refusal).toContain('a page has no files')
      const { texts } = lookAtSvg(svg)
      expect(texts).toEqual(expect.arrayContaining(['In a page', 'Loss', 'training', 'validation', 'epoch']))
      const { format, width } = await sharp(Buffer.from(png)).metadata()
      expect({ format, width }).toEqual({ format: 'png', width: Number(/width="(\d+)"/.exec(svg)?.[1]) })
    } finally {
      await browser.close()
    }
  }, 60_000)
})
