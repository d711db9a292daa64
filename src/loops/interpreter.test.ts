import { describe, expect, it } from 'vitest'
import { LoopBuilder } from './builder.js'
import { interpret } from './interpreter.js'
import type { LoopFunction, Storage, Value } from './ir.js'

const fused = { fusedMulAdd: true }

/** A function that stores what `body` makes of vectors loaded from `inputs`; returns the words stored. */
const evaluate = (
  width: number,
  inputs: readonly ArrayBufferView[],
  body: (builder: LoopBuilder, values: Value[], pointers: Value<'ptr'>[]) => Value,
  options = fused,
): { floats: number[]; ints: number[] } => {
  const builder = new LoopBuilder('test', width)
  const storageOf = (view: ArrayBufferView): Storage =>
    view instanceof Uint8Array ? 'u8' : view instanceof Float32Array ? 'f32' : 'i32'
  const pointers = inputs.map((_, i) => builder.pointer(`input${i}`, 'read'))
  const output = builder.pointer('output', 'write')
  const values = inputs.map((view, i) => builder.loadVector(storageOf(view), pointers[i]))
  let result = body(builder, values, pointers)
  if (result.type.startsWith('bool')) result = builder.convert('boolToInt', result)
  builder.store(result.type.startsWith('f32') ? 'f32' : 'i32', output, result)
  const memory = new ArrayBuffer(1024)
  inputs.forEach((view, i) => {
    new Uint8Array(memory).set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), 128 * (i + 1))
  })
  interpret(builder.finish(), memory, [...inputs.map((_, i) => 128 * (i + 1)), 0], 0, 0, options)
  const count = result.type.endsWith('v') ? width : 1
  return {
    floats: [...new Float32Array(memory, 0, count)],
    ints: [...new Int32Array(memory, 0, count)],
  }
}

const floats = (...values: number[]) => Float32Array.from(values)
const ints = (...values: number[]) => Int32Array.from(values)

