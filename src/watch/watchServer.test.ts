import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DataError, StateError } from '../errors.js'
import { tensor } from '../ops/tensor.js'
import { FolderLock } from '../saving/folderLock.node.js'
import { createFileWriter, type SummaryWriter } from '../tensorboard/summaryWriter.js'
import type { RunSummary } from './protocol.js'
import { RunFolderView } from './runFolderView.js'
import { startWatch, type Watch } from './watchServer.node.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-watch-'))
})
const writers: SummaryWriter[] = []
afterEach(async () => {
  await Promise.all(writers.splice(0).map((writer) => writer.close()))
  rmSync(folder, { recursive: true, force: true })
})

/** A writer that is closed when the test is done. */
function writerIn(...path: readonly string[]): SummaryWriter {
  const writer = createFileWriter(join(folder, ...path))
  writers.push(writer)
  return writer
}
const writerOf = (run: string) => writerIn(run, 'events', 'train')

async function writeLosses(writer: SummaryWriter, steps: readonly number[]): Promise<void> {
  for (const step of steps) await writer.scalar('epoch_loss', 1 / (1 + step), { step })
  await writer.flush()
}

async function listOf(view: RunFolderView): Promise<RunSummary[]> {
  await view.refresh()
  return [...view.list.runs]
}

/** The steps of a run's losses, as they are now. */
async function lossSteps(view: RunFolderView, run: string): Promise<readonly number[]> {
  await view.refresh()
  return view.run(run)?.pointsFrom(0, 0).steps ?? []
}

const config = { model: 'lenet', epochs: 3, batch_size: 128 }
const writeConfig = (run: string) => writeFileSync(join(folder, run, 'config.json'), JSON.stringify(config))

