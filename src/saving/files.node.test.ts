import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DataError } from '../errors.js'
import { readFile, writeFile } from './files.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-files-'))
})
afterEach(() => {
  chmodSync(folder, 0o755)
  rmSync(folder, { recursive: true })
})

const text = (bytes: string) => new TextEncoder().encode(bytes)

/** What another process does with `files`: `await body`. Gives its standard output. */
const program = (body: string) => `
  const { readFile, writeFile } = await import(${JSON.stringify(new URL('files.js', import.meta.url).href)})
  ${body}`

describe('writeFile', () => {
  it('writes pieces one after another, and leaves nothing else', async () => {
    const path = join(folder, 'a.bin')
    await writeFile(path, [text('one'), text(''), text('two')])
    expect(readFileSync(path, 'utf8')).toBe('onetwo')
    await writeFile(path, [text('new')])
    expect(new TextDecoder().decode(await readFile(path))).toBe('new')
    expect(readdirSync(folder)).toEqual(['a.bin'])
  })

  it('replaces nothing where it may not, however many write at once', async () => {
    const path = join(folder, 'a.bin')
    const writing = ['one', 'two', 'three', 'four'].map(async (content) => {
      await writeFile(path, [text(content)], { overwrite: false })
      return content
    })
    const results = await Promise.allSettled(writing)
    const written = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    expect(written).toEqual([readFileSync(path, 'utf8')])
    for (const result of results) {
      if (result.status === 'rejected') expect(String(result.reason)).toMatch(/there is such a file already/)
    }
    expect(readdirSync(folder)).toEqual(['a.bin'])
  })

  it('keeps what it replaces under another name, if asked to', async () => {
    const [path, before] = [join(folder, 'a.bin'), join(folder, 'before.bin')]
    for (const content of ['one', 'two', 'three']) await writeFile(path, [text(content)], { keepAs: before })
    expect([path, before].map((each) => readFileSync(each, 'utf8'))).toEqual(['three', 'two'])
    expect(readdirSync(folder).sort()).toEqual(['a.bin', 'before.bin'])
  })

  it('writes through links, and keeps permissions', async () => {
    mkdirSync(join(folder, 'store'))
    const target = join(folder, 'store', 'a.bin')
    writeFileSync(target, 'old', { mode: 0o600 })
    chmodSync(target, 0o640)
    symlinkSync(target, join(folder, 'link.bin'))
    await writeFile(join(folder, 'link.bin'), [text('new')])
    expect(readFileSync(target, 'utf8')).toBe('new')
    expect(statSync(target).mode & 0o777).toBe(0o640)
    expect(readdirSync(folder).sort()).toEqual(['link.bin', 'store'])
  })

  it('removes what a killed process left of the same file, and no other', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    const gone = `.a.bin.${pid}-0123abcd.part`
    const kept = [`.a.bin.${process.ppid}-0123abcd.part`, `.b.bin.${pid}-0123abcd.part`, '.a.bin.notes.part']
    for (const name of [gone, ...kept]) writeFileSync(join(folder, name), 'x')
    await writeFile(join(folder, 'a.bin'), [text('new')])
    expect(readdirSync(folder).sort()).toEqual([...kept, 'a.bin'].sort())
  })

  it('killed at any moment, leaves the old file or the new one', async () => {
    const path = join(folder, 'a.bin')
    const size = 1 << 20
    writeFileSync(path, new Uint8Array(size).fill(1))
    for (let round = 0; round < 8; round++) {
      const writer = spawn(process.execPath, [
        '--input-type=module',
        '-e',
        program(`
          process.stdout.write('ready')
          for (let k = 2; ; k = 2 + (k - 1) % 200) await writeFile(${JSON.stringify(path)}, [new Uint8Array(${size}).fill(k)])`),
      ])
      await new Promise((resolve) => writer.stdout.once('data', resolve))
      await new Promise((resolve) => setTimeout(resolve, 5 + 17 * round))
      const ended = new Promise((resolve) => writer.once('exit', resolve))
      writer.kill('SIGKILL')
      await ended
      const bytes = readFileSync(path)
      expect(bytes.length).toBe(size)
      expect(bytes.every((byte) => byte === bytes[0])).toBe(true)
    }
    await writeFile(path, [text('end')])
    expect(readdirSync(folder)).toEqual(['a.bin'])
  })

  it.skipIf(process.platform === 'win32')('a full disk is an error that leaves the old file', () => {
    const path = join(folder, 'a.bin')
    writeFileSync(path, 'old')
    const source = program(`
      try { await writeFile(${JSON.stringify(path)}, [new Uint8Array(1 << 20)]) }
      catch (error) { console.log(error.name, error.message) }`)
    // A limit on the size of files stands for the disk's.
    const limited = spawnSync(
      'sh',
      ['-c', 'ulimit -f 64; exec "$0" --input-type=module -e "$1"', process.execPath, source],
      {
        encoding: 'utf8',
      },
    )
    expect(limited.stdout).toMatch(
      /^DataError .*a\.bin: the disk has no room for 1048576 bytes\..* as it was/,
    )
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['a.bin'])
  })

  it.skipIf(process.platform === 'win32')('a read-only folder is an error that leaves the old file', () => {
    const path = join(folder, 'a.bin')
    writeFileSync(path, 'old')
    chmodSync(folder, 0o555)
    const source = program(`
      try { await writeFile(${JSON.stringify(path)}, [new Uint8Array(8)]) }
      catch (error) { console.log(error.name, error.message) }`)
    // Permissions mean nothing to root: then as somebody else.
    const other = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
      encoding: 'utf8',
      ...other,
    })
    expect(stdout, stderr).toMatch(/^DataError .*you may not write into the folder .* as it was/)
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['a.bin'])
  })

  it('names a missing folder, and a folder in the place of the file', async () => {
    await expect(writeFile(join(folder, 'x', 'a.bin'), [])).rejects.toThrow(
      /there is no folder .*x\. Make it first/,
    )
    await expect(writeFile(folder, [])).rejects.toThrow(DataError)
    await expect(writeFile(folder, [])).rejects.toThrow(/expected a file to write, found a folder/)
    expect(existsSync(folder)).toBe(true)
  })
})

describe('readFile', () => {
  it('names files that are missing, and folders', async () => {
    await expect(readFile(join(folder, 'none'))).rejects.toThrow(/none: there is no such file/)
    await expect(readFile(folder)).rejects.toThrow(/expected a file, found a folder/)
  })
})
