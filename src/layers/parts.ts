import { toSnakeCase } from '../utils/naming.js'
import type { AnyLayer } from './layer.js'

/** Layers inside a layer: one, or a list, which may hold lists. */
export type LayerPart = AnyLayer | readonly LayerPart[]

/** The layers inside a layer, by the names under which Keras's files hold them. */
export type LayerParts = Readonly<Record<string, LayerPart>>

type IsLayer = (value: unknown) => value is AnyLayer

/** The layers that an object's properties hold. A property `hiddenLayer` is called `hidden_layer`, as it would be in Python. */
export function partsIn(object: object, isLayer: IsLayer): LayerParts {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => {
      const part = partIn(value, isLayer)
      return part === undefined ? [] : [[toSnakeCase(key), part]]
    }),
  )
}

function partIn(value: unknown, isLayer: IsLayer): LayerPart | undefined {
  if (isLayer(value)) return value
  if (!Array.isArray(value)) return undefined
  const parts = value.flatMap((item): LayerPart[] => {
    const part = partIn(item, isLayer)
    return part === undefined ? [] : [part]
  })
  return parts.length > 0 ? parts : undefined
}

/** Each layer among the parts once, in order. */
export function flattenParts(parts: LayerParts): AnyLayer[] {
  const visit = (part: LayerPart): AnyLayer[] => (isList(part) ? part.flatMap(visit) : [part])
  return [...new Set(Object.values(parts).flatMap(visit))]
}

/** Whether a part is a list of parts, not a layer. */
export const isList = (part: LayerPart): part is readonly LayerPart[] => Array.isArray(part)