describe('interpret: arithmetic', () => {
  it('rounds floats to float32', () => {
    const a = floats(0.1, 16777216, 1e38, -0)
    const b = floats(0.2, 1, 1e38, 0)
    const of = (name: 'add' | 'sub' | 'mul' | 'div') =>
      evaluate(4, [a, b], (builder, [x, y]) => builder.binary(name, x, y)).floats
    expect(of('add')).toEqual([Math.fround(a[0] + b[0]), 16777216, Math.fround(2e38), 0])
    expect(of('mul')).toEqual([Math.fround(a[0] * b[0]), 16777216, Infinity, -0])
    expect(of('sub')[3]).toBe(-0)
    expect(of('div')).toEqual([0.5, 16777216, 1, NaN])
  })

  it('keeps a NaN in the first operand of min and max, and loses one in the second', () => {
    const a = floats(NaN, 1, -0, 0)
    const b = floats(1, NaN, 0, -0)
    expect(evaluate(4, [a, b], (l, [x, y]) => l.binary('min', x, y)).floats).toEqual([NaN, 1, -0, 0])
    expect(evaluate(4, [a, b], (l, [x, y]) => l.binary('max', x, y)).floats).toEqual([NaN, 1, -0, 0])
  })

  it('moves NaNs bit for bit', () => {
    const a = ints(0x7fc12345, -4194304 + 5, 0x7f800001, 0)
    const same = evaluate(4, [a], (l, [x]) => l.unary('neg', l.unary('neg', l.convert('bitsToFloat', x))))
    expect(same.ints).toEqual([...a])
    const positive = evaluate(4, [a], (l, [x]) => l.unary('abs', l.convert('bitsToFloat', x)))
    expect(positive.ints).toEqual([...a].map((bits) => bits & 0x7fffffff))
  })

  it('fuses mulAdd or not, as told', () => {
    const a = floats(1 + 2 ** -12, 2 ** 127)
    const c = floats(-1 - 2 ** -11, -(2 ** 127))
    const run = (fusedMulAdd: boolean) =>
      evaluate(
        2,
        [a, c],
        (l, [x, y]) => l.mulAdd(x, l.select(l.compare('lt', x, l.float(3)), x, l.float(2)), y),
        {
          fusedMulAdd,
        },
      ).floats
    expect(run(true)).toEqual([2 ** -24, 2 ** 127])
    expect(run(false)).toEqual([0, Infinity])
  })

  it('wraps integers and takes shifts modulo 32', () => {
    const a = ints(-2147483648, 2147483647, -7, 7)
    const b = ints(-1, 2, 2, -2)
    const of = (name: Parameters<LoopBuilder['binary']>[0]) =>
      evaluate(4, [a, b], (l, [x, y]) => l.binary(name, x, y)).ints
    expect(of('add')).toEqual([2147483647, -2147483647, -5, 5])
    expect(of('mul')).toEqual([-2147483648, -2, -14, -14])
    expect(of('div')).toEqual([-2147483648, 1073741823, -3, -3])
    expect(of('rem')).toEqual([0, 1, -1, 1])
    expect(of('divU')).toEqual([0, 1073741823, 2147483644, 0])
    expect(of('remU')).toEqual([-2147483648, 1, 1, 7])
    expect(of('min')).toEqual([-2147483648, 2, -7, -2])
    expect(of('max')).toEqual([-1, 2147483647, 2, 7])
    expect(of('shl')).toEqual([0, -4, -28, -1073741824])
    expect(of('shr')).toEqual([-1, 536870911, -2, 0])
    expect(of('shrU')).toEqual([1, 536870911, 1073741822, 0])
    expect(evaluate(4, [a], (l, [x]) => l.unary('abs', x)).ints).toEqual([-2147483648, 2147483647, 7, 7])
    expect(evaluate(4, [a], (l, [x]) => l.unary('neg', x)).ints).toEqual([-2147483648, -2147483647, 7, -7])
  })

  it('compares as signed, unsigned and ordered', () => {
    const a = ints(-1, 1, 2, 2)
    const b = ints(1, -1, 2, 3)
    const of = (name: Parameters<LoopBuilder['compare']>[0]) =>
      evaluate(4, [a, b], (l, [x, y]) => l.compare(name, x, y)).ints
    expect(of('lt')).toEqual([1, 0, 0, 1])
    expect(of('ltU')).toEqual([0, 1, 0, 1])
    expect(of('leU')).toEqual([0, 1, 1, 1])
    const x = floats(NaN, 0, 1, 2)
    const y = floats(NaN, -0, 2, 1)
    const floatOf = (name: Parameters<LoopBuilder['compare']>[0]) =>
      evaluate(4, [x, y], (l, [p, q]) => l.compare(name, p, q)).ints
    expect(floatOf('eq')).toEqual([0, 1, 0, 0])
    expect(floatOf('ne')).toEqual([1, 0, 1, 1])
    expect(floatOf('le')).toEqual([0, 1, 1, 0])
  })

  it('converts', () => {
    const x = floats(3e9, -1.5, NaN, 1.5)
    expect(evaluate(4, [x], (l, [p]) => l.convert('toInt', p)).ints).toEqual([2147483647, -1, 0, 1])
    const n = ints(-1, 16777217, 0, 5)
    expect(evaluate(4, [n], (l, [p]) => l.convert('toFloat', p)).floats).toEqual([-1, 16777216, 0, 5])
    expect(evaluate(4, [n], (l, [p]) => l.convert('toFloatU', p)).floats).toEqual([
      4294967296, 16777216, 0, 5,
    ])
  })

  it('reduces by halves', () => {
    // (1e8 + -1e8) + (1 + 1) by halves; in any sequential order ones are lost.
    const x = floats(1e8, 1, -1e8, 1)
    expect(evaluate(4, [x], (l, [p]) => l.reduce('add', p)).floats).toEqual([2])
    expect(evaluate(4, [ints(3, -5, 4, 0)], (l, [p]) => l.reduce('min', p)).ints).toEqual([-5])
  })

  it('interleaves runs of lanes', () => {
    const [a, b] = [ints(0, 1, 2, 3, 4, 5, 6, 7), ints(10, 11, 12, 13, 14, 15, 16, 17)]
    const of = (run: number, odd: boolean) =>
      evaluate(8, [a, b], (l, [x, y]) => l.interleave(run, odd, x, y)).ints
    expect(of(1, false)).toEqual([0, 10, 2, 12, 4, 14, 6, 16])
    expect(of(1, true)).toEqual([1, 11, 3, 13, 5, 15, 7, 17])
    expect(of(2, false)).toEqual([0, 1, 10, 11, 4, 5, 14, 15])
    expect(of(2, true)).toEqual([2, 3, 12, 13, 6, 7, 16, 17])
    expect(of(4, false)).toEqual([0, 1, 2, 3, 10, 11, 12, 13])
    expect(of(4, true)).toEqual([4, 5, 6, 7, 14, 15, 16, 17])
  })

  it('reads lanes, extracts, splats and negates truth', () => {
    expect(evaluate(4, [], (l) => l.mul(l.lanes(), l.int(3))).ints).toEqual([0, 3, 6, 9])
    expect(evaluate(4, [floats(1, 2, 3, 4)], (l, [p]) => l.splat(l.extract(p, 2))).floats).toEqual([
      3, 3, 3, 3,
    ])
    expect(
      evaluate(4, [], (l) => l.not(l.logic('or', l.compare('eq', l.lanes(), l.int(1)), l.bool(false)))).ints,
    ).toEqual([1, 0, 1, 1])
  })

  it('refuses to divide by zero', () => {
    expect(() => evaluate(2, [ints(1, 0)], (l, [x]) => l.binary('rem', l.int(1), x))).toThrow(
      'Loops test: rem by zero',
    )
  })
})

