import { describe, expect, it } from 'vitest'
import { RandomStream } from '../../utils/randomStream.js'
import { symmetricEigen } from './symmetricEigen.js'

function symmetric(n: number, seed: number): Float64Array[] {
  const stream = new RandomStream([seed, 1])
  const rows = Array.from({ length: n }, () => new Float64Array(n))
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) rows[i][j] = rows[j][i] = stream.normal()
  return rows
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i], 0)

describe('symmetricEigen', () => {
  it.each([1, 2, 3, 5, 16, 41])('gives orthonormal vectors that a matrix of %d rows stretches', (n) => {
    const matrix = symmetric(n, n)
    const { values, vectors } = symmetricEigen(matrix)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) expect(dot(vectors[i], vectors[j])).toBeCloseTo(i === j ? 1 : 0, 12)
      for (let row = 0; row < n; row++) {
        expect(dot(matrix[row], vectors[i])).toBeCloseTo(values[i] * vectors[i][row], 11)
      }
    }
    const trace = matrix.reduce((sum, row, i) => sum + row[i], 0)
    expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(trace, 11)
  })

  it('knows the eigenvalues of the second difference: 2 - 2 cos(k pi / (n + 1))', () => {
    const n = 12
    const rows = Array.from({ length: n }, (_, i) =>
      Float64Array.from({ length: n }, (_, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
    )
    const expected = rows.map((_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)))
    symmetricEigen(rows)
      .values.toSorted()
      .forEach((value, k) => expect(value).toBeCloseTo(expected[k], 13))
  })

  it('takes equal eigenvalues, zeros, and rank 1', () => {
    const ones = Array.from({ length: 6 }, () => new Float64Array(6).fill(1))
    const rounded = symmetricEigen(ones)
      .values.toSorted()
      .map((value) => Math.round(value * 1e12) / 1e12)
    expect(Array.from(rounded, Math.abs)).toEqual([0, 0, 0, 0, 0, 6])
    const zeros = Array.from({ length: 3 }, () => new Float64Array(3))
    expect(Array.from(symmetricEigen(zeros).values)).toEqual([0, 0, 0])
    const diagonal = [3, 1, 2].map((value, i) =>
      Float64Array.from({ length: 3 }, (_, j) => (i === j ? value : 0)),
    )
    expect(Array.from(symmetricEigen(diagonal).values.toSorted())).toEqual([1, 2, 3])
  })

  it('does not go on for ever with what is not a number', () => {
    expect(() => symmetricEigen([Float64Array.of(1, Number.NaN), Float64Array.of(Number.NaN, 1)])).toThrow(
      /finite numbers/,
    )
  })
})
