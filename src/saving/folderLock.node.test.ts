import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FolderLock } from './folderLock.node.js'

let folder = ''
const children: ChildProcess[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-lock-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

const lock = () => join(folder, '.lock')
const leave = (text: string | object) =>
  writeFile(lock(), typeof text === 'string' ? text : JSON.stringify(text))

/** Another process that takes the folder, and keeps it. */
async function holder(): Promise<ChildProcess> {
  const module = fileURLToPath(new URL('./folderLock.node.js', import.meta.url))
  const program = `
    import { FolderLock } from ${JSON.stringify(module)}
    await FolderLock.acquire(${JSON.stringify(folder)})
    console.log('has it')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program])
  children.push(child)
  await once(child.stdout, 'data')
  return child
}

describe('FolderLock', () => {
  it('makes the folder, lets one in, and the next one after it', async () => {
    folder = join(folder, 'a', 'b')
    const first = await FolderLock.acquire(folder)
    await expect(FolderLock.acquire(folder)).rejects.toThrow(/is in use by process \d+, this one/)
    await expect(FolderLock.check(folder)).rejects.toThrow(/is in use/)
    await first.release()
    await FolderLock.check(folder)
    await (await FolderLock.acquire(folder)).release()
    expect(await readdir(folder)).toEqual([])
  })

  it('keeps other processes out as long as they run', async () => {
    const child = await holder()
    const text = await readFile(lock(), 'utf8')
    await expect(FolderLock.acquire(folder)).rejects.toThrow(
      `${folder}: is in use by process ${child.pid}. Wait for it, end it, or take another folder.`,
    )
    expect(await readFile(lock(), 'utf8')).toBe(text)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await FolderLock.check(folder)
    await FolderLock.acquire(folder)
    expect(JSON.parse(await readFile(lock(), 'utf8')).pid).toBe(process.pid)
    expect(await readdir(folder)).toEqual(['.lock'])
  })

  it('does not take a process for another one that had its number', async () => {
    await leave({ pid: process.pid, host: hostname(), began: 'long ago' })
    if (process.platform === 'linux') await FolderLock.acquire(folder)
    else await expect(FolderLock.acquire(folder)).rejects.toThrow(/is in use/)
  })

  it('takes over from who was killed before writing', async () => {
    await leave('')
    await FolderLock.acquire(folder)
    expect(JSON.parse(await readFile(lock(), 'utf8')).pid).toBe(process.pid)
  })

  it('does not judge what it cannot see', async () => {
    await leave({ pid: 1, host: 'elsewhere', began: null })
    await expect(FolderLock.acquire(folder)).rejects.toThrow(
      `${folder}: is in use by process 1 on elsewhere, which cannot be looked at from here. Take another folder; or, if that process is no more, delete ${lock()}.`,
    )
  })

  it('lets one of many in', async () => {
    await leave({ pid: 2 ** 22 + 1, host: hostname(), began: null })
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => FolderLock.acquire(folder)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await readdir(folder)).toEqual(['.lock'])
  })

  it('says where nothing can be written', async () => {
    await writeFile(join(folder, 'file'), '')
    await expect(FolderLock.acquire(join(folder, 'file'))).rejects.toThrow(
      /file: nothing can be written into this folder \(.*\). Change its permissions, or take another./,
    )
  })

  // The super-user writes wherever it likes.
  it.skipIf(process.getuid?.() === 0)('says so of a read-only folder', async () => {
    const closed = join(folder, 'closed')
    await mkdir(closed)
    await chmod(closed, 0o555)
    await expect(FolderLock.acquire(closed)).rejects.toThrow(/closed: nothing can be written/)
  })
})
