import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../errors.js'
import { add, square } from '../ops/index.js'
import { input } from './input.js'
import { lambda } from './lambda.js'

describe('Lambda', () => {
  it("finds its output's shape out, or is told it", () => {
    const x = input([3])
    expect(lambda((each) => square(each))(x).shape).toEqual([null, 3])
    const told = lambda((each) => add(each, 1), { outputShape: ([batch]) => [batch, 3] })
    expect(told(x).shape).toEqual([null, 3])
  })

  it.each([
    [
      () => lambda('square' as never),
      "expected a function of tensors such as (x) => ops.square(x), received 'square'",
    ],
    [
      () => lambda((each) => each, { outputShape: [3] as never, name: 'same' }),
      "Layer 'same' (Lambda): expected outputShape as a function such as ([batch, ...rest]) => [batch, 1], received [3]",
    ],
  ])('refuses what is no function: %#', (make, message) => {
    expect(make).toThrow(ArgumentError)
    expect(make).toThrow(message)
  })
})
