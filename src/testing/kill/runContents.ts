import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { decodeState } from '../../callbacks/trainingStateFile.js'
import { readConfig } from '../../cli/runConfig.js'
import { loadModel } from '../../models/loadModel.js'
import { readVariables, stateVariables } from '../../models/modelState.js'
import type { StoredArrays } from '../../saving/storedArray.js'
import { EventReader } from '../../tensorboard/eventReader.node.js'

/** All that the files of a run folder hold, without what differs from run to run, such as dates. */
export type RunContents = Readonly<Record<string, unknown>>

/**
 * Reads all files of a run.
 * @throws if one of them is not whole
 */
export async function readRun(folder: string): Promise<RunContents> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const contents: Record<string, unknown> = {}
  const events = new Map<string, string[]>()
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(folder, path)
    if (isHidden(name)) continue
    const writer = dirname(name)
    if (entry.name.includes('tfevents')) {
      events.set(writer, [...(events.get(writer) ?? []), ...(await readEventsOf(path))])
    } else contents[name] = await readOne(path, name)
  }
  // A run that was resumed has several files of events, which say together what one would.
  for (const [writer, said] of events) contents[writer] = [...new Set(said)].sort()
  return contents
}

/** Locks, and what a killed process was writing: neither is ever read. */
const isHidden = (name: string): boolean => /(^|[/\\])\./.test(name)

async function readOne(path: string, name: string): Promise<unknown> {
  const bytes = await readFile(path)
  if (name === 'config.json') return readConfig(bytes, path)
  if (name === 'log.csv') return readLog(bytes.toString('latin1'), path)
  if (name === 'curves.svg') return readDrawing(bytes.toString(), path)
  if (name.endsWith('.keras')) {
    const model = await loadModel(path)
    return plain(await readVariables(stateVariables(model)))
  }
  if (name.endsWith('.safetensors')) {
    const { variables, callbacks, ...rest } = decodeState(bytes, path)
    // What is remembered of files of events are their names and sizes, which differ from run to run.
    const { tensor_board: _, ...others } = callbacks
    return { ...rest, callbacks: others, variables: plain(variables) }
  }
  throw new Error(`${path}: what is this?`)
}

/** What a file of events says, but for how fast training was. A record that was being written when the process was killed is left out. */
async function readEventsOf(path: string): Promise<string[]> {
  const reader = new EventReader(path)
  const said: string[] = []
  const isWhole = await reader.read(({ step, values }) => {
    for (const { tag, tensor } of values) {
      if (tag.includes('per_second')) continue
      said.push(
        JSON.stringify([
          step,
          tag,
          tensor.dtype === 'string' ? tensor.elements.length : [...tensor.elements],
        ]),
      )
    }
  })
  if (!isWhole || reader.damage !== undefined)
    throw new Error(`${path}: ${reader.damage ?? 'cannot be read'}`)
  return said
}

function readDrawing(text: string, path: string): string {
  if (!/^<svg .*<\/svg>\s*$/s.test(text)) throw new Error(`${path}: the drawing is not whole`)
  // It bears the run's name.
  return text.replaceAll(basename(dirname(path)), '')
}

/** Arrays by their names, bit by bit. */
const plain = (arrays: StoredArrays): Record<string, string> =>
  Object.fromEntries(
    [...arrays].map(([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    ]),
  )

function readLog(text: string, path: string): string {
  const rows = text.split('\r\n')
  const columns = rows[0].split(',').length
  const isWhole = rows.pop() === '' && rows.every((row) => row.split(',').length === columns)
  if (text !== '' && !isWhole) throw new Error(`${path}: a row is not whole:\n${text}`)
  return text
}
