import { describe, expect, it } from 'vitest'
import { InternalError } from '../../errors.js'
import { LoopBuilder } from '../../loops/builder.js'
import { interpret } from '../../loops/interpreter.js'
import type { LoopFunction, Value } from '../../loops/ir.js'
import { verify } from '../../loops/verify.js'
import { findDifference, type RandomLoops, randomLoops } from '../../testing/randomLoops.js'
import { enableRelaxedSimd } from './enableRelaxedSimd.node.js'
import { compileModule, lowestBufferAddress, pageBytes } from './module.js'

type Compiled = (...numbers: number[]) => void

const pages = lowestBufferAddress / pageBytes + 1

function instantiate(fn: LoopFunction, memory: WebAssembly.Memory, relaxedMadd = false): Compiled {
  const sharedMemory = memory.buffer instanceof SharedArrayBuffer
  const options = { sharedMemory, minimumPages: 1, maximumPages: pages, relaxedMadd }
  const module = new WebAssembly.Module(compileModule([fn], options))
  return new WebAssembly.Instance(module, { env: { memory } }).exports.f0 as Compiled
}

enableRelaxedSimd()

describe.each([
  { rounding: 'rounded twice, alone', relaxedMadd: false, shared: false, firstSeed: 0 },
  { rounding: 'fused, in shared memory', relaxedMadd: true, shared: true, firstSeed: 400 },
])('random loops with multiply-add $rounding', ({ relaxedMadd, shared, firstSeed }) => {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared })

  /** Runs on a copy of the case's memory, above the addresses that buffers must not use. */
  const run = (loops: RandomLoops): ArrayBuffer => {
    const bytes = new Uint8Array(memory.buffer, lowestBufferAddress, loops.memory.byteLength)
    bytes.set(new Uint8Array(loops.memory))
    const pointers = loops.pointers.map((pointer) => pointer + lowestBufferAddress)
    instantiate(loops.fn, memory, relaxedMadd)(...pointers, loops.begin, loops.end)
    return bytes.slice().buffer
  }

  it('agree with the interpreter bit for bit', () => {
    for (let seed = firstSeed; seed < firstSeed + 400; seed++) {
      const loops = randomLoops(seed, 4)
      const expected = loops.memory.slice(0)
      const { fn, pointers, begin, end, bounds } = loops
      interpret(fn, expected, pointers, begin, end, { fusedMulAdd: relaxedMadd, bounds })
      expect(findDifference(loops, expected, run(loops)), `seed ${seed}`).toBeUndefined()
    }
  })
})

/** The integers that a function of one input and one output stores, by the interpreter and compiled. */
function runBoth(
  build: (l: LoopBuilder, input: Value<'ptr'>, output: Value<'ptr'>) => void,
  inputs: readonly number[],
): { expected: Int32Array; received: Int32Array } {
  const l = new LoopBuilder('case', 4)
  build(l, l.pointer('input', 'read'), l.pointer('output', 'write'))
  const fn = l.finish()
  verify(fn)
  const outputs = 64
  const size = (inputs.length + outputs) * 4
  const addresses = [lowestBufferAddress, lowestBufferAddress + inputs.length * 4]
  const results = (memory: ArrayBuffer, run: () => void): Int32Array => {
    const words = new Int32Array(memory, lowestBufferAddress, size / 4)
    words.set(inputs)
    run()
    return words.slice(inputs.length)
  }
  const plain = new ArrayBuffer(pages * pageBytes)
  const expected = results(plain, () => interpret(fn, plain, addresses, 0, 3, { fusedMulAdd: false }))
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const received = results(memory.buffer, () => instantiate(fn, memory)(...addresses, 0, 3))
  return { expected, received }
}

function expectSame(
  build: (l: LoopBuilder, input: Value<'ptr'>, output: Value<'ptr'>) => void,
  inputs: readonly number[] = Array.from({ length: 64 }, (_, i) => 1000 + i),
): void {
  const { expected, received } = runBoth(build, inputs)
  expect(expected.some((word) => word !== 0)).toBe(true)
  expect(received).toEqual(expected)
}