describe('interpret: memory and control', () => {
  it('loads parts of vectors, splats and gathers', () => {
    const x = floats(1, 2, 3, 4, 5, 6, 7, 8)
    expect(evaluate(4, [x], (l, _, [p]) => l.loadVector('f32', p, 4, 3)).floats).toEqual([2, 3, 4, 0])
    expect(evaluate(4, [x], (l, _, [p]) => l.loadSplat('f32', p, 8)).floats).toEqual([3, 3, 3, 3])
    const reversed = evaluate(4, [x], (l, _, [p]) =>
      l.loadIndexed('f32', p, l.sub(l.constant('i32v', 3), l.lanes()), 4),
    )
    expect(reversed.floats).toEqual([5, 4, 3, 2])
    expect(evaluate(4, [Uint8Array.of(200, 255, 0, 7)], (_, [p]) => p).ints).toEqual([200, 255, 0, 7])
  })

  const partialStore = (): LoopFunction => {
    const l = new LoopBuilder('partial', 4)
    const output = l.pointer('output', 'write')
    l.store('u8', output, l.add(l.lanes(), l.int(254)), 0, 3)
    return l.finish()
  }

  it('stores the low 8 bits of the first lanes', () => {
    const memory = new ArrayBuffer(8)
    new Uint8Array(memory).fill(9)
    interpret(partialStore(), memory, [2], 0, 0, fused)
    expect([...new Uint8Array(memory)]).toEqual([9, 9, 254, 255, 0, 9, 9, 9])
  })

  it('runs loops, branches and variables over the grid', () => {
    const l = new LoopBuilder('collatz', 1)
    const data = l.pointer('data', 'readwrite')
    l.for(l.begin, l.end, 1, (i) => {
      const at = l.advance(data, i, 4)
      const number = l.variable(l.load('i32', at) as Value<'i32'>)
      const steps = l.variable(l.int(0))
      l.for(0, 200, 1, () => {
        const now = l.get(number)
        l.if(l.compare('ne', now, l.int(1)) as Value<'bool'>, () => {
          l.set(steps, l.add(l.get(steps), l.int(1)))
          l.if(
            l.compare('eq', l.binary('and', now, l.int(1)), l.int(0)) as Value<'bool'>,
            () => l.set(number, l.binary('shrU', now, l.int(1)) as Value<'i32'>),
            () => l.set(number, l.add(l.mul(now, l.int(3)), l.int(1))),
          )
        })
      })
      l.store('i32', at, l.get(steps))
    })
    const memory = new SharedArrayBuffer(24)
    const words = new Int32Array(memory)
    words.set([6, 7, 27, 1, 2, 3])
    interpret(l.finish(), memory, [0], 1, 5, fused)
    expect([...words]).toEqual([6, 16, 111, 0, 1, 3])
  })

  it('walks pointer variables', () => {
    const l = new LoopBuilder('walk', 1)
    const input = l.pointer('input', 'read')
    const output = l.pointer('output', 'write')
    const at = l.variable(input)
    const sum = l.variable(l.float(0))
    l.for(0, 3, 1, () => {
      l.set(sum, l.add(l.get(sum), l.load('f32', l.get(at))))
      l.set(at, l.advance(l.get(at), l.int(2), 4))
    })
    l.store('f32', output, l.get(sum))
    const memory = new ArrayBuffer(32)
    const data = new Float32Array(memory)
    data.set([0, 1, 2, 4, 8, 16, 32, 64])
    interpret(l.finish(), memory, [4, 0], 0, 0, fused)
    expect(data[0]).toBe(1 + 4 + 16)
  })

  it('evaluates the end of a loop once and takes what a block sees of a variable', () => {
    const l = new LoopBuilder('once', 1)
    const output = l.pointer('output', 'write')
    const count = l.variable(l.int(0))
    l.for(0, 5, 2, () => l.set(count, l.add(l.get(count), l.int(1))))
    const before = l.get(count)
    l.set(count, l.int(100))
    l.store('i32', output, before)
    const memory = new ArrayBuffer(4)
    interpret(l.finish(), memory, [0], 0, 0, fused)
    expect(new Int32Array(memory)[0]).toBe(3)
  })
})

