import { describe, expect, it } from 'vitest'
import type { ScalarMath } from '../../graph/scalarMath.js'
import { LoopBuilder } from '../builder.js'
import { interpret } from '../interpreter.js'
import type { Value } from '../ir.js'
import { loopMath } from './scalarMath.js'

const noPosition = {
  coordinate: (): Value => {
    throw new Error('no coordinates here')
  },
  linearIndex: (): Value => {
    throw new Error('no index here')
  },
}

/** What an expression gives on four lanes of two i32 or two f32 inputs, as words. */
const evaluate = (
  a: Float32Array | Int32Array,
  b: Float32Array | Int32Array,
  expression: (math: ScalarMath<Value>, a: Value, b: Value) => Value,
): Float32Array | Int32Array => {
  const l = new LoopBuilder('expression', 4)
  const [x, y, output] = [l.pointer('x', 'read'), l.pointer('y', 'read'), l.pointer('output', 'write')]
  const storage = (array: Float32Array | Int32Array) => (array instanceof Float32Array ? 'f32' : 'i32')
  // The assignment is the test that loopMath has the shape of ScalarMath.
  const math: ScalarMath<Value> = loopMath(l, noPosition)
  let result = expression(math, l.loadVector(storage(a), x), l.loadVector(storage(b), y))
  if (result.type === 'boolv') result = math.boolToInt(result)
  const resultStorage = result.type === 'f32v' ? 'f32' : 'i32'
  l.store(resultStorage, output, result)
  const memory = new ArrayBuffer(48)
  new Uint8Array(memory).set(new Uint8Array(a.buffer))
  new Uint8Array(memory, 16).set(new Uint8Array(b.buffer))
  interpret(l.finish(), memory, [0, 16, 32], 0, 0, { fusedMulAdd: true })
  return resultStorage === 'f32' ? new Float32Array(memory, 32, 4) : new Int32Array(memory, 32, 4)
}

const floats = (...values: number[]) => Float32Array.from(values)
const ints = (...values: number[]) => Int32Array.from(values)

describe('loopMath', () => {
  it('has every operation of ScalarMath, and no other', () => {
    const l = new LoopBuilder('keys', 4)
    const exact = <Shape>(value: Shape & Record<Exclude<keyof Shape, keyof ScalarMath<Value>>, never>) =>
      value
    const math: Record<keyof ScalarMath<Value>, unknown> = exact(loopMath(l, noPosition))
    expect(Object.values(math).every((operation) => typeof operation === 'function')).toBe(true)
  })

  it('divides integers by zero to zero, and wraps', () => {
    const a = ints(7, -7, 5, -2147483648)
    const b = ints(2, 2, 0, -1)
    expect([...evaluate(a, b, (m, x, y) => m.intDiv(x, y))]).toEqual([3, -3, 0, -2147483648])
    expect([...evaluate(a, b, (m, x, y) => m.intRem(x, y))]).toEqual([1, -1, 0, 0])
  })

  it('rounds ties to even', () => {
    const x = floats(0.5, 1.5, -2.5, 2.6)
    expect([...evaluate(x, x, (m, a) => m.round(a))]).toEqual([0, 2, -2, 3])
  })

  it('mixes constants and vectors', () => {
    const x = floats(1, -2, 3, -4)
    const leaky = (m: ScalarMath<Value>, a: Value) =>
      m.select(m.lt(a, m.float(0)), m.mul(a, m.float(0.25)), a)
    expect([...evaluate(x, x, leaky)]).toEqual([1, -0.5, 3, -1])
    expect([...evaluate(x, x, (m, a) => m.and(m.le(m.float(0), a), m.bool(true)))]).toEqual([1, 0, 1, 0])
    expect([...evaluate(x, x, (m, a) => m.pow(m.float(2), a))]).toEqual([2, 0.25, 8, 0.0625])
  })

  it('shifts and masks bits', () => {
    const a = ints(-1, 5, 256, 0)
    const b = ints(28, 1, 8, 3)
    expect([...evaluate(a, b, (m, x, y) => m.shiftRightUnsigned(x, y))]).toEqual([15, 2, 1, 0])
    expect([...evaluate(a, b, (m, x, y) => m.bitXor(m.bitAnd(x, y), m.shiftLeft(y, m.int(1))))]).toEqual([
      28 ^ 56,
      1 ^ 2,
      0 ^ 16,
      0 ^ 6,
    ])
  })

  it('passes coordinates on', () => {
    const l = new LoopBuilder('position', 4)
    const lanes = l.lanes()
    const math = loopMath(l, {
      coordinate: (axis) => (axis === 1 ? lanes : l.int(0)),
      linearIndex: () => lanes,
    })
    expect(math.coordinate(1)).toBe(lanes)
    expect(math.linearIndex()).toBe(lanes)
  })
})
