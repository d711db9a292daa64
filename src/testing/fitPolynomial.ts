/** Solves `matrix x = right` by elimination with partial pivoting; both are overwritten. */
const solve = (matrix: number[][], right: number[]): number[] => {
  const size = right.length
  for (let column = 0; column < size; column++) {
    let pivot = column
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(matrix[row][column]) > Math.abs(matrix[pivot][column])) pivot = row
    }
    ;[matrix[column], matrix[pivot]] = [matrix[pivot], matrix[column]]
    ;[right[column], right[pivot]] = [right[pivot], right[column]]
    for (let row = column + 1; row < size; row++) {
      const factor = matrix[row][column] / matrix[column][column]
      for (let k = column; k < size; k++) matrix[row][k] -= factor * matrix[column][k]
      right[row] -= factor * right[column]
    }
  }
  const solution = new Array<number>(size).fill(0)
  for (let row = size - 1; row >= 0; row--) {
    let rest = right[row]
    for (let k = row + 1; k < size; k++) rest -= matrix[row][k] * solution[k]
    solution[row] = rest / matrix[row][row]
  }
  return solution
}

export interface Fit {
  /** Ascending: `coefficients[i]` belongs to `x^i`. */
  readonly coefficients: readonly number[]
  /** The largest `weight(x) |p(x) - f(x)|`. */
  readonly error: number
}

/**
 * The polynomial of a degree that minimises the largest `weight(x) |p(x) - f(x)|` on `[low, high]`, in float64, by
 * the exchange algorithm of Remez. It is how the coefficients of `loops/math` were made.
 */
export const fitPolynomial = (
  f: (x: number) => number,
  low: number,
  high: number,
  degree: number,
  weight: (x: number) => number = () => 1,
): Fit => {
  const points = degree + 2
  const grid = 400 * points
  const middle = (low + high) / 2
  const radius = (high - low) / 2
  // Chebyshev spacing, in the scaled variable u in [-1, 1], which keeps the equations well conditioned.
  const at = Array.from({ length: grid + 1 }, (_, i) => -Math.cos((Math.PI * i) / grid))
  const values = at.map((u) => f(middle + radius * u))
  const weights = at.map((u) => weight(middle + radius * u))
  let reference = Array.from({ length: points }, (_, i) => Math.round((i * grid) / (points - 1)))
  let scaled: number[] = []
  let error = Infinity
  for (let round = 0; round < 50; round++) {
    const matrix = reference.map((i, row) => [
      ...Array.from({ length: degree + 1 }, (_, power) => at[i] ** power),
      (row % 2 ? -1 : 1) / weights[i],
    ])
    scaled = solve(
      matrix,
      reference.map((i) => values[i]),
    ).slice(0, -1)
    const errors = at.map((u, i) => weights[i] * (scaled.reduceRight((sum, c) => sum * u + c, 0) - values[i]))
    // The largest error of each run of one sign; then the alternating subset with the largest errors.
    const extrema: number[] = []
    for (let i = 0; i <= grid; i++) {
      const last = extrema.length - 1
      if (last >= 0 && errors[extrema[last]] > 0 === errors[i] > 0) {
        if (Math.abs(errors[i]) > Math.abs(errors[extrema[last]])) extrema[last] = i
      } else extrema.push(i)
    }
    while (extrema.length > points) {
      const first = Math.abs(errors[extrema[0]])
      if (first < Math.abs(errors[extrema[extrema.length - 1]])) extrema.shift()
      else extrema.pop()
    }
    error = Math.max(...errors.map(Math.abs))
    if (extrema.length < points || extrema.every((i, k) => i === reference[k])) break
    reference = extrema
  }
  // Back from u = (x - middle) / radius to x, by Horner's rule on polynomials.
  let coefficients: number[] = []
  for (const c of scaled.toReversed()) {
    const next = new Array<number>(coefficients.length + 1).fill(0)
    coefficients.forEach((value, i) => {
      next[i + 1] += value / radius
      next[i] -= (value * middle) / radius
    })
    next[0] += c
    coefficients = next
  }
  return { coefficients: coefficients.slice(0, degree + 1), error }
}
