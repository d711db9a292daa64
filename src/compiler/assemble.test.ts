import { describe, expect, it } from 'vitest'
import { canonicalize } from '../graph/canonical.js'
import type { TypedArray } from '../graph/dtype.js'
import type { Tensor } from '../graph/tensor.js'
import { type Trace, trace } from '../graph/trace.js'
import { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { cos } from '../ops/cos.js'
import { loop } from '../ops/loop.js'
import { matmul } from '../ops/matmul.js'
import { multiply } from '../ops/multiply.js'
import { reshape } from '../ops/reshape.js'
import { sum } from '../ops/sum.js'
import { tanh } from '../ops/tanh.js'

import { testTargets } from '../testing/testExecutors.js'
import { checks } from './checks.js'
import { compile } from './compile.js'
import type { Launch, Step } from './program.js'

const traits = {
  name: 'test',
  width: 4,
  fusedMulAdd: false,
  tile: { rows: 4, vectors: 2 },
  accumulators: 8,
  cache: { l1: 32 * 1024, l2: 1024 * 1024 },
}
const rows = 256
const columns = 1024

/** Large and small launches by turns, and a loop of small ones, each of which needs the one before. */
function byTurns(x: Tensor, state: Variable): Tensor[] {
  const sums = sum(x, { axis: 1 })
  const bounded = tanh(multiply(sums, 0.01))
  const total = sum(bounded)
  const { carries } = loop({ initial: [bounded], length: 5 }, ([values]) => ({
    carries: [tanh(add(cos(sum(values)), values))],
  }))
  const last = sum(carries[0])
  const scaled = cos(multiply(x, add(total, last)))
  const next = add(multiply(state.value(), 0.5), sum(scaled, { axis: 0 }))
  state.assign(next)
  const product = matmul(scaled, reshape(cos(x), [columns, rows]))
  return [sum(product, { axis: 1 }), last, sum(next)]
}

const traced = (state: Variable): Trace =>
  trace([{ name: 'x', shape: [rows, columns], dtype: 'float32' }], (x) => byTurns(x, state))

const newState = () => new Variable(new Float32Array(columns), [columns])

const flat = (steps: readonly Step[]): Launch[] =>
  steps.flatMap((step) => (step.type === 'launch' ? [step] : flat(step.steps)))

describe('barriers', () => {
  it('stand between what several threads touch, and not between launches of one', () => {
    const program = compile(canonicalize(traced(newState())), traits, { checks })
    const launches = flat(program.steps)
    const usesOf = ({ function: key, arguments: addresses }: Launch) =>
      addresses.map(({ base, offset }, i) => ({
        place: `${base} ${offset}`,
        written: program.functions.get(key)?.parameters[i].access !== 'read',
      }))
    const needsBarrier = (earlier: Launch, later: Launch): boolean =>
      !(earlier.solo && later.solo) &&
      usesOf(earlier).some((a) => usesOf(later).some((b) => a.place === b.place && (a.written || b.written)))
    const repeat = program.steps.find((step) => step.type === 'repeat')
    const firstInside = launches.indexOf(flat(repeat ? [repeat] : [])[0])
    const barrierAt = (i: number): boolean =>
      launches[i].barrier || (i === firstInside && repeat?.barrier === true)
    launches.forEach((later, j) => {
      launches.slice(0, j).forEach((earlier, i) => {
        if (!needsBarrier(earlier, later)) return
        const between = launches.slice(i + 1, j + 1).some((_, k) => barrierAt(i + 1 + k))
        expect(between, `a barrier between launches ${i} and ${j}`).toBe(true)
      })
    })
    const inLoop = flat(repeat ? [repeat] : [])
    expect(inLoop.length).toBeGreaterThan(1)
    expect(inLoop.every(({ solo, barrier }) => solo && !barrier)).toBe(true)
    expect(launches.filter(({ solo }) => !solo).length).toBeGreaterThan(3)
    expect(launches.filter(({ barrier }) => barrier).length).toBeLessThan(launches.length / 2)
    expect(program.report.launches.filter(({ singleThreaded }) => singleThreaded !== undefined)).toHaveLength(
      launches.filter(({ solo }) => solo).length,
    )
  })
})

const compiled = (await testTargets()).filter(({ name }) => name !== 'interpreter')

describe.each(compiled)('launches of one thread among those of three on $name', ({ create }) => {
  it('change no number', async () => {
    const x = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i))
    const run = async (threads: number) => {
      const executor = await create(threads)
      try {
        const program = await executor.compile(traced(newState()))
        const results: TypedArray[][] = []
        for (let i = 0; i < 20; i++) results.push(await program.run([x]))
        return results
      } finally {
        await executor.close()
      }
    }
    expect(await run(3)).toEqual(await run(1))
  })
})
