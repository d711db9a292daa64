import { describe, expect, it } from 'vitest'
import { compareAll, type Named, relativeError } from './compare.js'
import { HostTensor } from './hostTensor.js'
import { floats } from './samples.js'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

const row = (...values: number[]) => floats([values.length], values)
const exactly = (...values: number[]): Named => ({
  x: new HostTensor('float64', [values.length], Float64Array.from(values)),
})

describe('relativeError', () => {
  it('is the largest difference over the largest value', () => {
    expect(relativeError(row(1, 2, 4.5), row(1, 2.5, 4))).toBeCloseTo(0.5 / 4, 12)
  })

  it('wants NaN and infinities in the same places', () => {
    expect(relativeError(row(nan, infinity, 1), row(nan, infinity, 1))).toBe(0)
    expect(relativeError(row(nan), row(1))).toBe(infinity)
    expect(relativeError(row(1), row(nan))).toBe(infinity)
    expect(relativeError(row(infinity), row(-infinity))).toBe(infinity)
  })

  it('is infinite for other shapes, and for anything in place of zeros', () => {
    expect(relativeError(floats([2, 1], [1, 2]), floats([1, 2], [1, 2]))).toBe(infinity)
    expect(relativeError(row(1e-9), row(0))).toBe(infinity)
  })
})

describe('compareAll', () => {
  const verdict = async (gradus: number, keras: number, exact: number) => {
    const [measured] = await compareAll(
      { x: row(gradus) },
      { x: row(keras) },
      async () => exactly(exact),
      1e-5,
    )
    return measured.verdict
  }

  it('agrees within the limit, without asking the arbiter', async () => {
    const never = () => Promise.reject(new Error('asked'))
    const [measured] = await compareAll({ x: row(1) }, { x: row(1 + 2 ** -20) }, never)
    expect(measured.verdict).toBe('agrees')
  })

  it('lets Gradus be twice as far from float64 as Keras, not more', async () => {
    expect(await verdict(1.0009, 1.0005, 1)).toBe('near float64')
    expect(await verdict(1.0015, 1.0005, 1)).toBe('differs')
  })

  it('sees where Keras alone is off', async () => {
    expect(await verdict(1, 1.5, 1)).toBe('Keras is off')
  })

  it('takes rounding errors of what is zero in float64 for what they are', async () => {
    expect(await verdict(3e-7, 1e-8, 0)).toBe('near float64')
    expect(await verdict(3e-4, 1e-8, 0)).toBe('differs')
  })

  it('wants everything that Keras gives', async () => {
    const [measured] = await compareAll({}, { x: row(1) }, async () => exactly(1))
    expect(measured.verdict).toBe('differs')
  })
})
