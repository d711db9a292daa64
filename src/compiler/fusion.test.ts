import { describe, expect, it } from 'vitest'
import { canonicalize } from '../graph/canonical.js'
import type { Tensor } from '../graph/tensor.js'
import { type Trace, trace } from '../graph/trace.js'
import { Variable } from '../graph/variable.js'
import type { TargetTraits } from '../loops/traits.js'
import { add } from '../ops/add.js'
import { broadcastTo } from '../ops/broadcastTo.js'
import { conv } from '../ops/conv.js'
import { exp } from '../ops/exp.js'
import { gradients } from '../ops/gradient.js'
import { loop } from '../ops/loop.js'
import { matmul } from '../ops/matmul.js'
import { maxPool } from '../ops/maxPool.js'
import { mean } from '../ops/mean.js'
import { multiply } from '../ops/multiply.js'
import { relu } from '../ops/relu.js'
import { reshape } from '../ops/reshape.js'
import { softmax } from '../ops/softmax.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import { zeros } from '../ops/tensor.js'
import { transpose } from '../ops/transpose.js'
import { checks } from './checks.js'
import { compile } from './compile.js'
import type { Step } from './program.js'

const traits: TargetTraits = {
  name: 'test',
  width: 4,
  fusedMulAdd: false,
  tile: { rows: 4, vectors: 2 },
  accumulators: 8,
  cache: { l1: 32 * 1024, l2: 1024 * 1024 },
}

const program = (traced: Trace) => compile(canonicalize(traced), traits, { checks })
/** What each launch computes, data movement for the micro-kernel left out. */
const launches = (traced: Trace) =>
  program(traced)
    .report.launches.filter(({ function: name }) => !name.startsWith('pack'))
    .map(({ ops }) => ops)
const input = (...shape: number[]) => ({ name: 'x', shape, dtype: 'float32' }) as const

