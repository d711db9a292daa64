import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { zeros } from '../ops/tensor.js'
import { recordOf } from '../testing/recordOf.js'
import { EventReader, type RecordPlace, readEventAt } from './eventReader.node.js'
import { encodeGraphDef } from './graphDef.js'
import { decodeGraphDef, type ReadEvent } from './readEvent.js'
import { createFileWriter } from './summaryWriter.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-events-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A file with some of all that is written, and its bytes. */
async function written(): Promise<{ readonly path: string; readonly bytes: Uint8Array }> {
  const writer = createFileWriter(folder)
  for (const step of [0, 1, 2]) await writer.scalar('loss', 1 / (1 + step), { step })
  await writer.histogram('weights', [1, 2, 2], { step: 1, buckets: 2 })
  await writer.text('table', [['a', 'ä']], { step: 2 })
  await writer.image('picture', zeros([1, 2, 3, 1]), { step: 0 })
  await writer.layerGraph([
    { name: 'in', className: 'InputLayer', inputs: [], outputShapes: [[null, 4]], params: 0 },
    { name: 'out', className: 'Dense', inputs: ['in'], outputShapes: [[null, 300]], params: 1500 },
  ])
  await writer.scalar('loss', 5, { step: 3 })
  await writer.close()
  const [name] = readdirSync(folder)
  const path = join(folder, name)
  return { path, bytes: readFileSync(path) }
}

async function readAll(reader: EventReader): Promise<ReadEvent[]> {
  const events: ReadEvent[] = []
  await reader.read((event) => void events.push(event))
  return events
}

const tagsOf = (events: readonly ReadEvent[]) => events.flatMap(({ values }) => values.map(({ tag }) => tag))
const all = ['loss', 'loss', 'loss', 'weights', 'table', 'picture', 'loss']

describe('EventReader', () => {
  it('reads what the writer wrote', async () => {
    const { path } = await written()
    const reader = new EventReader(path)
    const places: RecordPlace[] = []
    const events: ReadEvent[] = []
    await reader.read((event, place) => {
      events.push(event)
      places.push(place)
    })
    expect(tagsOf(events)).toEqual(all)
    expect(events[0]).toMatchObject({ fileVersion: 'brain.Event:2', values: [] })
    expect(events[0].wallTime).toBeCloseTo(Date.now() / 1000, -2)
    expect(events[2]).toMatchObject({
      step: 1,
      values: [{ plugin: 'scalars', tensor: { dtype: 'float', shape: [], elements: Float32Array.of(0.5) } }],
    })
    expect(events[4].values[0]).toEqual({
      ...{ tag: 'weights', plugin: 'histograms' },
      tensor: { dtype: 'double', shape: [2, 3], elements: Float64Array.of(1, 1.5, 1, 1.5, 2, 2) },
    })
    const { tensor } = events[5].values[0]
    expect(tensor.shape).toEqual([1, 2])
    expect(tensor.elements).toEqual(['a', 'ä'].map((text) => new TextEncoder().encode(text)))
    expect(decodeGraphDef(events[7].graphDef ?? new Uint8Array())).toEqual([
      { name: 'in', className: 'InputLayer', inputs: [], outputShapes: [[null, 4]], params: 0 },
      { name: 'out', className: 'Dense', inputs: ['in'], outputShapes: [[null, 300]], params: 1500 },
    ])
    // Each can be read again by its place.
    for (const [i, place] of places.entries()) {
      expect(await readEventAt(path, place)).toEqual(i === 0 ? events[0] : events[i])
    }
    expect(await readEventAt(join(folder, 'gone'), places[0])).toBeUndefined()
  })

  it('follows a file that grows byte by byte, and gives each event once', async () => {
    const { path, bytes } = await written()
    rmSync(path)
    writeFileSync(path, '')
    const reader = new EventReader(path)
    const events: ReadEvent[] = []
    for (let at = 0; at < bytes.length; at += 7) {
      appendFileSync(path, bytes.subarray(at, at + 7))
      expect(await reader.read((event) => void events.push(event))).toBe(true)
    }
    expect(tagsOf(events)).toEqual(all)
    expect(reader).toMatchObject({ position: bytes.length, damage: undefined })
  })

  it('says that a file was cut or removed', async () => {
    const { path, bytes } = await written()
    const reader = new EventReader(path)
    await readAll(reader)
    truncateSync(path, bytes.length - 1)
    expect(await reader.read(() => {})).toBe(false)
    rmSync(path)
    expect(await reader.read(() => {})).toBe(false)
    expect(await new EventReader(path).read(() => {})).toBe(false)
  })

  it('gives what stands before damage, and says where that is', async () => {
    const { path, bytes } = await written()
    const whole = await readAll(new EventReader(path))
    const damaged = bytes.slice()
    damaged[bytes.length - 5] ^= 1
    writeFileSync(path, damaged)
    const reader = new EventReader(path)
    expect(await readAll(reader)).toEqual(whole.slice(0, -1))
    expect(reader.damage).toMatch(/^is damaged behind byte \d+$/)
    writeFileSync(path, damaged)
    expect(await readAll(reader)).toEqual([])
  })

  it('takes no other files', async () => {
    const path = join(folder, 'events.out.tfevents.1')
    for (const bytes of [
      Buffer.from('epoch,loss\r\n0,1.5\r\n'),
      recordOf(Uint8Array.of(8, 1)),
      recordOf(Uint8Array.of(7)),
    ]) {
      writeFileSync(path, bytes)
      const reader = new EventReader(path)
      expect(await readAll(reader)).toEqual([])
      expect(reader.damage).toBe('is no event file')
    }
    writeFileSync(path, '')
    const empty = new EventReader(path)
    expect([await readAll(empty), empty.damage]).toEqual([[], undefined])
  })

  it('comes to an end with any bytes, and gives only events that were written', async () => {
    const { path, bytes } = await written()
    const whole = (await readAll(new EventReader(path))).map((event) => JSON.stringify(event))
    const change = fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255) })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 4 }), fc.nat(bytes.length), async (changes, length) => {
        const changed = bytes.slice()
        for (const { at, byte } of changes) changed[at] = byte
        writeFileSync(path, changed.subarray(0, length))
        const found = (await readAll(new EventReader(path))).map((event) => JSON.stringify(event))
        expect(found).toEqual(whole.slice(0, found.length))
      }),
      { numRuns: 300 },
    )
  })

  it('comes to an end with any record whose checksums are right', async () => {
    const { path, bytes } = await written()
    const mark = bytes.subarray(0, bytes.indexOf('brain'.charCodeAt(0)) + 13 + 4)
    const graph = await encodeGraphDef([
      { name: 'a', className: 'Dense', inputs: ['b'], outputShapes: [[1]], params: 3 },
    ])
    const data = bytes.subarray(mark.length + 12)
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc
            .record({ at: fc.nat(data.length), byte: fc.nat(255), length: fc.nat(300) })
            .map(({ at, byte, length }) => {
              const part = data.slice(0, length)
              part[at] = byte
              return part
            }),
        ),
        async (content) => {
          writeFileSync(path, Buffer.concat([mark, recordOf(content)]))
          const reader = new EventReader(path)
          const events = await readAll(reader)
          expect(events.length === 2 || reader.damage !== undefined).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
    await fc.assert(
      fc.asyncProperty(fc.nat(graph.length - 1), fc.nat(255), async (at, byte) => {
        const changed = graph.slice()
        changed[at] = byte
        try {
          expect(Array.isArray(decodeGraphDef(changed))).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }),
    )
  })
})
