import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FolderLock } from '../saving/folderLock.node.js'
import type { RunConfig } from './runConfig.js'
import { RunFolder } from './runFolder.js'

let runs = ''
beforeEach(async () => {
  runs = join(await mkdtemp(join(tmpdir(), 'gradus-runs-')), 'runs')
})
afterEach(() => rm(join(runs, '..'), { recursive: true, force: true }))

const config: RunConfig = {
  ...{ gradus: '0.1.0', model: 'lenet', data: 'digits', epochs: 5, batch_size: 128, validation_split: 0.1 },
  ...{ limit: null, seed: 1, checkpoint_every: null },
}
const create = async (name?: string, given = config) => {
  const folder = await RunFolder.create(runs, name, given)
  await folder.release()
  return folder
}

describe('RunFolder', () => {
  it('numbers runs without a name by the model', async () => {
    expect((await create()).path).toBe(join(runs, 'lenet-1'))
    expect((await create()).path).toBe(join(runs, 'lenet-2'))
    await mkdir(join(runs, 'lenet-7'))
    expect((await create()).name).toBe('lenet-8')
    expect((await create(undefined, { ...config, model: 'models/mine.keras' })).name).toBe('mine-1')
    const many = await Promise.all(Array.from({ length: 5 }, () => create()))
    expect(new Set(many.map(({ name }) => name)).size).toBe(5)
  })

  it('does not touch a run of a name that is given again', async () => {
    await create('mine')
    const path = join(runs, 'mine', 'config.json')
    const before = await readFile(path)
    await expect(create('mine', { ...config, epochs: 9 })).rejects.toThrow(
      /mine: there is a run of this name. Continue it with --resume, or begin another with --run and a new name./,
    )
    expect(await readFile(path)).toEqual(before)
  })

  it('opens a run by its name, or the one that was worked on last', async () => {
    for (const name of ['a', 'b', 'c']) await create(name, { ...config, seed: name.charCodeAt(0) })
    const old = new Date(Date.now() - 60_000)
    for (const name of ['a', 'c']) await utimes(join(runs, name, 'config.json'), old, old)
    const open = async (name?: string) => {
      const folder = await RunFolder.open(runs, name)
      await folder.release()
      return folder
    }
    expect((await open('a')).config).toEqual({ ...config, seed: 97 })
    expect((await open()).name).toBe('b')
    await mkdir(join(runs, 'c', 'backup'))
    await utimes(join(runs, 'b', 'config.json'), old, old)
    expect((await open()).name).toBe('c')
  })

  it('says which runs there are', async () => {
    await expect(RunFolder.open(runs, undefined)).rejects.toThrow(
      /there is no run in this folder that could be resumed/,
    )
    await create('first')
    await mkdir(join(runs, 'something else'))
    await expect(RunFolder.open(runs, 'frist')).rejects.toThrow(/there is no run 'frist'. .*'first'/)
  })

  it('is worked on by one process at a time', async () => {
    await create('mine')
    const lock = await FolderLock.acquire(join(runs, 'mine'))
    await expect(RunFolder.open(runs, 'mine')).rejects.toThrow(/mine: is in use by process/)
    await lock.release()
  })

  it.each([
    ['no JSON', '{', /config.json: is no JSON .* The run cannot be resumed/],
    ['a missing entry', JSON.stringify({ ...config, seed: undefined }), /undefined is no value for 'seed'/],
    ['a wrong entry', JSON.stringify({ ...config, data: 'cats' }), /"cats" is no value for 'data'/],
    ['something else', '[]', /undefined is no value for 'gradus'/],
  ])('refuses a config with %s, and lets others have the folder', async (_what, text, message) => {
    await create('mine')
    await writeFile(join(runs, 'mine', 'config.json'), text)
    await expect(RunFolder.open(runs, 'mine')).rejects.toThrow(message)
    await FolderLock.check(join(runs, 'mine'))
  })
})
