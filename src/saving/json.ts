import { DataError } from '../errors.js'
import type { Config, ConfigValue } from '../utils/config.js'
import { floatKeys } from './pythonFloats.js'

/** No config nests deeper, and what reads one goes down as far as it does. */
const DEEPEST = 200
/** No config is longer: that of a model of 1,000 layers has about a megabyte. */
const LONGEST = 2 ** 27

/** A key that stands for a number which JSON does not have. */
const MARK = '\u0000number'

/**
 * The JSON object that a part of a model file holds. NaN and infinities, which Python writes as they are, are read as well.
 * @param where names the file and the part of it
 * @throws DataError if it is no JSON, no object, too long or nested too deeply
 */
export function readJson(text: Uint8Array | string, where: string): Config {
  if (text.length > LONGEST) {
    throw new DataError(`${where}: has ${text.length} bytes, which is more than the config of any model.`)
  }
  let value: unknown
  try {
    value = parse(typeof text === 'string' ? text : new TextDecoder('utf-8', { fatal: true }).decode(text))
  } catch (error) {
    throw new DataError(`${where}: is no JSON (${(error as Error).message}). The file is damaged.`, {
      cause: error,
    })
  }
  if (!isRecord(value)) throw new DataError(`${where}: expected a JSON object, found something else.`)
  if (isDeeper(value, DEEPEST)) {
    throw new DataError(`${where}: nests more than ${DEEPEST} objects in each other, which no model does.`)
  }
  return value as Config
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const special: number[] = []
    // Strings are passed over.
    const plain = text.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?Infinity|NaN/g, (token) =>
      token.startsWith('"') ? token : JSON.stringify({ [MARK]: special.push(Number(token)) - 1 }),
    )
    if (special.length === 0) throw error
    return JSON.parse(plain, (_, item) =>
      isRecord(item) && MARK in item ? special[Number(item[MARK])] : item,
    )
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return depth === 0 || Object.values(value).some((item) => isDeeper(item, depth - 1))
}

/**
 * JSON as Python writes it: floats with a point, NaN and infinities as they are.
 * @param key under which the value stands
 */
export function writeJson(value: ConfigValue, key = ''): string {
  if (typeof value === 'number') return writeNumber(value, floatKeys.has(key))
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item: ConfigValue) => writeJson(item, key)).join(', ')}]`
  const entries = Object.entries(value as Config).filter(([, item]) => item !== undefined)
  // Weights of losses go by the names of outputs.
  const keyOf = (name: string) => (key === 'loss_weights' ? key : name)
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}: ${writeJson(item, keyOf(name))}`).join(', ')}}`
}

function writeNumber(value: number, isFloat: boolean): string {
  const text = Object.is(value, -0) ? '-0' : String(value)
  return isFloat && /^-?\d+$/.test(text) ? `${text}.0` : text
}
