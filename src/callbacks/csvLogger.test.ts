import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DataError } from '../errors.js'
import { useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import type { FitOptions } from '../models/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { scriptedFit } from '../testing/scriptedFit.js'
import type { CallbackLike, Logs } from './callback.js'
import { type CsvLoggerOptions, csvLogger } from './csvLogger.js'

let folder = ''
let path = ''
beforeEach(() => {
  useExecutor(new ReferenceExecutor())
  folder = mkdtempSync(join(tmpdir(), 'gradus-csv-'))
  path = join(folder, 'log.csv')
})
afterEach(() => rmSync(folder, { recursive: true }))

const rows = [
  { loss: 1, mae: 0.5, val_loss: 1e-5 },
  { loss: 0.25, mae: Number.NaN, val_loss: 2 },
]
const none = { validationData: undefined, epochs: 2 } as const

/** Takes out of the logs what the test does not look at. */
const only = (...keys: string[]): CallbackLike => ({
  onEpochEnd(_, logs) {
    for (const key of Object.keys(logs)) if (!keys.includes(key)) delete logs[key]
  },
})

async function written(
  given: readonly Logs[],
  options?: CsvLoggerOptions,
  fit: FitOptions<Tensor, Tensor> = {},
) {
  await scriptedFit([only('loss', 'mae', 'val_loss', 'extra'), csvLogger(path, options)], given, fit)
  return readFileSync(path, 'utf8')
}

describe('CSVLogger', () => {
  it("writes Keras's format", async () => {
    expect(await written(rows)).toBe('epoch,loss,mae,val_loss\r\n0,1.0,0.5,1e-05\r\n1,0.25,nan,2.0\r\n')
  })

  it('keeps columns for validation, which may come later', async () => {
    expect(
      await written(
        rows.map(({ loss, mae }) => ({ loss, mae })),
        {},
        none,
      ),
    ).toBe('epoch,loss,mae,val_loss,val_mae\r\n0,1.0,0.5,NA,NA\r\n1,0.25,nan,NA,NA\r\n')
  })

  it('takes the columns of the first epoch for all', async () => {
    expect(await written([{ loss: 1 }, { loss: 2, extra: 3 }], {}, none)).toBe(
      'epoch,loss,mae,val_loss,val_mae\r\n0,1.0,0.0,NA,NA\r\n1,2.0,0.0,NA,NA\r\n',
    )
  })

  it('separates as told, and quotes what would not be read back', async () => {
    const add: CallbackLike = { onEpochEnd: (_, logs) => (logs['a;"b"'] = 1) }
    await scriptedFit(
      [only('loss', 'val_loss'), add, csvLogger(path, { separator: ';' })],
      [{ loss: 1, val_loss: 2 }],
    )
    expect(readFileSync(path, 'utf8')).toBe('epoch;"a;""b""";loss;val_loss\r\n0;1.0;1.0;2.0\r\n')
    expect(() => csvLogger(path, { separator: ', ' })).toThrow(/expected a separator of one character/)
  })

  it('begins anew, or appends without a second header', async () => {
    const [header, first] = (await written(rows.slice(0, 1))).split('\r\n')
    expect((await written(rows.slice(0, 1))).split('\r\n')).toEqual([header, first, ''])
    expect((await written(rows.slice(0, 1), { append: true })).split('\r\n')).toEqual([
      header,
      first,
      first,
      '',
    ])
  })

  it('appends to a file that is empty, or not there, with a header', async () => {
    writeFileSync(path, '')
    const expected = await written(rows, { append: true })
    expect(expected).toMatch(/^epoch,/)
    rmSync(path)
    expect(await written(rows, { append: true })).toBe(expected)
  })

  it('has each row in the file when its epoch has ended', async () => {
    const lines: number[] = []
    const reads: CallbackLike = {
      onEpochEnd: () => void lines.push(readFileSync(path, 'utf8').split('\r\n').length - 1),
    }
    await scriptedFit([csvLogger(path), reads], rows)
    expect(lines).toEqual([2, 3])
  })

  it('leaves the file whole and closed when training fails, and the old one until there is a row', async () => {
    writeFileSync(path, 'old')
    const logger = csvLogger(path)
    const fails = (at: number): CallbackLike => ({
      onEpochBegin(epoch) {
        if (epoch === at) throw new Error('broken')
      },
    })
    await expect(scriptedFit([logger, fails(0)], rows)).rejects.toThrow('broken')
    expect(readFileSync(path, 'utf8')).toBe('old')
    await expect(scriptedFit([only('loss', 'val_loss'), logger, fails(1)], rows)).rejects.toThrow('broken')
    expect(readFileSync(path, 'utf8')).toBe('epoch,loss,val_loss\r\n0,1.0,1e-05\r\n')
    await expect(logger.onEpochEnd(0, {})).rejects.toThrow(/log.csv is not open/)
  })

  it('replaces the rows of epochs that are done once more in a run that is resumed', async () => {
    const expected = await written([...rows, ...rows])
    const first = csvLogger(path)
    const keep = only('loss', 'mae', 'val_loss')
    let state: unknown
    // Interrupted in the fourth epoch; the state was kept after the second.
    const keeps: CallbackLike = {
      async onEpochEnd(epoch) {
        if (epoch === 1) state = structuredClone(first.getState())
        if (epoch === 2) throw new Error('killed')
      },
    }
    await expect(scriptedFit([keep, first, keeps], [...rows, { loss: 77 }, ...rows])).rejects.toThrow(
      'killed',
    )
    expect(readFileSync(path, 'utf8')).toContain('2,77.0')
    for (const isLost of [false, true]) {
      if (isLost) rmSync(path)
      const second = csvLogger(path)
      const resumes: CallbackLike = { onTrainBegin: () => second.setState(state as never) }
      await scriptedFit([keep, second, resumes], [...rows, ...rows], { initialEpoch: 2 })
      const [header, ...lines] = expected.split('\r\n')
      expect(readFileSync(path, 'utf8').split('\r\n')).toEqual(
        isLost ? [header, ...lines.slice(2)] : [header, ...lines],
      )
    }
  })

  it('says before the first batch that a file cannot be written', async () => {
    const begun: CallbackLike = { onEpochBegin: () => Promise.reject(new Error('training began')) }
    for (const [name, reason] of [
      ['no/such/log.csv', /its folder does not exist/],
      ['.', /is a folder/],
    ] as const) {
      const error = await scriptedFit([csvLogger(join(folder, name)), begun], rows).catch(
        (each: unknown) => each,
      )
      expect(error).toBeInstanceOf(DataError)
      expect(String(error)).toMatch(reason)
      expect(String(error)).toContain(folder)
    }
    expect(() => csvLogger('')).toThrow(/expected the path of a file/)
    expect(existsSync(join(folder, 'no'))).toBe(false)
  })
})
