/** Coefficients of windows that are sums of cosines: `sum over k of (-1)^k a[k] cos(2 pi k t / (length - 1))`. */
const cosineSums = {
  boxcar: [1],
  hann: [0.5, 0.5],
  hamming: [0.54, 0.46],
  blackman: [0.42, 0.5, 0.08],
  nuttall: [0.3635819, 0.4891775, 0.1365995, 0.0106411],
  blackmanharris: [0.35875, 0.48829, 0.14128, 0.01168],
  flattop: [0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368],
} as const

/** Windows by SciPy's names. */
export type WindowName = keyof typeof cosineSums | 'bartlett' | 'cosine'

export const windowNames = [...Object.keys(cosineSums), 'bartlett', 'cosine'] as readonly WindowName[]

/**
 * Weights of the times in a frame, falling off towards both ends, as SciPy's `signal.windows`.
 * @param isPeriodic whether the frame's end is the beginning of the next one, so that the two are not both counted
 */
export function windowValues(name: WindowName, length: number, isPeriodic: boolean): Float64Array {
  const last = isPeriodic ? length : length - 1
  if (last < 1) return new Float64Array(length).fill(1)
  return Float64Array.from({ length }, (_, t) => valueAt(name, t, last))
}

function valueAt(name: WindowName, t: number, last: number): number {
  if (name === 'bartlett') return 1 - Math.abs((2 * t) / last - 1)
  if (name === 'cosine') return Math.sin((Math.PI * (t + 0.5)) / (last + 1))
  return cosineSums[name].reduce(
    (sum, factor, k) => sum + (-1) ** k * factor * Math.cos((2 * Math.PI * k * t) / last),
    0,
  )
}
