import type { Tensor } from '../graph/tensor.js'

/** The activations whose inputs a cross-entropy can use in place of their outputs. */
export type ProbabilityActivation = 'softmax' | 'sigmoid'

const origins = new WeakMap<Tensor, { readonly activation: ProbabilityActivation; readonly logits: Tensor }>()

/** Notes which logits these probabilities came from (Keras keeps the same note as `_keras_logits`). */
export function rememberLogits(
  probabilities: Tensor,
  activation: ProbabilityActivation,
  logits: Tensor,
): Tensor {
  origins.set(probabilities, { activation, logits })
  return probabilities
}

/**
 * The logits behind probabilities that came out of this activation unchanged, if they did. A cross-entropy of logits is
 * exact where one of rounded probabilities loses small ones, and cheaper.
 */
export function logitsOf(probabilities: Tensor, activation: ProbabilityActivation): Tensor | undefined {
  const origin = origins.get(probabilities)
  return origin?.activation === activation ? origin.logits : undefined
}
