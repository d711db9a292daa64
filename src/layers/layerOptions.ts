import type { ConstraintLike } from '../constraints/get.js'
import type { DType } from '../graph/dtype.js'
import type { Shape } from '../graph/shape.js'
import type { InitializerLike } from '../initializers/get.js'
import type { RegularizerLike } from '../regularizers/get.js'
import type { OptionKeys } from '../utils/checkOptions.js'

/** Options that every layer takes. */
export interface LayerOptions {
  /** Default: the class's name in snake case, numbered from the second on: `dense`, `dense_1`. Without `/`. */
  readonly name?: string
  /** Whether an optimizer may change the layer's weights. Default: true. */
  readonly trainable?: boolean
  /** On the first layer of a sequential model: the shape of one sample, without the batch. Builds the model at once. */
  readonly inputShape?: Shape
  /** A penalty for the layer's outputs, divided by the number of samples, that is added to the loss. Default: none. */
  readonly activityRegularizer?: RegularizerLike
}

/** What a layer asks for when it makes a weight. */
export interface WeightOptions {
  /** As Keras calls it: `kernel`, `bias`. */
  readonly name: string
  readonly shape: Shape
  /** Default: `'glorot_uniform'`, as in Keras. */
  readonly initializer?: InitializerLike
  readonly trainable?: boolean
  readonly dtype?: DType
  /** A penalty for the weight that is added to the loss. Default: none. */
  readonly regularizer?: RegularizerLike
  /** What the weight must satisfy after each update. Default: none. */
  readonly constraint?: ConstraintLike
}

export const weightOptions: OptionKeys<WeightOptions> = {
  name: true,
  shape: true,
  initializer: true,
  trainable: true,
  dtype: true,
  regularizer: true,
  constraint: true,
}
