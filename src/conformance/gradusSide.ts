import type { Tensor } from '../graph/tensor.js'
import * as gradus from '../index.js'
import { tensor } from '../ops/tensor.js'
import { toCamelCase } from '../utils/naming.js'
import { HostTensor } from './hostTensor.js'
import { KerasObject, type Setting, type Settings } from './kerasObject.js'

/**
 * Gradus's side of a case, found by the rule of its public surface: the class has Keras's name, a function Keras's in camel
 * case; what Keras users pass by position is positional, the rest is one options object in camel case. What cannot be found
 * by the rule is a fault of the surface, or stands in the tables below.
 */

type Constructor = new (...args: unknown[]) => object
type PublicFunction = (...args: unknown[]) => unknown

/** Keys that Gradus's constructors and functions take by position, where the class does not state them itself. */
const positionalKeys: Readonly<Record<string, readonly string[]>> = {
  'activations.threshold': ['threshold', 'default_value'],
  'callbacks.CSVLogger': ['filename'],
  'callbacks.ModelCheckpoint': ['filepath'],
  'initializers.Constant': ['value'],
  'initializers.Identity': ['gain'],
  'layers.Bidirectional': ['layer'],
  'layers.Lambda': ['function'],
  'layers.RNN': ['cell'],
  'layers.StackedRNNCells': ['cells'],
  'layers.TimeDistributed': ['layer'],
  'losses.categorical_generalized_cross_entropy': ['q'],
  'losses.cosine_similarity': ['axis'],
  'losses.huber': ['delta'],
  'metrics.PrecisionAtRecall': ['recall'],
  'metrics.RecallAtPrecision': ['precision'],
  'metrics.SensitivityAtSpecificity': ['specificity'],
  'metrics.SpecificityAtSensitivity': ['sensitivity'],
  'metrics.binary_accuracy': ['threshold'],
  'metrics.concordance_correlation': ['axis'],
  'metrics.pearson_correlation': ['axis'],
  'metrics.sparse_top_k_categorical_accuracy': ['k'],
  'metrics.top_k_categorical_accuracy': ['k'],
}

/** Settings in which Keras's None is a choice of its own, which Gradus spells 'none'. */
const spelledNone: Readonly<Record<string, readonly string[]>> = { 'metrics.R2Score': ['class_aggregation'] }

/** Makes the Gradus object that a Keras path and settings mean. */
export function makeObject({ path, config = {} }: KerasObject): object {
  const type = lookup(path) as Constructor & { readonly positional?: readonly string[] }
  const positional = positionalKeys[path] ?? type.positional ?? []
  // Gradus computes in float32, and has no option for it.
  const entries = Object.entries(config).filter(([key, value]) => key !== 'dtype' || value !== 'float32')
  const spelled = entries.map(([key, value]): [string, Setting] => [
    key,
    value === null && spelledNone[path]?.includes(key) ? 'none' : value,
  ])
  return new type(...argumentsOf(Object.fromEntries(spelled), positional))
}

/** The Gradus function that a Keras path means, with its settings filled in behind `leading` arguments. */
export function findFunction(path: string, settings: Settings = {}): (...inputs: Tensor[]) => unknown {
  const found = lookup(path) as PublicFunction
  const trailing = argumentsOf(settings, positionalKeys[path] ?? [])
  return (...inputs) => found(...inputs, ...trailing)
}

/** Settings as the options object of a Gradus call. */
export const convertSettings = (settings: Settings): object =>
  Object.fromEntries(Object.entries(settings).map(([key, value]) => [toCamelCase(key), convert(value)]))

function argumentsOf(settings: Settings, positional: readonly string[]): unknown[] {
  const last = positional.findLastIndex((key) => key in settings)
  const leading = positional.slice(0, last + 1).map((key) => convert(settings[key]))
  const rest = Object.entries(settings).filter(([key]) => !positional.includes(key))
  const options = Object.fromEntries(rest.map(([key, value]) => [toCamelCase(key), convert(value)]))
  if (rest.length === 0) return leading
  // Options stand behind all positional arguments, given or not.
  return [...leading, ...positional.slice(last + 1).map(() => undefined), options]
}

function convert(value: Setting | undefined): unknown {
  if (value instanceof KerasObject) return value.config ? makeObject(value) : lookup(value.path)
  if (value instanceof HostTensor) return asGradus(value)
  return Array.isArray(value) ? value.map(convert) : value
}

/** The tensor that a Gradus user would make of the same numbers. */
export const asGradus = ({ data, shape, dtype }: HostTensor): Tensor => {
  if (data instanceof Float64Array || dtype === 'float64') throw new Error('Gradus has no float64.')
  return tensor(data, { shape, dtype })
}

function lookup(path: string): unknown {
  const names = path.split('.')
  const name = names.pop() ?? ''
  const room = names.reduce<unknown>((found, part) => (found as Record<string, unknown>)?.[part], gradus)
  const members = (room ?? {}) as Record<string, unknown>
  const found = members[name] ?? members[toCamelCase(name)]
  if (found === undefined) throw new Error(`Gradus has no ${path}.`)
  return found
}
