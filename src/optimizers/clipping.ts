import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { clip } from '../ops/clip.js'
import { divide } from '../ops/divide.js'
import { isFinite as isFiniteOp } from '../ops/isFinite.js'
import { maximum } from '../ops/maximum.js'
import { minimum } from '../ops/minimum.js'
import { multiply } from '../ops/multiply.js'
import { sqrt } from '../ops/sqrt.js'
import { square } from '../ops/square.js'
import { sum } from '../ops/sum.js'
import { where } from '../ops/where.js'
import type { CommonSettings } from './options.js'

/**
 * Gradients cut down as the settings say:
 * - `clipnorm`: each to `g clipnorm / max(|g|, clipnorm)`;
 * - `clipvalue`: each element to `min(max(g, -clipvalue), clipvalue)`;
 * - `globalClipnorm`: all by the factor that brings their common norm down to it. If that norm is infinite or NaN, all
 *   become NaN, so that the failure shows.
 */
export function clipGradients(
  gradients: readonly Tensor[],
  { clipnorm, clipvalue, globalClipnorm }: CommonSettings,
): readonly Tensor[] {
  if (clipnorm !== undefined) {
    return gradients.map((gradient) =>
      divide(multiply(gradient, clipnorm), maximum(sqrt(sum(square(gradient))), clipnorm)),
    )
  }
  if (clipvalue !== undefined) return gradients.map((gradient) => clip(gradient, -clipvalue, clipvalue))
  if (globalClipnorm === undefined || gradients.length === 0) return gradients
  const norm = sqrt(gradients.map((gradient) => sum(square(gradient))).reduce((a, b) => add(a, b)))
  const factor = multiply(minimum(divide(1, norm), 1 / globalClipnorm), globalClipnorm)
  return gradients.map((gradient) => multiply(gradient, where(isFiniteOp(norm), factor, Number.NaN)))
}
