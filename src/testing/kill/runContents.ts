import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeState } from '../../callbacks/trainingStateFile.js'
import { readConfig } from '../../cli/runConfig.js'
import { loadModel } from '../../models/loadModel.js'
import { readVariables, stateVariables } from '../../models/modelState.js'
import type { StoredArrays } from '../../saving/storedArray.js'

/** All that the files of a run folder hold, without what differs from run to run, such as dates. */
export type RunContents = Readonly<Record<string, unknown>>

/**
 * Reads all files of a run.
 * @throws if one of them is not whole
 */
export async function readRun(folder: string): Promise<RunContents> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => !isHidden(name)).sort()
  const contents: Record<string, unknown> = {}
  for (const name of names) {
    const found = await readOne(join(folder, name), name)
    if (found !== undefined) contents[name] = found
  }
  return contents
}

/** Locks, and what a killed process was writing: neither is ever read. */
const isHidden = (name: string): boolean => /(^|[/\\])\./.test(name)

async function readOne(path: string, name: string): Promise<unknown> {
  if (name === 'backup') return undefined
  const bytes = await readFile(path)
  if (name === 'config.json') return readConfig(bytes, path)
  if (name === 'log.csv') return readLog(bytes.toString('latin1'), path)
  if (name === 'curves.svg') return readDrawing(bytes.toString(), path)
  if (name.endsWith('.keras')) {
    const model = await loadModel(path)
    return plain(await readVariables(stateVariables(model)))
  }
  if (name.endsWith('.safetensors')) {
    const { variables, ...rest } = decodeState(bytes, path)
    return { ...rest, variables: plain(variables) }
  }
  throw new Error(`${path}: what is this?`)
}

function readDrawing(text: string, path: string): string {
  if (!/^<svg .*<\/svg>\s*$/s.test(text)) throw new Error(`${path}: the drawing is not whole`)
  return text
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
