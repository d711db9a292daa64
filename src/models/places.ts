import { InternalError } from '../errors.js'
import type { BatchShape } from '../layers/batchShape.js'
import { isShape } from '../layers/tensors.js'
import { flatten, type Layout, layoutOf, type Structure } from '../utils/structure.js'
import type { AnyModel } from './model.js'

/** Where a model takes inputs, or gives outputs: how they are arranged, what each is called, and its shape. */
export interface Places {
  readonly layout: Layout
  readonly names: readonly string[]
  readonly shapes: readonly BatchShape[]
}

/** The places of a model that is built. */
export function requirePlaces(model: AnyModel): { readonly inputs: Places; readonly outputs: Places } {
  const { inputPlaces } = model
  if (!inputPlaces) throw new InternalError(`${model.title} is not built`)
  return { inputs: inputPlaces, outputs: model.outputPlaces }
}

/** The places of a model that is no graph: named by its keys, or by number. */
export function placesOf(shapes: Structure<BatchShape>, name: string): Places {
  const layout = layoutOf(shapes, isShape)
  const flat = flatten(shapes, isShape)
  return {
    layout,
    names:
      layout.kind === 'object'
        ? layout.keys
        : flat.map((_, i) => (flat.length === 1 ? name : `${name}_${i + 1}`)),
    shapes: flat,
  }
}
