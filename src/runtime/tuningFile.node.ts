import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { cacheFolder, writeWhole } from '../cacheFolder.node.js'
import { cutsVersion } from '../compiler/cut.js'
import type { KeptCut, TuningStore } from './tuner.js'

/** The file's name in the user's cache folder. */
const fileName = 'tuning.json'

/** What the file holds. */
interface TuningFile {
  readonly format: typeof format
  /** `cutsVersion` of who wrote it. */
  readonly version: number
  /** For each machine, for each op's key. */
  readonly machines: Readonly<Record<string, Readonly<Record<string, KeptCut>>>>
}

const format = 'gradus tuning'

/** What runs a backend's loops: the processor, for WebAssembly the engine as well. */
export function processorName({ name }: { readonly name: string }): string {
  const processor = cpus()[0]?.model.trim() || process.arch
  return name === 'wasm' ? `${processor}, V8 ${process.versions.v8}` : processor
}

export const tuningPath = (): string => join(cacheFolder(), fileName)

/** Cuts in a JSON file of the user's cache folder. */
export const tuningFile = (folder = cacheFolder()): TuningStore => ({
  place: join(folder, fileName),
  async read(machine) {
    return new Map(Object.entries((await contentOf(folder)).machines[machine] ?? {}))
  },
  async keep(machine, cuts) {
    try {
      await mkdir(folder, { recursive: true })
      await locked(join(folder, `${fileName}.lock`), async () => {
        const { machines } = await contentOf(folder, () => {})
        const file: TuningFile = {
          format,
          version: cutsVersion,
          machines: { ...machines, [machine]: { ...machines[machine], ...Object.fromEntries(cuts) } },
        }
        await writeWhole(
          folder,
          fileName,
          new TextEncoder().encode(`${JSON.stringify(file, undefined, 1)}\n`),
        )
      })
      return true
    } catch (error) {
      warn(
        `${join(folder, fileName)} could not be written, so what was measured is for this process alone: ${messageOf(error)}`,
      )
      return false
    }
  },
})

/** How many cuts are kept, of all machines. */
export async function countKept(folder = cacheFolder()): Promise<number> {
  const { machines } = await contentOf(folder, () => {})
  return Object.values(machines).reduce((sum, cuts) => sum + Object.keys(cuts).length, 0)
}

/** What the file holds. Of one that is damaged, or of another version, nothing: it is told of and will be written anew. */
async function contentOf(folder: string, tell = warn): Promise<Pick<TuningFile, 'machines'>> {
  const path = join(folder, fileName)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR')
      tell(`${path} could not be read and is not used: ${messageOf(error)}`)
    return empty
  }
  const value = parsed(text)
  if (isTuningFile(value)) {
    if (value.version === cutsVersion) return value
    tell(`${path} was written by another version of Gradus. It is not used, and written anew.`)
  } else tell(`${path} is damaged, or not a file of cuts. It is not used, and written anew.`)
  return empty
}

const empty = { machines: {} }

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What single entries hold is looked at where they are used. */
const isTuningFile = (value: unknown): value is TuningFile =>
  isRecord(value) &&
  value.format === format &&
  typeof value.version === 'number' &&
  isRecord(value.machines) &&
  Object.values(value.machines).every(isRecord)

/** Another process holds the lock for some milliseconds. One that is older was left behind. */
const oldestLock = 5000

/** Runs `work` while no other process does, so that none writes over what another has added. */
async function locked(path: string, work: () => Promise<void>): Promise<void> {
  while (!(await created(path))) {
    const age = await stat(path).then(
      ({ mtimeMs }) => Math.abs(Date.now() - mtimeMs),
      () => 0,
    )
    if (age > oldestLock) await rm(path, { force: true })
    else await new Promise((resolve) => setTimeout(resolve, 20))
  }
  try {
    await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function created(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

const told = new Set<string>()

/** Once for all that is tuned. */
function warn(text: string): void {
  if (told.has(text)) return
  told.add(text)
  process.emitWarning(text, 'GradusWarning')
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
