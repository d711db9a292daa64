import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { History } from '../callbacks/history.js'
import { ArgumentError } from '../errors.js'
import { runNode } from '../testing/acceptance/runNode.js'
import { Picture } from './picture.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-plot-'))
})
afterAll(() => rm(folder, { recursive: true }))

function measured(): History {
  const history = new History()
  history.onEpochEnd(0, { loss: 1, val_loss: 0.875 })
  history.onEpochEnd(1, { loss: 0.5, val_loss: 0.625 })
  return history
}

describe('Picture', () => {
  it('is drawn when it is asked for, and once', async () => {
    const draw = vi.fn(async () => ({ title: 'Empty', svg: '<svg/>', tables: [] }))
    const picture = new Picture(draw)
    expect(draw).not.toHaveBeenCalled()
    await Promise.all([picture.toSVG(), picture.toHTML(), picture.toSVG()])
    expect(draw).toHaveBeenCalledOnce()
  })

  it('is saved as what the ending says, whole or not at all', async () => {
    const picture = measured().plot()
    for (const name of ['a.svg', 'a.PNG', 'a.html']) await picture.save(join(folder, name))
    expect((await readdir(folder)).sort()).toEqual(['a.PNG', 'a.html', 'a.svg'])
    expect(await readFile(join(folder, 'a.svg'), 'utf8')).toBe(await picture.toSVG())
    const { format, width = 0 } = await sharp(join(folder, 'a.PNG')).metadata()
    expect(format).toBe('png')
    const svgWidth = Number(/width="(\d+)"/.exec(await picture.toSVG())?.[1])
    expect(width).toBe(2 * svgWidth)
    await expect(picture.save(join(folder, 'nowhere', 'a.svg'))).rejects.toThrow('there is no folder')
  })

  it.each(['curves.jpg', 'curves', '.svg/curves', 'curves.constructor', 3])(
    'refuses to save as %j',
    async (path) => {
      const saved = measured()
        .plot()
        .save(path as string)
      await expect(saved).rejects.toThrow(ArgumentError)
      await expect(saved).rejects.toThrow('ends in .svg, .png or .html')
    },
  )

  it('draws as many pixels as it is asked for', async () => {
    const picture = measured().plot()
    const widthAt = async (scale: number) =>
      (await sharp(await picture.toPNG({ scale })).metadata()).width ?? 0
    expect(await widthAt(3)).toBe(3 * (await widthAt(1)))
    await expect(picture.toPNG({ scale: 0 })).rejects.toThrow('toPNG: scale')
    await expect(picture.toPNG({ scale: 1000 })).rejects.toThrow('Take a smaller scale')
  })

  it('has its letters in a PNG', async () => {
    const withText = measured().plot({ title: 'MMMMMMMMMM' })
    const { data, info } = await sharp(await withText.toPNG({ scale: 1 }))
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const titleRows = data.subarray(0, 36 * info.width * info.channels)
    expect(titleRows.filter((value) => value < 80).length).toBeGreaterThan(300)
  })

  it('is a page that loads nothing, with its numbers', async () => {
    const page = await measured().plot({ title: 'A <b>run</b>' }).toHTML()
    expect(page).toMatch(/^<!doctype html>/)
    expect(page).toContain('<title>A &lt;b&gt;run&lt;/b&gt;</title>')
    expect(page).toContain('<td>0.625</td>')
    expect(page).not.toMatch(/(src|href)="|url\(|@import|<script/)
  })

  const saving = (path: string) => `
    const { plot } = await import('gradus')
    const picture = plot.history({ epoch: [0], history: { loss: [1] } })
    await picture.save(${JSON.stringify(path)}).catch((error) => console.log(error.name, error.message))
  `

  it.runIf(process.platform === 'linux')(
    'says that there are no fonts, rather than leave letters out',
    async () => {
      const config = join(folder, 'fonts.conf')
      await writeFile(config, `<fontconfig><dir>${folder}</dir></fontconfig>`)
      const { stdout } = await runNode(saving(join(folder, 'b.png')), { env: { FONTCONFIG_FILE: config } })
      expect(stdout).toMatch(/^StateError toPNG: no fonts were found on this machine.*fonts-dejavu-core/)
      expect(await readdir(folder)).not.toContain('b.png')
    },
  )

  it('needs its libraries when it is drawn, and no sooner', async () => {
    const hook = `export const resolve = (name, context, next) => {
      if (/plot$|xmldom|dagre|sharp/.test(name) && !/^[./]|^file:/.test(name)) throw new Error(name + ' was loaded')
      return next(name, context)
    }`
    const register = `import { register } from 'node:module'; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)})`
    const flags = ['--import', `data:text/javascript,${encodeURIComponent(register)}`]
    const { stdout, stderr } = await runNode(
      `
      const { plot } = await import('gradus')
      const picture = plot.history({ epoch: [0], history: { loss: [1] } })
      console.log('made')
      await picture.toSVG().catch(({ message }) => console.log(message))
    `,
      { flags },
    )
    expect({ stdout, stderr }).toEqual({ stdout: 'made\n@observablehq/plot was loaded\n', stderr: '' })
  })
})
