import type { AnyLayer } from '../layers/layer.js'

/** Which layers and weights an optimizer may change: of a layer itself, of its own weights, then of the layers inside. */
export const trainableFlags = (layer: AnyLayer): boolean[] => [
  layer.trainable,
  ...layer.ownWeights.map(({ trainable }) => trainable),
  ...layer.sublayers().flatMap(trainableFlags),
]

/** Sets what `trainableFlags` gave. Flags of another model, of which there are more or fewer, change nothing. */
export function setTrainableFlags(layer: AnyLayer, flags: readonly boolean[]): void {
  if (flags.length !== trainableFlags(layer).length) return
  let at = 0
  const visit = (each: AnyLayer): void => {
    each.trainable = flags[at++]
    for (const weight of each.ownWeights) weight.trainable = flags[at++]
    // Setting a layer's set theirs.
    for (const inner of each.sublayers()) visit(inner)
  }
  visit(layer)
}
