import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { cutsVersion } from '../compiler/cut.js'
import { countKept, tuningFile } from './tuningFile.node.js'

let folder: string
let path: string
const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-tuning-'))
  path = join(folder, 'tuning.json')
  warn.mockClear()
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const kept = { cut: { tile: { rows: 9, vectors: 3 }, items: 48 }, ms: 1.5, model_ms: 2 }
const cuts = (...keys: string[]) => new Map(keys.map((key) => [key, kept]))

it('reads what was kept, for the same machine alone', async () => {
  const store = tuningFile(folder)
  expect(await store.keep('a', cuts('one', 'two'))).toBe(true)
  expect(await store.keep('b', cuts('three'))).toBe(true)
  expect(await tuningFile(folder).read('a')).toEqual(cuts('one', 'two'))
  expect(await tuningFile(folder).read('b')).toEqual(cuts('three'))
  expect(await tuningFile(folder).read('c')).toEqual(new Map())
  expect(await countKept(folder)).toBe(3)
  expect(await readdir(folder)).toEqual(['tuning.json'])
  expect(warn).not.toHaveBeenCalled()
})

it('makes the folder, and takes none that is missing for damaged', async () => {
  const deep = join(folder, 'not', 'there')
  expect(await tuningFile(deep).read('a')).toEqual(new Map())
  expect(await countKept(deep)).toBe(0)
  expect(await tuningFile(deep).keep('a', cuts('one'))).toBe(true)
  expect(await tuningFile(deep).read('a')).toEqual(cuts('one'))
  expect(warn).not.toHaveBeenCalled()
})

it.each([
  ['no JSON', '{"format": "gradus tuning", "vers'],
  ['something else', '[1, 2]'],
  ['another format', '{"format":"other","version":1,"machines":{}}'],
  ['a machine without cuts', `{"format":"gradus tuning","version":${cutsVersion},"machines":{"a":3}}`],
  ['another version', '{"format":"gradus tuning","version":999,"machines":{"a":{"one":{}}}}'],
])('says once that %s is not used, and writes it anew', async (_, text) => {
  await writeFile(path, text)
  const store = tuningFile(folder)
  expect(await store.read('a')).toEqual(new Map())
  expect(await store.keep('a', cuts('one'))).toBe(true)
  expect(await tuningFile(folder).read('a')).toEqual(cuts('one'))
  expect(warn.mock.calls).toHaveLength(1)
  expect(warn.mock.calls[0][0]).toContain(path)
  expect(warn.mock.calls[0][0]).toMatch(/not used, and written anew/)
})

it('says that nothing is kept where nothing can be written', async () => {
  await writeFile(join(folder, 'file'), '')
  const store = tuningFile(join(folder, 'file'))
  expect(await store.read('a')).toEqual(new Map())
  expect(await store.keep('a', cuts('one'))).toBe(false)
  expect(warn.mock.calls).toHaveLength(1)
  expect(warn.mock.calls[0][0]).toMatch(
    /could not be written, so what was measured is for this process alone/,
  )
})

// Root may write everywhere.
it.skipIf(process.getuid?.() === 0)('says so of a folder that is not ours to write', async () => {
  const closed = join(folder, 'closed')
  await mkdir(closed)
  await chmod(closed, 0o500)
  expect(await tuningFile(closed).keep('a', cuts('one'))).toBe(false)
  expect(warn.mock.calls).toHaveLength(1)
})

it('loses nothing of several that write at once', async () => {
  const keys = Array.from({ length: 20 }, (_, i) => `op ${i}`)
  await Promise.all(keys.map((key) => tuningFile(folder).keep('a', cuts(key))))
  expect(await tuningFile(folder).read('a')).toEqual(cuts(...keys))
  expect(JSON.parse(await readFile(path, 'utf8')).version).toBe(cutsVersion)
  expect(await readdir(folder)).toEqual(['tuning.json'])
})

it('takes away the lock of a process that was killed', async () => {
  const lock = join(folder, 'tuning.json.lock')
  await writeFile(lock, '1')
  const before = new Date(Date.now() - 60_000)
  await utimes(lock, before, before)
  expect(await tuningFile(folder).keep('a', cuts('one'))).toBe(true)
  expect(await tuningFile(folder).read('a')).toEqual(cuts('one'))
})
