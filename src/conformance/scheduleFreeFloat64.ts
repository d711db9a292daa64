import { HostTensor } from './hostTensor.js'

export interface ScheduleFreeSettings {
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly warmupSteps: number
}

/** Keras's defaults of `ScheduleFreeAdamW`. */
export const scheduleFreeDefaults: ScheduleFreeSettings = {
  learningRate: 0.0025,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  warmupSteps: 0,
}

/**
 * One weight's values under schedule-free AdamW in float64, after the given steps (Defazio et al., The road less scheduled,
 * 2024, algorithm 1 with the averaging weight 1 / t): z moves against the gradient, x is the mean of all z, and the
 * weight is `y = (1 - beta1) z + beta1 x`.
 */
export function scheduleFreeFloat64(
  weight: HostTensor,
  gradients: HostTensor,
  steps: readonly number[],
  { learningRate, beta1, beta2, epsilon, warmupSteps }: ScheduleFreeSettings,
): HostTensor[] {
  const z = Float64Array.from(weight.data)
  const x = Float64Array.from(weight.data)
  const v = new Float64Array(z.length)
  const reached: HostTensor[] = []
  for (let t = 1; t <= Math.max(...steps); t++) {
    const rate = learningRate * (warmupSteps > 0 ? Math.min(1, t / warmupSteps) : 1)
    for (let i = 0; i < z.length; i++) {
      const g = gradients.data[(t - 1) * z.length + i]
      v[i] += (1 - beta2) * (g * g - v[i])
      z[i] -= (rate * g) / (Math.sqrt(v[i] / (1 - beta2 ** t)) + epsilon)
      x[i] += (z[i] - x[i]) / t
    }
    if (!steps.includes(t)) continue
    const y = z.map((fast, i) => (1 - beta1) * fast + beta1 * x[i])
    reached.push(new HostTensor('float64', weight.shape, y))
  }
  return reached
}
