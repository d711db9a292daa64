import { describe, expect, it } from 'vitest'
import { canonicalize } from '../graph/canonical.js'
import { type Trace, trace } from '../graph/trace.js'
import { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { loop } from '../ops/loop.js'
import { matmul } from '../ops/matmul.js'
import { multiply } from '../ops/multiply.js'
import { rsqrt } from '../ops/rsqrt.js'
import { sum } from '../ops/sum.js'
import { testTraits } from '../testing/templateHarness.js'
import { checks } from './checks.js'
import { compile } from './compile.js'

const program = (traced: Trace, prepares = true) =>
  compile(canonicalize(traced), testTraits(4), { checks, prepares })
const named = (launches: readonly { readonly function: string }[]) =>
  launches.map(({ function: name }) => name.replace(/ .*/, ''))
const input = (...shape: number[]) => ({ name: 'x', shape, dtype: 'float32' }) as const
const variable = (...shape: number[]) =>
  new Variable(new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5), shape)

describe('What is prepared', () => {
  it('is what follows from weights that no run changes', () => {
    const [weights, scale] = [variable(200, 300), variable(300)]
    const traced = trace([input(32, 200)], (x) => [
      multiply(matmul(x, weights.value()), rsqrt(sum(multiply(scale.value(), scale.value())))),
    ])
    const { report, preparation, steps } = program(traced)
    expect(named(report.prepared)).toEqual(expect.arrayContaining(['pack', 'reduce']))
    expect(named(report.launches)).not.toContain('pack')
    expect(preparation.variables).toEqual([0, 1])
    expect(preparation.steps).toHaveLength(report.prepared.length)
    expect(steps).toHaveLength(report.launches.length)
    const apart = program(traced, false)
    expect(apart.report.prepared).toEqual([])
    expect(named(apart.report.launches)).toContain('pack')
  })

  it('is nothing of weights that a run changes', () => {
    const [weights, frozen] = [variable(200, 300), variable(300, 200)]
    const traced = trace([input(32, 200)], (x) => {
      weights.assign(multiply(weights.value(), 2))
      return [matmul(matmul(x, weights.value()), frozen.value())]
    })
    const { report, preparation } = program(traced)
    expect(named(report.prepared)).toEqual(['pack'])
    expect(named(report.launches)).toContain('pack')
    expect(preparation.variables).toHaveLength(1)
  })

  it('is no result, which is computed anew in each run', () => {
    const weights = variable(6)
    const { report } = program(trace([], () => [add(weights.value(), 1)]))
    expect(report.prepared).toEqual([])
    expect(report.launches).toHaveLength(1)
  })

  it('may be what a loop reads in each iteration', () => {
    const weights = variable(128, 128)
    const traced = trace([input(32, 128), { ...input(3, 32, 128), name: 'xs' }], (start, xs) => {
      const results = loop({ initial: [start], sequences: [xs] }, ([state], [x]) => ({
        carries: [matmul(add(state, x), weights.value())],
      }))
      return results.carries
    })
    const { report } = program(traced)
    expect(named(report.prepared)).toEqual(['pack'])
  })

  it('makes panels worth while that few rows use', () => {
    const weights = variable(64, 128)
    const traced = trace([input(1, 64)], (x) => [matmul(x, weights.value())])
    const algorithm = (prepares: boolean) => program(traced, prepares).report.launches.at(-1)?.algorithm
    expect(algorithm(true)).toContain('B packed')
    expect(algorithm(false)).toContain('B read in place (few rows use it)')
  })

  it('are panels of many weights too, for some dozens of rows', () => {
    const weights = variable(700, 2000)
    const traced = trace([input(32, 700)], (x) => [matmul(x, weights.value())])
    const algorithm = (prepares: boolean) =>
      compile(canonicalize(traced), testTraits(16), { prepares }).report.launches.at(-1)?.algorithm
    expect(algorithm(true)).toContain('B packed')
    expect(algorithm(false)).toContain('B read in place (few rows use it)')
  })
})