describe('interpret: errors', () => {
  const copy = (): LoopFunction => {
    const l = new LoopBuilder('copy', 4)
    const input = l.pointer('input', 'read')
    const output = l.pointer('output', 'write')
    l.for(l.begin, l.end, 1, (i) =>
      l.store('f32', l.advance(output, i, 4), l.load('f32', l.advance(input, i, 4))),
    )
    return l.finish()
  }

  it('names function, parameter and address of an access out of bounds', () => {
    const fn = copy()
    const memory = new ArrayBuffer(64)
    const bounds = [
      [0, 32],
      [32, 48],
    ] as const
    interpret(fn, memory, [0, 32], 0, 4, { ...fused, bounds })
    expect(() => interpret(fn, memory, [0, 32], 0, 5, { ...fused, bounds })).toThrow(
      'Loops copy: store of 1 x f32 through output at address 48; expected a multiple of 4 with 4 bytes in [32, 48)',
    )
    expect(() => interpret(fn, memory, [0, 32], -1, 0, { ...fused, bounds })).toThrow(
      'through input at address -4',
    )
    expect(() => interpret(fn, memory, [0, 32], 0, 9, fused)).toThrow('through output at address 64')
  })

  it('refuses addresses that are not aligned, and a wrong number of pointers', () => {
    expect(() => interpret(copy(), new ArrayBuffer(64), [2, 32], 0, 1, fused)).toThrow('at address 2')
    expect(() => interpret(copy(), new ArrayBuffer(64), [0], 0, 1, fused)).toThrow(
      'expected pointers (and bounds) for 2 parameters, received 1',
    )
  })
})