describe('addresses', () => {
  it('add up constants before, between and after variables', () => {
    expectSame((l, input, output) => {
      l.for(l.begin, l.end, 1, (i) => {
        const at = l.advance(l.advance(input, l.int(3), 4), i, 8)
        const further = l.advance(l.advance(at, l.add(i, l.int(2)), 4), l.int(1), 4)
        const back = l.advance(further, l.sub(i, l.int(4)), 4)
        const place = l.advance(output, i, 16)
        l.store('i32', place, l.load('i32', at, 4))
        l.store('i32', place, l.load('i32', further, 4), 4)
        l.store('i32', place, l.load('i32', back, 4), 8)
        l.store('i32', place, l.load('i32', l.advance(back, l.int(-2), 4)), 12)
      })
    })
  })

  it('may have constants below zero and steps that are no powers of two', () => {
    expectSame((l, input, output) => {
      const middle = l.advance(input, l.int(16), 4)
      const moved = l.variable(middle)
      l.for(l.begin, l.end, 1, (i) => {
        const place = l.advance(output, i, 12)
        l.store('i32', place, l.load('i32', l.advance(l.advance(input, l.add(i, l.int(2)), 4), l.int(-2), 4)))
        l.store('i32', place, l.load('i32', l.advance(middle, i, 12), 4), 4)
        l.store('i32', place, l.load('i32', l.advance(l.get(moved), l.int(-2), 12), 16), 8)
      })
    })
  })

  it('walk with variables, also backward, and keep what was read before they moved', () => {
    expectSame((l, input, output) => {
      const at = l.variable(l.advance(input, l.int(20), 4))
      const to = l.variable(output)
      l.for(0, 4, 1, () => {
        const before = l.get(at)
        const next = l.advance(before, l.int(2), 4)
        l.set(at, l.advance(before, l.int(-3), 4))
        l.store('i32', l.get(to), l.load('i32', before))
        l.store('i32', l.get(to), l.load('i32', next), 4)
        l.store('i32', l.get(to), l.load('i32', l.get(at)), 8)
        l.set(to, l.advance(l.get(to), l.int(3), 4))
      })
    })
  })

  it('put constants into the instructions', () => {
    const l = new LoopBuilder('offsets', 4)
    const input = l.pointer('input', 'read')
    const row = l.advance(l.advance(input, l.int(5), 4), l.begin, 16)
    l.store('f32', l.pointer('output', 'write'), l.loadVector('f32', row, 48), 16)
    const bytes = compileModule([l.finish()], {
      sharedMemory: false,
      minimumPages: 1,
      maximumPages: 1,
      relaxedMadd: false,
    })
    // output; input; begin; 4; shl; add; v128.load offset=68; v128.store offset=16; end
    const code = [
      ...[0x20, 1, 0x20, 0, 0x20, 2, 0x41, 4, 0x74, 0x6a],
      ...[0xfd, 0x00, 2, 68, 0xfd, 0x0b, 2, 16, 0x0b],
    ]
    expect([...bytes].join()).toContain([code.length + 1, 0, ...code].join())
  })
})

describe('partial vectors', () => {
  it('touch no memory past their elements', () => {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    const end = pages * pageBytes
    for (const storage of ['f32', 'u8'] as const) {
      for (const count of [1, 2, 3, 4]) {
        const l = new LoopBuilder('last', 4)
        const at = l.pointer('at', 'readwrite')
        l.store(storage, at, l.loadVector(storage, at, 0, count), 0, count)
        const size = storage === 'u8' ? 1 : 4
        const run = instantiate(l.finish(), memory)
        expect(() => run(end - count * size, 0, 0)).not.toThrow()
        expect(() => run(end - count * size + 1, 0, 0)).toThrow(WebAssembly.RuntimeError)
      }
    }
  })
})

describe('the order of effects', () => {
  it('computes what a statement changes before it does', () => {
    expectSame((l, input, output) => {
      const sum = l.variable(l.load('i32', input) as Value<'i32'>)
      const first = l.get(sum)
      const twice = l.add(l.get(sum), l.get(sum))
      l.for(l.begin, l.end, 1, (i) => {
        const before = l.get(sum)
        l.set(sum, l.add(before, i))
        l.if(l.compare('eq', i, l.int(1)) as Value<'bool'>, () => l.set(sum, l.mul(l.get(sum), l.int(3))))
        l.store('i32', l.advance(output, i, 4), before, 16)
      })
      l.store('i32', output, first)
      l.store('i32', output, twice, 4)
      l.store('i32', output, l.get(sum), 8)
    })
  })

  it('loads before a store that comes later', () => {
    const l = new LoopBuilder('swap', 4)
    const at = l.pointer('at', 'readwrite')
    const a = l.load('i32', at)
    const b = l.load('i32', at, 4)
    l.store('i32', at, b)
    l.store('i32', at, a, 4)
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    const words = new Int32Array(memory.buffer)
    words.set([1, 2])
    instantiate(l.finish(), memory)(0, 0, 0)
    expect([...words.subarray(0, 2)]).toEqual([2, 1])
  })
})

