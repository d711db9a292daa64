import { ArgumentError, DataError } from '../errors.js'
import type { TypedArray } from '../graph/dtype.js'
import { decodeSafetensors, encodeSafetensors } from '../saving/safetensors.js'
import type { StoredArray, StoredArrays } from '../saving/storedArray.js'
import type { TrainingState } from './trainingState.js'

/** What a file says that it is, and the form of it that is written here. */
const FORMAT = 'gradus training state'
const VERSION = '1'

/** Of arrays that callbacks remember; variables have other names. */
const CALLBACKS = 'callbacks'
const VARIABLES = 'variables/'

/** A state is not nested more deeply than this; a file that is was made to fill the stack. */
const DEEPEST = 100

/** What JSON cannot say stands in it as an object with one of these keys. */
const ARRAY = '$array'
const NUMBER = '$number'

/**
 * A state as a safetensors file, piece by piece: variables and the arrays of callbacks under their names, and all the rest as
 * JSON in the metadata.
 * @throws ArgumentError if a callback remembers what is no plain data
 */
export function encodeState({ variables, ...rest }: TrainingState): Uint8Array[] {
  const arrays = new Map([...variables].map(([name, array]) => [VARIABLES + name, array]))
  const json = toJson(rest, '', arrays)
  return encodeSafetensors({
    arrays,
    metadata: { format: FORMAT, version: VERSION, state: JSON.stringify(json) },
  })
}

/**
 * The state in a file.
 * @param file what errors call it
 * @throws DataError if the file is cut off, is no training state, or is of another form
 */
export function decodeState(bytes: Uint8Array, file: string): TrainingState {
  const { arrays, metadata } = decodeSafetensors(bytes, file)
  if (metadata.format !== FORMAT) {
    throw new DataError(`${file}: is a safetensors file, but no training state of Gradus.`)
  }
  if (metadata.version !== VERSION) {
    throw new DataError(
      `${file}: is a training state of form ${metadata.version}, but this version of Gradus knows form ${VERSION}. Resume with the version ` +
        'of Gradus that wrote it.',
    )
  }
  const variables = [...arrays].flatMap(([name, array]) =>
    name.startsWith(VARIABLES) ? [[name.slice(VARIABLES.length), array] as const] : [],
  )
  const rest = fromJson(parse(metadata.state, file), arrays, file)
  if (!isState(rest)) throw new DataError(`${file}: the training state in it lacks parts that one must have.`)
  return { ...rest, variables: new Map(variables) }
}

/** @param path where in the state it stands: `/callbacks/early_stopping/best` */
function toJson(value: unknown, path: string, arrays: Map<string, StoredArray>): unknown {
  if (typeof value === 'number') {
    const isPlain = Number.isFinite(value) && !Object.is(value, -0)
    return isPlain ? value : { [NUMBER]: Object.is(value, -0) ? '-0' : String(value) }
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map((item, i) => toJson(item, `${path}/${i}`, arrays))
  const array = storedArray(value)
  if (array) {
    const name = path.slice(1)
    arrays.set(name, array)
    return { [ARRAY]: name }
  }
  if (!isRecord(value)) {
    throw new ArgumentError(
      `BackupAndRestore: expected ${CALLBACKS} to remember plain data, received ${describe(value)} as ${path.slice(1)}: getState may give ` +
        'numbers, texts, booleans, null, Float32Array, Int32Array and Uint8Array, and lists and objects of them.',
    )
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(entries.map(([key, item]) => [key, toJson(item, `${path}/${key}`, arrays)]))
}

function fromJson(value: unknown, arrays: StoredArrays, file: string, depth = 0): unknown {
  if (depth > DEEPEST) throw new DataError(`${file}: the training state in it is nested too deeply.`)
  const inside = (item: unknown) => fromJson(item, arrays, file, depth + 1)
  if (Array.isArray(value)) return value.map(inside)
  if (!isRecord(value)) return value
  const { [NUMBER]: number, [ARRAY]: name } = value
  if (number !== undefined) return Number(number)
  if (name !== undefined) {
    const array = arrays.get(String(name))
    if (array) return array.data
    throw new DataError(`${file}: the training state in it lacks the array '${String(name)}'.`)
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inside(item)]))
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new DataError(`${file}: the training state in it is no JSON (${(error as Error).message}).`)
  }
}

/** Whether all parts are there; whether they fit a model is for `fit` to see. */
function isState(value: unknown): value is Omit<TrainingState, 'variables'> {
  if (!isRecord(value)) return false
  const { run, epoch, step, place, logs, stopped, key, learningRates, trainable, callbacks } = value
  return (
    [epoch, step].every(isCount) &&
    isRecord(place) &&
    [place.pass, place.batch].every(isCount) &&
    isRecord(run) &&
    isListOf(run.layers, isText) &&
    isListOf(run.optimizers, isText) &&
    isText(run.target) &&
    isListOf(key, Number.isSafeInteger) &&
    key.length === 2 &&
    isListOf(learningRates, (rate) => rate === null || typeof rate === 'number') &&
    (trainable === undefined ||
      (isRecord(trainable) &&
        [trainable.inSteps, trainable.now].every((flags) => isListOf(flags, isFlag)))) &&
    isRecord(logs) &&
    Object.values(logs).every((number) => typeof number === 'number') &&
    isRecord(callbacks) &&
    isFlag(stopped)
  )
}

function storedArray(value: unknown): StoredArray | undefined {
  const data = value as TypedArray
  if (value instanceof Float32Array) return { dtype: 'float32', shape: [value.length], data }
  if (value instanceof Int32Array) return { dtype: 'int32', shape: [value.length], data }
  if (value instanceof Uint8Array) return { dtype: 'uint8', shape: [value.length], data }
  return undefined
}

const isText = (value: unknown): boolean => typeof value === 'string'

const isFlag = (value: unknown): boolean => typeof value === 'boolean'

const isListOf = (value: unknown, fits: (item: unknown) => boolean): value is unknown[] =>
  Array.isArray(value) && value.every(fits)

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

const describe = (value: unknown): string =>
  typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'an object') : String(value)
