import { ArgumentError } from '../errors.js'
import { Tensor } from '../graph/tensor.js'
import { ignoreRejections } from '../utils/ignoreRejections.js'
import { requireMethod } from '../utils/requireMethod.js'
import { show } from '../utils/show.js'
import type { Tensors } from './tensors.js'

/** @throws ArgumentError if the layer's class has no `call` */
export const requireCall = (layer: { readonly title: string }): void =>
  requireMethod(layer, layer.title, 'call(inputs)', 'gives the outputs')

/** @throws ArgumentError unless a layer's `call` gave a tensor, a list or an object of tensors */
export function checkOutputs(outputs: unknown, title: string): Tensors {
  if (outputs instanceof Tensor) return outputs
  const parts =
    typeof outputs === 'object' && outputs !== null && !(outputs instanceof Promise)
      ? Object.values(outputs)
      : []
  if (parts.length > 0 && parts.every((part) => part instanceof Tensor)) return outputs as Tensors
  ignoreRejections([outputs, ...parts])
  throw new ArgumentError(
    `${title}: expected call to give a tensor, a list or an object of tensors, received ${show(outputs)}. ${hintFor(outputs)}`,
  )
}

function hintFor(outputs: unknown): string {
  if (outputs === undefined) return 'Is a return missing?'
  if (outputs instanceof Promise) return 'A layer cannot wait for values: compute with ops.'
  return 'Compute with ops, and return what they give.'
}
