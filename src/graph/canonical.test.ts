import { describe, expect, it } from 'vitest'
import { add } from '../ops/add.js'
import { multiply } from '../ops/multiply.js'
import { tensor } from '../ops/tensor.js'
import { canonicalize } from './canonical.js'
import { trace } from './trace.js'
import { Variable } from './variable.js'

const input = { name: 'x', shape: [3], dtype: 'float32' } as const

describe('canonical form', () => {
  it('is the same for two traces of one function', () => {
    const keys = [1, 2].map(() => canonicalize(trace([input], (x) => [add(multiply(x, 2), x)])).key)
    expect(keys[0]).toBe(keys[1])
  })

  it('does not depend on data or on which variable it is, only on their types', () => {
    const keys = [1, 2].map((value) => {
      const weight = new Variable([value, value, value], [3])
      return canonicalize(trace([input], (x) => [add(multiply(x, weight.value()), tensor([value, 0, 0]))]))
    })
    expect(keys[0].key).toBe(keys[1].key)
    expect(keys[0].variables).not.toEqual(keys[1].variables)
    expect(keys[0].constants).toHaveLength(1)
  })

  it('tells literals, shapes, structure and assignments apart', () => {
    const weight = new Variable([1, 2, 3], [3])
    const keys = [
      trace([input], (x) => [multiply(x, 2)]),
      trace([input], (x) => [multiply(x, 3)]),
      trace([input], (x) => [multiply(x, -0)]),
      trace([input], (x) => [multiply(x, 0)]),
      trace([input], (x) => [add(x, 2)]),
      trace([{ ...input, shape: [4] }], (x) => [multiply(x, 2)]),
      trace([{ ...input, dtype: 'int32' }], (x) => [multiply(x, 2)]),
      trace([input], (x) => {
        weight.assign(multiply(x, 2))
        return []
      }),
      trace([input], (x) => [x, multiply(x, 2)]),
    ].map((one) => canonicalize(one).key)
    expect(new Set(keys).size).toBe(keys.length)
  })
})
