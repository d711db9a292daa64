import { writeJson } from '../saving/json.js'
import type { Configurable } from '../utils/config.js'
import type { Measurement } from './compare.js'
import type { KerasObject } from './kerasObject.js'
import type { KerasPeer } from './kerasPeer.js'

type Json = unknown

/** Keys that say where a class lives or how a file was written, not what an object does. */
const bookkeeping = ['module', 'registered_name', 'build_config', 'shared_object_id']

/**
 * Has Keras read the config that Gradus writes, and compares what Keras then writes with what it writes for an object of
 * its own: names, defaults and keys must be Keras's.
 */
export async function compareConfigs(
  peer: KerasPeer,
  keras: KerasObject,
  gradus: Configurable,
): Promise<Measurement> {
  const at = keras.path.lastIndexOf('.')
  const module = keras.path.slice(0, at)
  const serialized = {
    module: `keras.${module}`,
    class_name: gradus.className,
    config: gradus.getConfig(),
    registered_name: null,
  }
  // As it stands in files, where floats must have a point for Keras to take them for floats.
  const request = { made: keras, module, text: writeJson(serialized) }
  const { own, kept, read } = await peer.ask<{ own: Json; kept: Json; read: Json }>('configs', request)
  const measured = { what: 'config', error: 0, limit: 0 }
  const found = differences(read, own, '')
  if (found.length === 0) return { ...measured, verdict: 'agrees' }
  // Where Keras cannot read what it wrote itself, the two configs must be the same as they stand.
  const isKerasFault = kept === null && differences(gradus.getConfig(), own, '').length === 0
  return isKerasFault
    ? { ...measured, verdict: 'Keras is off', note: 'Keras cannot read the config that it writes itself' }
    : { ...measured, error: Number.POSITIVE_INFINITY, verdict: 'differs', note: found.join('; ') }
}

/** Compares two things as they are written into files. */
export function compareJson(gradus: Json, keras: Json): Measurement {
  const found = differences(gradus, keras, '')
  const measured = { what: 'config', error: 0, limit: 0 }
  if (found.length === 0) return { ...measured, verdict: 'agrees' }
  return { ...measured, error: Number.POSITIVE_INFINITY, verdict: 'differs', note: found.join('; ') }
}

function differences(a: Json, b: Json, path: string): string[] {
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    return a.flatMap((item, i) => differences(item, b[i], `${path}[${i}]`))
  }
  if (isRecord(a) && isRecord(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)].filter((key) => !bookkeeping.includes(key)))
    return [...keys].flatMap((key) => differences(a[key], b[key], path ? `${path}.${key}` : key))
  }
  if (sameValue(a, b, path)) return []
  return [`${path}: Gradus ${JSON.stringify(a)}, Keras ${JSON.stringify(b)}`]
}

function sameValue(a: Json, b: Json, path: string): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= 1e-6 * Math.abs(b)
  if (path.endsWith('name') && typeof a === 'string' && typeof b === 'string') return stem(a) === stem(b)
  // One axis may stand in a list of its own.
  if (Array.isArray(a) !== Array.isArray(b)) return String(a) === String(b)
  return a === b || (isAbsent(a) && isAbsent(b))
}

const isAbsent = (value: Json): boolean => value === null || value === undefined

const stem = (name: string): string => name.replace(/_\d+$/, '')

const isRecord = (value: Json): value is Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
