const bars = '▁▂▃▄▅▆▇█'

/**
 * Numbers as a line of bars, from the lowest to the highest; a number that is not finite is a cross. More numbers than there is room for are averaged.
 * @param columns characters at most
 */
export function sparkline(values: readonly number[], columns: number): string {
  const count = Math.min(values.length, columns)
  const means = Array.from({ length: count }, (_, i) => {
    const [from, to] = [i, i + 1].map((end) => Math.floor((end * values.length) / count))
    return mean(values.slice(from, to))
  })
  const finite = means.filter(Number.isFinite)
  const [lowest, highest] = [Math.min(...finite), Math.max(...finite)]
  return means
    .map((value) => {
      if (!Number.isFinite(value)) return '×'
      const height = highest > lowest ? (value - lowest) / (highest - lowest) : 0.5
      return bars[Math.min(bars.length - 1, Math.floor(height * bars.length))]
    })
    .join('')
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