describe('RunFolderView', () => {
  it('follows runs that appear, grow, are done, and disappear', async () => {
    const view = new RunFolderView(folder)
    expect(await listOf(view)).toEqual([])
    const writer = writerOf('first')
    await writeLosses(writer, [0])
    writeConfig('first')
    const lock = await FolderLock.acquire(join(folder, 'first'))
    const [running] = await listOf(view)
    expect(running).toMatchObject({
      name: 'first',
      status: 'running',
      epochs: 1,
      epochsPlanned: 3,
      points: 1,
      notes: [],
    })
    expect(running.changed).toBeCloseTo(Date.now() / 1000, -2)
    await writeLosses(writer, [1])
    expect((await listOf(view))[0]).toMatchObject({ epochs: 2, points: 2, generation: running.generation })
    await lock.release()
    expect((await listOf(view))[0].status).toBe('stopped')
    await writeLosses(writer, [2])
    await writer.close()
    expect((await listOf(view))[0].status).toBe('finished')
    await writeLosses(writerOf('second'), [0])
    expect((await listOf(view)).map(({ name, status }) => [name, status])).toEqual([
      ['first', 'finished'],
      ['second', 'open'],
    ])
    rmSync(join(folder, 'first'), { recursive: true })
    expect((await listOf(view)).map(({ name }) => name)).toEqual(['second'])
  })

  it('gives points from one on, and all of them when the run went back to an earlier state', async () => {
    const writer = writerOf('run')
    await writeLosses(writer, [0, 1])
    const state = await writer.getState()
    await writeLosses(writer, [2])
    const view = new RunFolderView(folder)
    const [{ generation }] = await listOf(view)
    expect(view.run('run')?.pointsFrom(2, generation)).toMatchObject({ generation, from: 2, steps: [2] })
    expect(view.run('run')?.pointsFrom(2, generation - 1)).toMatchObject({
      generation,
      from: 0,
      steps: [0, 1, 2],
    })
    // As training that is resumed does it: the old file is cut, a new one made.
    await writer.setState(state)
    await writeLosses(writer, [2, 3])
    expect(await lossSteps(view, 'run')).toEqual([0, 1, 2, 3])
    const [{ generation: later }] = await listOf(view)
    expect(later).toBeGreaterThan(generation)
    expect(view.run('run')?.pointsFrom(3, generation)).toMatchObject({ generation: later, from: 0 })
    await writer.close()
    // A new run of the same name.
    rmSync(join(folder, 'run'), { recursive: true })
    await writeLosses(writerOf('run'), [0])
    expect(await lossSteps(view, 'run')).toEqual([0])
    // One that writes into the same folder without clearing it.
    await writeLosses(writerIn('run', 'events', 'train'), [0, 1])
    expect(await lossSteps(view, 'run')).toEqual([0, 1])
  })

  it('finds event files of other programs, and runs below folders', async () => {
    await writeLosses(writerIn('plain'), [0])
    await writeLosses(writerIn('sweep', 'a', 'train'), [0])
    await writeLosses(writerIn('sweep', 'b'), [0])
    mkdirSync(join(folder, 'empty'))
    expect((await listOf(new RunFolderView(folder))).map(({ name }) => name)).toEqual([
      'plain',
      'sweep/a',
      'sweep/b',
    ])
    // A folder that is a run itself.
    const [single] = await listOf(new RunFolderView(join(folder, 'plain')))
    expect(single).toMatchObject({ name: 'plain', epochs: 1 })
  })

  it('reads a log without event files', async () => {
    const path = join(folder, 'old', 'log.csv')
    mkdirSync(join(folder, 'old'))
    const view = new RunFolderView(folder)
    writeFileSync(path, '')
    expect((await listOf(view))[0].notes).toEqual([expect.stringMatching(/^log.csv: the log is empty/)])
    writeFileSync(path, 'epoch,loss,val_loss\r\n0,2.5,3.5\r\n1,1.')
    expect(await listOf(view)).toMatchObject([{ epochs: 1, points: 2, notes: [] }])
    appendFileSync(path, '5,2.5\r\n')
    expect(await listOf(view)).toMatchObject([{ epochs: 2, points: 4 }])
    expect(view.run('old')?.pointsFrom(0, 0)).toMatchObject({
      ...{ series: ['train/epoch_loss', 'validation/epoch_loss'], steps: [0, 1, 0, 1] },
      ...{ values: [2.5, 1.5, 3.5, 2.5], times: [null, null, null, null] },
    })
    writeFileSync(path, 'nonsense\n')
    expect((await listOf(view))[0].notes).toEqual([expect.stringMatching(/expected the log of a run/)])
  })

  it('says in words what is wrong with files, and shows what is right', async () => {
    const writer = writerOf('run')
    await writeLosses(writer, [0, 1])
    await writer.close()
    const events = join(folder, 'run', 'events', 'train')
    const [name] = readdirSync(events)
    appendFileSync(join(events, name), Buffer.alloc(40, 7))
    const view = new RunFolderView(folder)
    const [{ notes, points }] = await listOf(view)
    expect(points).toBe(2)
    expect(notes).toEqual([
      expect.stringMatching(
        /^events\/train\/events.* is damaged behind byte \d+; what stands before is shown\.$/,
      ),
    ])
    truncateSync(join(events, name), 0)
    expect(await listOf(view)).toMatchObject([{ points: 0, notes: ['Nothing is logged yet.'] }])
    mkdirSync(join(folder, 'bare'))
    writeConfig('bare')
    writeFileSync(join(folder, 'bare', 'events'), 'a file')
    expect((await listOf(view))[0]).toMatchObject({ name: 'bare', notes: ['Nothing is logged yet.'] })
    writeFileSync(join(folder, 'bare', 'config.json'), '{')
    expect((await listOf(view))[0]).toMatchObject({ name: 'bare', epochsPlanned: null })
    rmSync(folder, { recursive: true })
    await view.refresh()
    expect(view.list).toMatchObject({ runs: [], problem: expect.stringMatching(/there is no such folder/) })
  })

  it('gives pictures and tables as they were written', async () => {
    const writer = writerOf('run')
    await writer.image('inputs/image', tensor(new Uint8Array(2 * 3 * 4 * 1), { shape: [2, 3, 4, 1] }), {
      step: 0,
    })
    await writer.text(
      'predictions',
      [
        ['label', 'ä'],
        ['1', '2'],
      ],
      { step: 0 },
    )
    await writer.text(
      'predictions',
      [
        ['label', 'ä'],
        ['1', '1'],
      ],
      { step: 1 },
    )
    await writer.close()
    const view = new RunFolderView(folder)
    await view.refresh()
    const run = view.run('run')
    expect(run?.detailed.entries).toEqual([
      { tag: 'inputs/image', pictures: 2, width: 4, height: 3, steps: [0] },
      { tag: 'predictions', pictures: 0, width: 0, height: 0, steps: [0, 1] },
    ])
    const png = await run?.picture('inputs/image', 0, 1)
    expect([...(png ?? [])].slice(0, 4)).toEqual([0x89, 0x50, 0x4e, 0x47])
    expect(await run?.table('predictions', 1)).toEqual([
      ['label', 'ä'],
      ['1', '1'],
    ])
    expect(await run?.picture('inputs/image', 0, 2)).toBeUndefined()
    expect(await run?.picture('predictions', 0, 0)).toBeUndefined()
    expect(await run?.table('predictions', 5)).toBeUndefined()
    expect(await run?.table('toString', 0)).toBeUndefined()
  })
})

