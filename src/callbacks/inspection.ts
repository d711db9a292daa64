import type { DType, Elements } from '../graph/dtype.js'
import type { Shape } from '../graph/shape.js'
import type { Variable } from '../graph/variable.js'
import type { StoredArray } from '../saving/storedArray.js'

/** What a training step computes on some samples on its way: nothing of it has changed the model. */
export interface Inspection<Values = StoredArray> {
  /** The outputs of the model's layers, in the order in which they were called. */
  readonly activations: readonly { readonly layer: string; readonly values: Values }[]
  /** The loss's gradient with respect to each trainable weight. */
  readonly gradients: readonly { readonly weight: Variable; readonly values: Values }[]
}

/** An array that lies where it was computed: its elements are others when whoever was given it has returned. */
export interface ArrayInPlace {
  readonly dtype: DType
  readonly shape: Shape
  readonly data: Elements
}
