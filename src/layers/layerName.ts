import { ArgumentError } from '../errors.js'
import { readsLayers } from '../utils/customObjects.js'
import { automaticName } from '../utils/naming.js'
import { show } from '../utils/show.js'

/**
 * The name of a layer: the one that was given, or one not given before. Files of Keras 2 may name layers `block/conv`.
 * @throws ArgumentError for a name that files cannot hold
 */
export function layerName(name: string | undefined, className: string): string {
  if (name === undefined) return automaticName(className)
  if (typeof name === 'string' && (!name.includes('/') || readsLayers())) return name
  throw new ArgumentError(
    `${className}: name: expected text without '/', which stands between the names in weights' paths, received ${show(name)}.`,
  )
}
