import { ArgumentError } from '../errors.js'
import type { Config, Configurable } from '../utils/config.js'
import { toSnakeCase } from '../utils/naming.js'
import type { Layer } from './layer.js'

type LayerClass = Pick<typeof Layer, 'positional' | 'options' | 'className'>

/**
 * Looks whether a layer of a class of your own writes what its class says it is made from.
 * @throws ArgumentError naming the settings that would be lost
 */
export function checkSettings(layer: Configurable, config: Config): void {
  const given = ownSettings(layer.constructor as unknown as LayerClass)
  const lost = given.filter((name) => !(name in config || toSnakeCase(name) in config))
  if (lost.length === 0) return
  const entries = lost.map((name) => `${toSnakeCase(name)}: this.${name}`)
  throw new ArgumentError(
    `${(layer as Layer).title}: getConfig leaves out ${lost.join(', ')}, so that a copy, or the layer read from a file, would be made ` +
      `without. Write getConfig() { return { ...super.getConfig(), ${entries.join(', ')} } }.`,
  )
}

/** What a class, and those of your own that it extends, are made from. Gradus's classes say their names. */
function ownSettings(type: LayerClass): string[] {
  if (Object.hasOwn(type, 'className')) return []
  const parent = Object.getPrototypeOf(type) as LayerClass
  if (!parent.options) return []
  const options = Object.keys(type.options).filter((name) => type.options[name as 'name'])
  const names = [...options, ...type.positional]
  const inherited = [...Object.keys(parent.options), ...parent.positional]
  return [...names.filter((name) => !inherited.includes(name)), ...ownSettings(parent)]
}