describe('loops', () => {
  it.each([
    [0, 0, 1],
    [2, 1, 1],
    [3, 4, 5],
    [-3, 4, 2],
  ])(
    'from %i below %i by %i run as often as they should, with known and unknown limits',
    (from, to, step) => {
      expectSame(
        (l, input, output) => {
          const known = l.variable(l.int(100))
          l.for(from, to, step, (i) => l.set(known, l.add(l.mul(l.get(known), l.int(10)), i)))
          const unknown = l.variable(l.int(100))
          const limit = l.load('i32', input, 4) as Value<'i32'>
          l.for(l.load('i32', input) as Value<'i32'>, limit, step, (i) => {
            l.set(unknown, l.add(l.mul(l.get(unknown), l.int(10)), i))
          })
          l.store('i32', output, l.get(known))
          l.store('i32', output, l.get(unknown), 4)
        },
        [from, to],
      )
    },
  )

  it('evaluate their limit once', () => {
    expectSame((l, _, output) => {
      const limit = l.variable(l.int(3))
      const count = l.variable(l.int(0))
      l.for(0, l.get(limit), 1, () => {
        l.set(limit, l.add(l.get(limit), l.int(2)))
        l.set(count, l.add(l.get(count), l.int(1)))
      })
      l.store('i32', output, l.get(count))
    })
  })
})

describe('integer division and shifts by constants', () => {
  const dividends = [7, -7, -(2 ** 31), 2 ** 31 - 1]

  it.each([1, -1, 3, -3, 8, -(2 ** 31)])('by %i', (divisor) => {
    expectSame((l, input, output) => {
      const vector = l.loadVector('i32', input)
      const names = ['div', 'rem', 'divU', 'remU'] as const
      names.forEach((name, index) => {
        l.store('i32', output, l.binary(name, vector, l.int(divisor)), index * 16)
        for (let lane = 0; lane < 4; lane++) {
          const quotient = l.binary(name, l.load('i32', input, lane * 4), l.int(divisor))
          l.store('i32', output, quotient, 64 + index * 16 + lane * 4)
        }
      })
    }, dividends)
  })

  it.each([0, 5, 31, 33, -1])('of bits by %i', (count) => {
    expectSame((l, input, output) => {
      const names = ['shl', 'shr', 'shrU'] as const
      names.forEach((name, index) => {
        l.store('i32', output, l.binary(name, l.loadVector('i32', input), l.int(count)), index * 16)
      })
    }, dividends)
  })
})

describe('compileModule', () => {
  const options = { sharedMemory: false, minimumPages: 1, maximumPages: 2, relaxedMadd: false }

  it('exports functions in order and names them for profilers', () => {
    const functions = ['dense forward', 'relu'].map((name, index) => {
      const l = new LoopBuilder(name, 4)
      const output = l.pointer('output', 'write')
      if (index === 1) l.pointer('unused', 'read')
      l.store('i32', output, l.int(index))
      return l.finish()
    })
    const module = new WebAssembly.Module(compileModule(functions, options))
    expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toEqual(['f0', 'f1'])
    const [names] = WebAssembly.Module.customSections(module, 'name')
    expect(new TextDecoder().decode(names)).toContain('dense forward')
    const { exports } = new WebAssembly.Instance(module, {
      env: { memory: new WebAssembly.Memory({ initial: 1, maximum: 2 }) },
    })
    expect((exports.f0 as () => void).length).toBe(3)
    expect((exports.f1 as () => void).length).toBe(4)
  })

  it('refuses other widths and memories that are too large', () => {
    expect(() => compileModule([new LoopBuilder('wide', 8).finish()], options)).toThrow(InternalError)
    expect(() => compileModule([], { ...options, maximumPages: 65537 })).toThrow(InternalError)
  })
})
