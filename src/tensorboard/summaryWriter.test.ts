import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ArgumentError, DataError } from '../errors.js'
import { tensor } from '../ops/tensor.js'
import { readEvents } from '../testing/readEvents.js'
import { createFileWriter } from './summaryWriter.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-summaries-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** The values in all files, in the order in which TensorBoard reads them. */
const written = (path = folder) =>
  readdirSync(path)
    .sort()
    .flatMap((name) => readEvents(join(path, name)))

describe('SummaryWriter', () => {
  it('writes entries in order, into a folder that it makes with the first', async () => {
    const path = join(folder, 'a', 'b')
    const writer = createFileWriter(path)
    await writer.close()
    expect(readdirSync(folder)).toEqual([])
    await writer.scalar('loss', 0.5, { step: 3 })
    await writer.scalar('loss', tensor([0.25]), { step: 2 ** 40 })
    await writer.text('note', ['**a**', 'ä'], { step: 0, description: 'why' })
    await writer.histogram(
      'h',
      [
        [1, 2],
        [3, 5],
      ],
      { step: 1, buckets: 2 },
    )
    await writer.close()
    expect(written(path)).toEqual([
      { step: 3, tag: 'loss', plugin: 'scalars', elements: [0.5] },
      { step: 2 ** 40, tag: 'loss', plugin: 'scalars', elements: [0.25] },
      { step: 0, tag: 'note', plugin: 'text', elements: ['**a**', 'ä'] },
      { step: 1, tag: 'h', plugin: 'histograms', elements: [1, 3, 2, 3, 5, 2] },
    ])
  })

  it('has in the file what was flushed, and keeps order when entries come faster than they are written', async () => {
    const writer = createFileWriter(folder)
    const steps = Array.from({ length: 500 }, (_, i) => i)
    await Promise.all(steps.map((step) => writer.scalar('x', step, { step })))
    await writer.flush()
    expect(written().map(({ step }) => step)).toEqual(steps)
    await writer.scalar('x', 1, { step: 500 })
    await writer.close()
    expect(written()).toHaveLength(501)
  })

  it('goes on in a file that TensorBoard reads behind the others, however quickly it is made', async () => {
    for (let step = 0; step < 12; step++) {
      const writer = createFileWriter(folder)
      await writer.scalar('x', step, { step })
      await writer.close()
    }
    expect(readdirSync(folder)).toHaveLength(12)
    expect(written().map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i))
  })

  it('takes its files back to a state, and those that came later away, but no others', async () => {
    const other = createFileWriter(folder)
    await other.scalar('other', 0, { step: 0 })
    await other.close()
    const options = { filenameSuffix: '.id.v2' }
    const first = createFileWriter(folder, options)
    await first.scalar('x', 0, { step: 0 })
    const state = await first.getState()
    await first.scalar('x', 1, { step: 1 })
    await first.close()
    for (let attempt = 0; attempt < 2; attempt++) {
      const again = createFileWriter(folder, options)
      await again.setState(state)
      await again.scalar('x', 10, { step: 1 })
      await again.close()
    }
    expect(written().map(({ tag, step, elements }) => [tag, step, ...elements])).toEqual([
      ['other', 0, 0],
      ['x', 0, 0],
      ['x', 1, 10],
    ])
    rmSync(folder, { recursive: true })
    const moved = createFileWriter(folder, options)
    await moved.setState(state)
    await moved.scalar('x', 1, { step: 1 })
    await moved.close()
    expect(written()).toHaveLength(1)
  })

  it('says that a folder cannot be written, once to whom asked, and closes', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    for (const path of [file, join(file, 'below')]) {
      const writer = createFileWriter(path)
      const error = await writer.scalar('x', 1, { step: 0 }).catch((each: unknown) => each)
      expect(error).toBeInstanceOf(DataError)
      expect(String(error)).toMatch(/events cannot be written: .* is a file. Give the name of a folder./)
      await writer.close()
    }
  })

  it.each([
    ['a name', () => createFileWriter('x').scalar('', 1, { step: 0 }), /expected a name, received ''/],
    ['a step', () => createFileWriter('x').scalar('a', 1, { step: -1 }), /'a': step: expected an integer/],
    [
      'a number',
      () => createFileWriter('x').scalar('a', tensor([1, 2]), { step: 0 }),
      /expected one number for 'a'/,
    ],
    [
      'a picture',
      () => createFileWriter('x').image('a', [[1]], { step: 0 }),
      /expected pictures of shape .* received \[1, 1\]/,
    ],
    [
      'channels',
      () => createFileWriter('x').image('a', [[[[1, 2, 3, 4, 5]]]], { step: 0 }),
      /1 to 4 channels/,
    ],
    [
      'buckets',
      () => createFileWriter('x').histogram('a', [1], { step: 0, buckets: 0 }),
      /buckets: expected an integer/,
    ],
    [
      'a table',
      () => createFileWriter('x').text('a', [['a'], ['b', 'c']], { step: 0 }),
      /rows of texts of equal lengths/,
    ],
    [
      'hyper-parameters',
      () => createFileWriter('x').hparams({ a: Number.NaN }),
      /numbers, texts or booleans/,
    ],
    ['options', () => createFileWriter('x').scalar('a', 1, 3 as never), /expected an object of options/],
  ])('refuses what is no %s', async (_, attempt, message) => {
    const error = await attempt().catch((each: unknown) => each)
    expect(error).toBeInstanceOf(ArgumentError)
    expect(String(error)).toMatch(message)
    expect(() => createFileWriter('')).toThrow(/expected the path of a folder/)
  })
})
