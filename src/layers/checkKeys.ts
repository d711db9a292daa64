import { ArgumentError } from '../errors.js'
import type { Config } from '../utils/config.js'
import { toCamelCase, toSnakeCase } from '../utils/naming.js'
import { nearest, suggestion } from '../utils/nearest.js'
import type { AnyLayer, Layer } from './layer.js'

/** What versions of Keras write beside the settings that layers here have, and that sounds like one of them. */
const alsoInKeras = [
  'alpha',
  'batch_input_shape',
  'batch_shape',
  'max_value',
  'module',
  'output_shape_type',
  'pool_mode',
  'weights',
]

/**
 * Looks whether a setting in a config of one of Gradus's layers is a misspelled one. Others that it does not know are left aside: each version
 * of Keras writes some of its own, and some that only other layers have, as `kernel_initializer` of separable convolutions.
 * @param library all of Gradus's classes
 * @throws ArgumentError naming the setting, and the nearest one there is
 */
export function checkKeys(
  layer: AnyLayer,
  config: Config,
  library: readonly Pick<typeof Layer, 'options'>[],
): void {
  const { positional, options } = layer.constructor as unknown as Pick<typeof Layer, 'positional' | 'options'>
  const names = Object.keys(options).filter((name) => options[name as 'name'])
  const isKnown = (key: string) => positional.includes(key) || names.includes(toCamelCase(key))
  const unknown = Object.keys(config).filter((key) => !isKnown(key) && !alsoInKeras.includes(key))
  const known = [...positional, ...names.map(toSnakeCase)]
  const isElsewhere = (key: string) => library.some((type) => toCamelCase(key) in type.options)
  const wrong = unknown.find(
    (key) => nearest(key, known) !== undefined && !(key in layer.getConfig()) && !isElsewhere(key),
  )
  if (wrong === undefined) return
  throw new ArgumentError(`${layer.title}: its config has no setting '${wrong}'. ${suggestion(wrong, known)}`)
}
