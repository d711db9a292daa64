import { describe, expect, it } from 'vitest'
import { ArgumentError, ShapeError } from '../errors.js'
import { Variable } from '../graph/variable.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { broadcastTo } from './broadcastTo.js'
import { cast } from './cast.js'
import { gradients } from './gradient.js'
import { multiply } from './multiply.js'
import { reshape } from './reshape.js'
import { sum } from './sum.js'
import { asTensor, full, literal, ones, tensor, zeros, zerosLike } from './tensor.js'

describe('tensor', () => {
  it('takes its shape from nested arrays and its type from the data', () => {
    const matrix = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect([matrix.shape, matrix.dtype]).toEqual([[2, 3], 'float32'])
    expect(tensor([true, false]).dtype).toBe('bool')
    expect(tensor(new Uint8Array(6), { shape: [2, 3] })).toMatchObject({ shape: [2, 3], dtype: 'uint8' })
    expect(tensor(Int32Array.of(1, 2))).toMatchObject({ shape: [2], dtype: 'int32' })
    expect(tensor([[], []]).shape).toEqual([2, 0])
    expect(tensor(7).shape).toEqual([])
  })

  it('is of numbers where numbers stand beside booleans, wherever they stand', () => {
    const mixed = tensor([
      [true, false],
      [true, 2],
    ])
    expect(mixed.dtype).toBe('float32')
    expect(referenceValues(mixed)).toEqual([1, 0, 1, 2])
    expect(tensor([[], []]).dtype).toBe('float32')
  })

  it('takes typed arrays as rows, of the type that all of them have', () => {
    const rows = tensor([Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6)])
    expect(rows).toMatchObject({ shape: [2, 3], dtype: 'float32' })
    expect(referenceValues(rows)).toEqual([1, 2, 3, 4, 5, 6])
    const bytes = Uint8Array.of(1, 2)
    expect(
      tensor([
        [bytes, bytes],
        [bytes, bytes],
        [bytes, bytes],
      ]),
    ).toMatchObject({ shape: [3, 2, 2], dtype: 'uint8' })
    expect(tensor([Int32Array.of(1), Int32Array.of(2)]).dtype).toBe('int32')
    expect(tensor([bytes, Int32Array.of(1, 2)]).dtype).toBe('float32')
    expect(tensor([Float64Array.of(1, 2), [3, 4]])).toMatchObject({ shape: [2, 2], dtype: 'float32' })
    expect(asTensor([bytes, bytes], 'float32').dtype).toBe('uint8')
    expect(tensor([new Uint8Array(0)]).shape).toEqual([1, 0])
    expect(() => tensor([bytes, Uint8Array.of(1)])).toThrow('at level 1 expected 2, received an array of 1')
    expect(() => tensor([bytes, 1])).toThrow(ShapeError)
    expect(() => tensor([[bytes], bytes])).toThrow(ShapeError)
  })

  it('refuses bigints, and says how to convert them', () => {
    for (const data of [new BigInt64Array(2), new BigUint64Array(2), [new BigInt64Array(2)]]) {
      expect(() => tensor(data as unknown as number[])).toThrow(ArgumentError)
      expect(() => tensor(data as unknown as number[])).toThrow('Convert it: Float32Array.from(x, Number).')
    }
    expect(() => tensor([[1n]] as unknown as number[])).toThrow('received 1n.')
    expect(() => tensor(new DataView(new ArrayBuffer(8)) as unknown as number[])).toThrow(
      'received a DataView.',
    )
  })

  it('copies its data', () => {
    const data = Float32Array.of(1, 2)
    const copy = tensor(data)
    data[0] = 9
    expect(referenceValues(copy)).toEqual([1, 2])
  })

  it('stores booleans as 0 and 1', () => {
    expect(referenceValues(tensor([2, 0, -1], { dtype: 'bool' }))).toEqual([1, 0, 1])
  })

  it('refuses ragged arrays, wrong sizes and other data', () => {
    expect(() => tensor([[1, 2], [3]])).toThrow(ShapeError)
    expect(() => tensor([1, [2]])).toThrow(ShapeError)
    expect(() => tensor([[1], 2])).toThrow(ShapeError)
    expect(() => tensor([1, 2, 3], { shape: [2, 2] })).toThrow('needs 4 elements, received 3')
    expect(() => tensor(['1'] as unknown as number[])).toThrow(ArgumentError)
  })
})

