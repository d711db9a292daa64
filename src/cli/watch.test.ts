import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const main = fileURLToPath(new URL('../node/gradus.js', import.meta.url))

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-watch-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Watching {
  /** What it has written so far, from the first line on. */
  readonly stdout: () => string
  readonly interrupt: () => void
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>
}

/** Runs `gradus watch`; goes on when it has written something, or has ended. */
async function watch(...words: readonly string[]): Promise<Watching> {
  const child = spawn(process.execPath, [main, 'watch', ...words])
  let [stdout, stderr] = ['', '']
  child.stderr.on('data', (piece) => (stderr += piece))
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, stderr })),
  )
  const written = new Promise((resolve) =>
    child.stdout.on('data', (piece) => {
      stdout += piece
      resolve(undefined)
    }),
  )
  await Promise.race([written, ended])
  return { stdout: () => stdout, interrupt: () => void child.kill('SIGINT'), ended }
}

describe('gradus watch', () => {
  it('says where its page is, shows it, and ends cleanly with Ctrl-C, whoever listens', async () => {
    const first = await watch(folder, '--port', '0')
    const [, url, port] = /is shown at (http:\/\/127\.0\.0\.1:(\d+)\/)/.exec(first.stdout()) ?? []
    expect(await (await fetch(url)).text()).toContain('Gradus watch')
    const second = await watch(folder, '--port', port)
    expect(await second.ended).toEqual({
      code: 1,
      stderr: `gradus: Port ${port} is in use. Take another with --port, or any free one with --port 0.\n`,
    })
    // A page that is open must not hold it up.
    const listening = await fetch(`${url}api/changes`)
    first.interrupt()
    expect(await first.ended).toEqual({ code: 0, stderr: '' })
    expect(first.stdout()).toMatch(/Ended\.\n$/)
    await expect(listening.text()).rejects.toThrow()
  })

  it('refuses an empty path', async () => {
    const { ended } = await watch('')
    const { code, stderr } = await ended
    expect(code).toBe(1)
    expect(stderr).toContain("value '' is invalid for argument 'runs'. Expected a path, received nothing.")
  })

  it('waits for a folder that the first run makes', async () => {
    const runs = join(folder, 'later')
    const { stdout, interrupt, ended } = await watch(runs, '--port', '0')
    expect(stdout()).toContain(`${runs} does not exist yet: its runs are shown at `)
    const [url] = /http:\/\/127\.0\.0\.1:\d+\//.exec(stdout()) ?? []
    const { body } = await fetch(`${url}api/changes`)
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
    let told = ''
    const until = async (text: string) => {
      while (!told.includes(text)) told += (await reader?.read())?.value ?? ''
    }
    await until('there is no such folder yet')
    mkdirSync(join(runs, 'first'), { recursive: true })
    writeFileSync(join(runs, 'first', 'log.csv'), 'epoch,loss\n0,0.5\n')
    await until('"name":"first"')
    interrupt()
    expect(await ended).toEqual({ code: 0, stderr: '' })
  })

  it('says in a line what is wrong with its folder or port', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const { ended } = await watch(file)
    expect(await ended).toEqual({
      code: 1,
      stderr: `gradus: ${file}: is a file. Name the folder of your runs.\n`,
    })
    const { ended: strange } = await watch(folder, '--port', '70000')
    expect(await strange).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('whole number from 0 to 65535'),
    })
  })
})
