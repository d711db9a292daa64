import type { Variable } from '../graph/variable.js'
import type { StoredArray } from '../saving/storedArray.js'

/** What a training step computes on some samples on its way: nothing of it has changed the model. */
export interface Inspection {
  /** The outputs of the model's layers, in the order in which they were called. */
  readonly activations: readonly { readonly layer: string; readonly values: StoredArray }[]
  /** The loss's gradient with respect to each trainable weight. */
  readonly gradients: readonly { readonly weight: Variable; readonly values: StoredArray }[]
}
