import { HostTensor } from './hostTensor.js'

/**
 * Images `[batch, height, width, channels]` enlarged by whole factors, in float64: the sum over the 4 by 4 pixels around of Keys's
 * cubic kernel with a = -1/2, divided by the sum of the weights of those that exist (Keys, 1981).
 */
export function bicubicFloat64(
  { data, shape }: HostTensor,
  [down, across]: readonly [number, number],
): HostTensor {
  const [batch, height, width, channels] = shape
  const [rows, columns] = [height * down, width * across]
  const output = new Float64Array(batch * rows * columns * channels)
  output.forEach((_, at) => {
    const channel = at % channels
    const column = Math.floor(at / channels) % columns
    const row = Math.floor(at / channels / columns) % rows
    const image = Math.floor(at / channels / columns / rows)
    const [y, x] = [(row + 0.5) / down - 0.5, (column + 0.5) / across - 0.5]
    let [sum, total] = [0, 0]
    for (let i = Math.max(0, Math.floor(y) - 1); i <= Math.min(height - 1, Math.floor(y) + 2); i++) {
      for (let j = Math.max(0, Math.floor(x) - 1); j <= Math.min(width - 1, Math.floor(x) + 2); j++) {
        const weight = keys(Math.abs(y - i)) * keys(Math.abs(x - j))
        sum += weight * data[((image * height + i) * width + j) * channels + channel]
        total += weight
      }
    }
    output[at] = sum / total
  })
  return new HostTensor('float64', [batch, rows, columns, channels], output)
}

const keys = (d: number): number => {
  if (d <= 1) return 1.5 * d ** 3 - 2.5 * d ** 2 + 1
  return d < 2 ? -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2 : 0
}
