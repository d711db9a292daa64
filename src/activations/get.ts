import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { relu as reluOp } from '../ops/relu.js'
import { sigmoid as sigmoidOp } from '../ops/sigmoid.js'
import { softmax as softmaxOp } from '../ops/softmax.js'
import {
  type Configurable,
  type ConfigValue,
  isSerialized,
  type SerializedObject,
  serializeObject,
} from '../utils/config.js'
import { customObjects, findLayer, nameIn, serializeFunction } from '../utils/customObjects.js'
import { suggestion } from '../utils/nearest.js'
import { refuseClass } from '../utils/refuseClass.js'
import { show } from '../utils/show.js'
import { celu } from './celu.js'
import { elu } from './elu.js'
import { exponential } from './exponential.js'
import { gelu } from './gelu.js'
import { glu } from './glu.js'
import { hardShrink } from './hardShrink.js'
import { hardSigmoid } from './hardSigmoid.js'
import { hardSilu } from './hardSilu.js'
import { hardTanh } from './hardTanh.js'
import { leakyRelu } from './leakyRelu.js'
import { linear } from './linear.js'
import { logSigmoid } from './logSigmoid.js'
import { logSoftmax } from './logSoftmax.js'
import { mish } from './mish.js'
import { relu } from './relu.js'
import { relu6 } from './relu6.js'
import { selu } from './selu.js'
import { sigmoid } from './sigmoid.js'
import { silu } from './silu.js'
import { softmax } from './softmax.js'
import { softplus } from './softplus.js'
import { softShrink } from './softShrink.js'
import { softsign } from './softsign.js'
import { sparsemax } from './sparsemax.js'
import { sparsePlus } from './sparsePlus.js'
import { sparseSigmoid } from './sparseSigmoid.js'
import { squareplus } from './squareplus.js'
import { step } from './step.js'
import { tanh } from './tanh.js'
import { tanhShrink } from './tanhShrink.js'

/** Names of activations, as in Keras, and `'step'`. */
export type ActivationName =
  | 'celu'
  | 'elu'
  | 'exponential'
  | 'gelu'
  | 'glu'
  | 'hard_shrink'
  | 'hard_sigmoid'
  | 'hard_silu'
  | 'hard_swish'
  | 'hard_tanh'
  | 'leaky_relu'
  | 'linear'
  | 'log_sigmoid'
  | 'log_softmax'
  | 'mish'
  | 'relu'
  | 'relu6'
  | 'selu'
  | 'sigmoid'
  | 'silu'
  | 'soft_shrink'
  | 'softmax'
  | 'softplus'
  | 'softsign'
  | 'sparse_plus'
  | 'sparse_sigmoid'
  | 'sparsemax'
  | 'squareplus'
  | 'step'
  | 'swish'
  | 'tanh'
  | 'tanh_shrink'

/** Maps a layer's outputs elementwise or along the last axis. Layer objects are such functions. */
export type ActivationFunction = (x: Tensor) => Tensor

/** What stands for an activation in options: a name, a function, or a layer object. */
export type ActivationLike = ActivationName | ActivationFunction

/** Where a function has two names, the first is the one that is written. */
const activations: Record<ActivationName, ActivationFunction> = {
  celu,
  elu,
  exponential,
  gelu,
  glu,
  hard_shrink: hardShrink,
  hard_sigmoid: hardSigmoid,
  hard_silu: hardSilu,
  hard_swish: hardSilu,
  hard_tanh: hardTanh,
  leaky_relu: leakyRelu,
  linear,
  log_sigmoid: logSigmoid,
  log_softmax: logSoftmax,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  soft_shrink: softShrink,
  softmax,
  softplus,
  softsign,
  sparse_plus: sparsePlus,
  sparse_sigmoid: sparseSigmoid,
  sparsemax,
  squareplus,
  step,
  swish: silu,
  tanh,
  tanh_shrink: tanhShrink,
}

/**
 * The function that a name, a function or a layer stands for; `linear` for none.
 * @throws ArgumentError for an unknown name, with the nearest known one
 */
export function getActivation(
  identifier: ActivationLike | SerializedObject | null | undefined,
): ActivationFunction {
  if (identifier === null || identifier === undefined) return linear
  if (typeof identifier === 'function') return refuseClass(identifier, 'activation')
  const own = findLayer(identifier)
  if (typeof own === 'function') return own as ActivationFunction
  const name = isSerialized(identifier) ? nameIn(identifier) : identifier
  if (typeof name !== 'string') {
    throw new ArgumentError(
      `activation: expected a name such as 'relu', a function or a layer, received ${show(name)}.`,
    )
  }
  if (!Object.hasOwn(activations, name)) {
    throw new ArgumentError(
      `activation: '${name}' is unknown. ${suggestion(name, Object.keys({ ...activations, ...customObjects() }))}`,
    )
  }
  return activations[name as ActivationName]
}

/** An activation as Keras writes it into configs: its name, a function of your own, or a whole layer. */
export function serializeActivation(activation: ActivationFunction): ConfigValue {
  for (const [name, known] of Object.entries(activations)) if (known === activation) return name
  for (const [name, known] of Object.entries(ops)) if (known === activation) return name
  return isConfigurable(activation)
    ? serializeObject('keras.layers', activation)
    : serializeFunction(activation, (name) => Object.hasOwn(activations, name))
}

/** Ops that are the activations of these names. */
const ops: Readonly<Record<string, ActivationFunction>> = {
  relu: reluOp,
  sigmoid: sigmoidOp,
  softmax: softmaxOp,
}

const isConfigurable = (value: unknown): value is Configurable =>
  typeof value === 'function' && 'getConfig' in value && 'className' in value
