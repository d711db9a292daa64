import { HostTensor } from './hostTensor.js'

/**
 * `max(x - tau, 0)` along an axis, with tau so that the sum is 1, and the gradient of `sum(cotangent * result)`, in
 * float64 (Martins and Astudillo, From softmax to sparsemax, 2016: algorithm 1 and equation 13).
 */
export function sparsemaxFloat64(
  { data, shape }: HostTensor,
  axis: number,
  cotangent: HostTensor,
): { readonly output: HostTensor; readonly gradient: HostTensor } {
  const along = axis < 0 ? axis + shape.length : axis
  const size = shape[along]
  const stride = shape.slice(along + 1).reduce((a, b) => a * b, 1)
  const output = new Float64Array(data.length)
  const gradient = new Float64Array(data.length)
  for (let row = 0; row < data.length / size; row++) {
    const first = Math.floor(row / stride) * stride * size + (row % stride)
    const places = Array.from({ length: size }, (_, i) => first + i * stride)
    const tau = thresholdOf(places.map((at) => data[at]))
    const support = places.filter((at) => data[at] > tau)
    const mean = support.reduce((total, at) => total + cotangent.data[at], 0) / support.length
    for (const at of support) {
      output[at] = data[at] - tau
      gradient[at] = cotangent.data[at] - mean
    }
  }
  return {
    output: new HostTensor('float64', shape, output),
    gradient: new HostTensor('float64', shape, gradient),
  }
}

function thresholdOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => b - a)
  let total = 0
  let tau = 0
  sorted.forEach((value, i) => {
    total += value
    // As long as it is larger than the threshold that it would have with the larger ones, it belongs to the support.
    if (value > (total - 1) / (i + 1)) tau = (total - 1) / (i + 1)
  })
  return tau
}
