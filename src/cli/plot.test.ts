import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ArgumentError, DataError } from '../errors.js'
import { createProgram } from './createProgram.js'

let runs = ''
const log = (...losses: number[]) =>
  `epoch,loss,val_loss\r\n${losses.map((loss, i) => `${i},${loss},${2 * loss}\r\n`).join('')}`
beforeAll(async () => {
  runs = await mkdtemp(join(tmpdir(), 'gradus-plot-'))
  for (const [name, text] of [
    ['first', log(1, 0.5, 0.25, 0.125)],
    ['second', `${log(0.75)}1,0.5`],
    ['empty', ''],
    ['waiting', 'epoch,loss\r\n'],
    ['foreign', 'a,b\r\n1,2\r\n'],
    ['odd', 'epoch,toString,__proto__,lr\r\n0,1,2,3\r\n'],
    ['unmeasured', 'epoch,loss\r\n0,NA\r\n'],
    ['without', undefined],
  ] as const) {
    await mkdir(join(runs, name))
    if (text !== undefined) await writeFile(join(runs, name, 'log.csv'), text)
  }
})
afterAll(() => rm(runs, { recursive: true }))

/** Runs `gradus plot` in this process: what it printed. */
async function plot(line: string): Promise<string> {
  let text = ''
  const stream = { write: (part: string) => (text += part) }
  const { signal } = new AbortController()
  const context = { stdout: stream, stderr: stream, signal, endAtOnceWhenInterrupted: () => {} }
  const words = line.split(' ').map((word) => word.replace('RUNS', runs))
  try {
    await createProgram(context).parseAsync(['node', 'gradus', 'plot', ...words])
  } catch (error) {
    if (text === '') throw error
  }
  return text
}

describe('gradus plot', () => {
  it('shows a run in the terminal, and draws it into its folder', async () => {
    expect(await plot('first --runs RUNS')).toBe(
      `first, 4 epochs\n  loss      1 █▄▂▁ 0.125\n  val_loss  2 █▄▂▁ 0.25\nThe curves are in ${runs}/first/curves.svg\n`,
    )
    const svg = await readFile(join(runs, 'first', 'curves.svg'), 'utf8')
    expect(svg).toContain('>first</text>')
    await plot('first --runs RUNS --format html')
    expect(await readFile(join(runs, 'first', 'curves.html'), 'utf8')).toMatch(/^<!doctype html>/)
  })

  it('compares runs, one of them under way', async () => {
    const line =
      'first RUNS/second/log.csv --runs RUNS --metrics val_loss --log --title Two --output RUNS/both.svg'
    expect(await plot(line)).toMatch(/^first, 4 epochs\n.*second, 1 epoch\n.*both\.svg\n$/s)
    const svg = await readFile(join(runs, 'both.svg'), 'utf8')
    for (const text of ['Two', 'Loss (validation)', 'first', 'second', '0.5']) {
      expect(svg).toContain(`>${text}</text>`)
    }
  })

  it('takes every name for a metric, those of what objects inherit too', async () => {
    const line = 'odd --runs RUNS --log __proto__,toString'
    expect(await plot(line)).toMatch(/^odd, 1 epoch\n {2}toString +1 ▅ 1\n {2}__proto__ +2 ▅ 2\n/)
    const svg = await readFile(join(runs, 'odd', 'curves.svg'), 'utf8')
    for (const title of ['ToString', 'proto']) expect(svg).toContain(title)
  })

  it.each([
    ['third', ArgumentError, /no run 'third' in .*Known: 'both.svg', 'empty', 'first'/],
    ['RUNS/first/curves.svg', DataError, /curves\.svg: is a file that does not end in \.csv\. Expected the/],
    ['first --metrics accuracy', ArgumentError, "no run has measured 'accuracy'"],
    ['first --log accuracy', ArgumentError, "no run has measured 'accuracy'"],
    ['first --output curves.jpg', ArgumentError, 'ends in .svg, .png or .html'],
    ['first --output RUNS/no/curves.svg', DataError, 'there is no folder'],
    ['empty', DataError, 'empty/log.csv: the log is empty'],
    ['waiting', DataError, 'waiting/log.csv: the log has no epoch yet'],
    ['foreign', DataError, 'foreign/log.csv: expected the log of a run'],
    ['unmeasured', ArgumentError, 'nothing was measured'],
    ['without', DataError, 'without/log.csv: there is no such file'],
    ['first first', ArgumentError, /the run '.*first' is named twice\. Name each run once\./],
    ['first second RUNS/./first/log.csv', ArgumentError, /the run '.*first\/log\.csv' is named twice/],
  ])('refuses %s', async (line, kind, message) => {
    const outcome = plot(`${line} --runs RUNS`)
    await expect(outcome).rejects.toThrow(kind)
    await expect(outcome).rejects.toThrow(message)
  })

  it('says what to do where there are no runs', async () => {
    const outcome = plot('first --runs RUNS/without')
    await expect(outcome).rejects.toThrow(/There are no runs in .*without: train first, .* with --runs\.$/)
  })

  it('refuses options that do not go together', async () => {
    expect(await plot('first --runs RUNS --format png --output a.svg')).toContain(
      "option '--format <kind>' cannot be used with option '--output <file>'",
    )
  })
})
