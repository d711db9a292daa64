import { HostTensor } from './hostTensor.js'

export interface ScheduleFreeSettings {
  /** The rate of a step, counted from 0. */
  readonly learningRate: (step: number) => number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly warmupSteps: number
  readonly weightDecay: number
}

/** Keras's defaults of `ScheduleFreeAdamW`. */
export const scheduleFreeDefaults: ScheduleFreeSettings = {
  learningRate: () => 0.0025,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  warmupSteps: 0,
  weightDecay: 0,
}

/**
 * One weight's values under schedule-free AdamW in float64, after the given steps (Defazio et al., The road less scheduled,
 * 2024, algorithm 1 with the averaging weight 1 / t): z moves against the gradient, x is the mean of all z, and the
 * weight is `y = (1 - beta1) z + beta1 x`. Weight decay makes y smaller before each step, as in all of Keras's optimizers.
 */
export function scheduleFreeFloat64(
  weight: HostTensor,
  gradients: HostTensor,
  steps: readonly number[],
  { learningRate, beta1, beta2, epsilon, warmupSteps, weightDecay }: ScheduleFreeSettings,
): HostTensor[] {
  const z = Float64Array.from(weight.data)
  const y = Float64Array.from(weight.data)
  const v = new Float64Array(z.length)
  const reached: HostTensor[] = []
  for (let t = 1; t <= Math.max(...steps); t++) {
    const full = learningRate(t - 1)
    const rate = full * (warmupSteps > 0 ? Math.min(1, t / warmupSteps) : 1)
    for (let i = 0; i < z.length; i++) {
      const g = gradients.data[(t - 1) * z.length + i]
      const x = (y[i] * (1 - full * weightDecay) - (1 - beta1) * z[i]) / beta1
      v[i] += (1 - beta2) * (g * g - v[i])
      z[i] -= (rate * g) / (Math.sqrt(v[i] / (1 - beta2 ** t)) + epsilon)
      y[i] = (1 - beta1) * z[i] + beta1 * (x + (z[i] - x) / t)
    }
    if (steps.includes(t)) reached.push(new HostTensor('float64', weight.shape, y.slice()))
  }
  return reached
}