describe('types and shapes', () => {
  it('are refused where they are none', () => {
    const typo = 'flaot32' as 'float32'
    const known = /expected a dtype, one of 'float32', 'int32', 'bool', 'uint8', received 'flaot32'/
    for (const make of [
      () => cast([1], typo),
      () => tensor([1], { dtype: typo }),
      () => zeros([1], typo),
      () => new Variable([0], [], { dtype: typo }),
    ]) {
      expect(make).toThrow(ArgumentError)
      expect(make).toThrow(known)
    }
    const size = 4 as unknown as readonly number[]
    for (const make of [
      () => zeros(size),
      () => ones(size),
      () => full(size, 1),
      () => reshape([1, 2, 3, 4], size),
      () => broadcastTo(1, size),
      () => tensor([1, 2, 3, 4], { shape: size }),
      () => new Variable([0, 0, 0, 0], size),
      () => zeros([2.5]),
    ]) {
      expect(make).toThrow(ShapeError)
      expect(make).toThrow(/expected a shape as a list of sizes, such as \[28, 28\], received (4|\[2\.5\])\./)
    }
  })
})

describe('item', () => {
  it('is of tensors of one element', async () => {
    expect(await tensor([[3]]).item()).toBe(3)
    await expect(tensor([1, 2]).item()).rejects.toThrow(ShapeError)
    await expect(tensor([]).item()).rejects.toThrow('received Tensor(float32 [0])')
  })
})

describe('asTensor', () => {
  it('gives plain numbers the type of their partner where it can hold them', () => {
    expect(asTensor(3, 'int32').dtype).toBe('int32')
    expect(asTensor(0.5, 'int32').dtype).toBe('float32')
    expect(asTensor(255, 'uint8').dtype).toBe('uint8')
    expect(asTensor(-1, 'uint8').dtype).toBe('int32')
    expect(asTensor(true, 'float32').dtype).toBe('float32')
    expect(asTensor([1, 0.5], 'int32').dtype).toBe('float32')
    expect(asTensor([1, 2], 'int32').dtype).toBe('int32')
    expect(asTensor(3).dtype).toBe('float32')
  })

  it('takes a variable for its value, and its type beside plain numbers', () => {
    const weight = new Variable([2, 3], [2])
    expect(asTensor(weight).node).toMatchObject({ type: 'variable', variable: weight })
    expect(referenceValues(multiply([10, 10], weight))).toEqual([20, 30])
    expect(multiply(new Variable([2], [], { dtype: 'int32' }), 3).dtype).toBe('int32')
    const [slope] = gradients(sum(multiply(multiply(weight, weight), 2)), [weight])
    expect(referenceValues(slope)).toEqual([8, 12])
  })

  it('leaves numbers float32 that int32 cannot hold', () => {
    expect(asTensor(2 ** 31 - 1, 'int32').dtype).toBe('int32')
    expect(asTensor(-(2 ** 31), 'uint8').dtype).toBe('int32')
    expect(asTensor(2 ** 31, 'int32').dtype).toBe('float32')
    expect(asTensor(-3e9, 'uint8').dtype).toBe('float32')
    expect(asTensor([1, 3e9], 'int32').dtype).toBe('float32')
  })

  it('compiles numbers in, and feeds arrays', () => {
    expect(asTensor(3).node).toMatchObject({ type: 'constant', literal: true })
    expect(literal(3).node).toMatchObject({ literal: true })
    expect(asTensor([3]).node).toMatchObject({ type: 'constant', literal: false })
  })
})

describe('full', () => {
  it('repeats a value', () => {
    expect(referenceValues(full([2, 2], 0.5))).toEqual([0.5, 0.5, 0.5, 0.5])
    expect(full([2], 1, 'int32').dtype).toBe('int32')
    expect(zerosLike(tensor([true]))).toMatchObject({ shape: [1], dtype: 'bool' })
  })
})