describe('startWatch', () => {
  let watch: Watch
  beforeEach(async () => {
    watch = await startWatch(folder, { port: 0, every: 50 })
  })
  afterEach(() => watch.close())

  /** Asks as no browser can: with any host, method and path. */
  function ask(
    path: string,
    { host, method = 'GET' }: { readonly host?: string; readonly method?: string } = {},
  ) {
    const { port } = new URL(watch.url)
    return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>(
      (resolve, reject) => {
        const headers = { host: host ?? `127.0.0.1:${port}` }
        const asked = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
          let text = ''
          response.on('data', (piece: Uint8Array) => (text += piece.toString()))
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
          )
        })
        asked.on('error', reject)
        asked.end()
      },
    )
  }

  it('serves its page, which may load nothing from elsewhere', async () => {
    const { status, headers, text } = await ask('/')
    expect(status).toBe(200)
    expect(text).toContain('<title>Gradus watch</title>')
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect((await ask('/', { host: `localhost:${new URL(watch.url).port}` })).status).toBe(200)
    for (const path of ['/page.js', '/page.css', '/icon.svg']) expect((await ask(path)).status).toBe(200)
  })

  it('answers nobody who calls it by a name that is not this machine', async () => {
    for (const host of [
      'evil.example',
      'evil.example:80',
      '127.0.0.1.evil.example',
      '127.0.0.1:1',
      'localhost',
    ]) {
      for (const path of ['/', '/page.js', '/api/changes', '/api/points?run=a']) {
        expect((await ask(path, { host })).status).toBe(403)
      }
    }
  })

  it('gives away nothing but its runs, and changes nothing', async () => {
    await writeLosses(writerOf('run'), [0])
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect((await ask('/', { method })).status).toBe(405)
    for (const path of [
      ...[
        '/../package.json',
        '/%2e%2e/package.json',
        '/page',
        '/api/points?run=..',
        '/api/points?run=__proto__',
      ],
      ...[
        '/api/points',
        '/api/details?run=none',
        '//evil.example/',
        '/api/picture?run=run&tag=x&step=0&index=0',
      ],
    ]) {
      expect({ path, status: (await ask(path)).status }).toEqual({ path, status: 404 })
    }
  })

  it('says that the port is taken, and what to do', async () => {
    const port = Number(new URL(watch.url).port)
    const failure = await startWatch(folder, { port }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StateError)
    expect(String(failure)).toContain(
      `Port ${port} is in use. Take another with --port, or any free one with --port 0.`,
    )
  })

  it('says that its folder is a file, and what to do', async () => {
    writeFileSync(join(folder, 'file'), '')
    const failure = await startWatch(join(folder, 'file'), { port: 0 }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(DataError)
    expect(String(failure)).toMatch(/is a file. Name the folder of your runs/)
  })

  it('tells of changes as they come', async () => {
    const { body } = await fetch(`${watch.url}api/changes`)
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
    let told = ''
    const until = async (text: string) => {
      while (!told.includes(text)) told += (await reader?.read())?.value ?? ''
    }
    await until('"runs":[]')
    const writer = writerOf('run')
    await writeLosses(writer, [0])
    await until('"name":"run","status":"open"')
    await until('"epochs":1')
    await writeLosses(writer, [1])
    await until('"epochs":2')
    await reader?.cancel()
  })
})