describe('fusion', () => {
  it('makes one launch of elementwise ops and views', () => {
    const traced = trace([input(8, 6), input(6, 8)], (x, y) => [relu(add(multiply(x, 2), transpose(y)))])
    expect(launches(traced)).toEqual(['multiply+add+relu'])
  })

  it('computes sums of the same elements in one launch, where none waits for the other', () => {
    const moments = trace([input(6, 8), input(6, 8)], (x, y) => [
      sum(x, { axis: 0 }),
      sum(multiply(x, y), { axis: 0 }),
      sum(exp(x), { axis: 0 }),
    ])
    expect(launches(moments)).toEqual(['sum+sum+sum'])
    const centred = trace([input(6, 8)], (x) => [
      sum(square(subtract(x, mean(x, { axis: 0, keepDims: true }))), { axis: 0 }),
    ])
    expect(launches(centred)).toEqual(['sum', 'multiply', 'sum'])
    const others = trace([input(6, 8), input(6, 8)], (x, y) => [
      sum(x, { axis: 0 }),
      sum(x, { axis: 1 }),
      sum(y, { axis: 0 }),
    ])
    expect(launches(others)).toEqual(['sum', 'sum', 'sum'])
  })

  it('finishes a contraction or convolution with what follows it', () => {
    const dense = trace([input(8, 6), input(6, 5), input(5)], (x, w, b) => [relu(add(matmul(x, w), b))])
    expect(launches(dense)).toEqual(['matmul+add+relu'])
    const image = trace([input(2, 8, 8, 3), input(3, 3, 3, 4), input(4)], (x, w, b) => [
      relu(add(conv(x, w), b)),
    ])
    expect(launches(image)).toEqual(['conv+add+relu'])
  })

  it('finishes the gradient of pooling with what follows it', () => {
    const traced = trace([input(2, 4, 4, 3), input(2, 2, 2, 3)], (x, dy) => {
      const pooled = maxPool(relu(x), { size: [2, 2], strides: [2, 2] })
      return gradients(sum(multiply(pooled, dy)), [x])
    })
    expect(launches(traced)).toEqual(['relu', 'multiply', 'maxPoolGradient+greater+where'])
  })

  it('stores a contraction as well where others read it', () => {
    const traced = trace([input(8, 6), input(6, 5)], (x, w) => {
      const product = matmul(x, w)
      return [product, relu(product)]
    })
    expect(launches(traced)).toEqual(['matmul+relu'])
  })

  it('does not finish a contraction with what needs all of it', () => {
    const traced = trace([input(8, 6), input(6, 5)], (x, w) => [softmax(matmul(x, w))])
    const [first, ...rest] = launches(traced)
    expect(first).toBe('matmul')
    expect(rest.length).toBeGreaterThan(1)
  })

  it('takes what comes before a reduction or a window into it', () => {
    const traced = trace([input(8, 6)], (x) => [sum(multiply(x, x), { axis: 1 })])
    expect(program(traced).report.launches.map((launch) => launch.function)).toEqual(['reduce sum multiply'])
    const pooled = trace([input(2, 4, 4, 3)], (x) => [maxPool(relu(x), { size: [2, 2], strides: [2, 2] })])
    expect(program(pooled).report.launches.map((launch) => launch.function)).toEqual(['reduce max relu'])
  })

  it('computes again what is cheaper to compute than to write and read', () => {
    const scaled = trace([input(8, 6)], (x) => {
      const centred = subtract(x, mean(x, { axis: 0 }))
      return [multiply(centred, mean(square(centred), { axis: 0 }))]
    })
    // The difference is part of the second reduction and of the product, and no launch of its own.
    expect(launches(scaled)).toEqual(['sum', 'multiply', 'sum', 'multiply', 'subtract+multiply'])
    const squares = program(scaled).report.launches[2]
    expect(squares.function).toMatch(/^reduce sum .*subtract.*square/)
  })

  it('puts in memory what is dear, needs two tensors, or nobody else has in memory', () => {
    const twice = (compute: (x: Tensor, y: Tensor) => Tensor) =>
      launches(
        trace([input(8, 6), input(8, 6)], (x, y) => {
          const value = compute(x, y)
          return [sum(value, { axis: 0 }), sum(value, { axis: 1 })]
        }),
      )
    expect(twice((x) => multiply(x, 2))).toEqual(['sum', 'sum'])
    expect(twice((x) => exp(x))).toEqual(['exp', 'sum', 'sum'])
    expect(twice((x, y) => multiply(x, y))).toEqual(['multiply', 'sum', 'sum'])
    const finished = twice((x, y) => relu(matmul(x, y, { transposeB: true })))
    expect(finished).toEqual(['matmul+relu', 'sum', 'sum'])
  })

  it('computes once what is then repeated', () => {
    const traced = trace([input(1), input(100)], (x, y) => [multiply(broadcastTo(exp(x), [100]), y)])
    expect(launches(traced)).toEqual(['exp', 'multiply'])
    const channels = trace([input(3), input(2, 4, 3)], (x, image) => [
      multiply(image, reshape(exp(x), [1, 1, 3])),
    ])
    expect(launches(channels)).toEqual(['exp', 'multiply'])
  })

  it.each([1, 2])('finishes a convolution in its own launch, with images of a batch of %i', (batch) => {
    const image = input(batch, 6, 6, 3)
    const traced = trace([image, input(4)], (x, factor) => [
      relu(multiply(conv(x, zeros([3, 3, 3, 4])), reshape(factor, [1, 1, 1, 4]))),
    ])
    expect(launches(traced).at(-1)).toBe('conv+multiply+relu')
  })

  it('updates variables in place, without copies and without scratch', () => {
    const weight = new Variable(new Float32Array(50), [50])
    const moment = new Variable(new Float32Array(50), [50])
    const traced = trace([input(50)], (gradient) => {
      const next = add(multiply(moment.value(), 0.9), gradient)
      moment.assign(next)
      weight.assign(subtract(weight.value(), multiply(next, 0.1)))
      return []
    })
    const compiled = program(traced)
    expect(compiled.report.launches).toHaveLength(1)
    expect(compiled.arenaBytes).toBe(0)
    expect(compiled.assigned).toHaveLength(2)
  })

  it('swaps variables correctly: no new value is written while the old one is still to be read', () => {
    const [a, b] = [1, 2].map((value) => new Variable([value, value], [2]))
    const traced = trace([], () => {
      const [x, y] = [a.value(), b.value()]
      a.assign(y)
      b.assign(x)
      return []
    })
    expect(program(traced).report.launches.length).toBeGreaterThanOrEqual(3)
  })

  it('keeps a loop of any length one body', () => {
    const steps = (length: number): readonly Step[] => {
      const traced = trace([input(length, 4), input(4)], (xs, start) => [
        loop({ initial: [start], sequences: [xs] }, ([state], [x]) => ({
          carries: [relu(add(state, x))],
          outputs: [],
        })).carries[0],
      ])
      return program(traced).steps
    }
    expect(steps(500).length).toBe(steps(5).length)
    expect(steps(500).some((step) => step.type === 'repeat' && step.count === 500)).toBe(true)
  })

  it('computes once, before a loop, what is the same in each iteration', () => {
    const traced = trace([input(9, 4, 6), input(6, 6), input(4, 6)], (xs, w, start) => [
      loop({ initial: [start], sequences: [xs] }, ([state], [x]) => ({
        carries: [relu(add(add(state, sum(w, { axis: 0 })), x))],
        outputs: [],
      })).carries[0],
    ])
    const { steps } = program(traced)
    const names = (list: readonly Step[]) =>
      list.map((step) => (step.type === 'launch' ? step.function.slice(0, 30) : 'repeat'))
    const at = steps.findIndex((step) => step.type === 'repeat')
    const inside = steps[at].type === 'repeat' ? steps[at].steps : []
    expect(names(steps.slice(0, at)).filter((name) => name.includes('reduce'))).toHaveLength(1)
    expect(names(inside).filter((name) => name.includes('reduce'))).toHaveLength(0)
  })

  it('compiles a graph of no elements to nothing', () => {
    expect(program(trace([input(0, 4)], (x) => [add(x, zeros([4]))])).steps).toEqual([])
  })
})
