import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checks } from '../compiler/checks.js'
import { compile } from '../compiler/compile.js'
import { type Cut, modelCut } from '../compiler/cut.js'
import { cutCandidates } from '../compiler/templates/cutCandidates.js'
import type { TypedArray } from '../graph/dtype.js'
import type { TargetTraits } from '../loops/traits.js'
import { conv } from '../ops/conv.js'
import { matmul } from '../ops/matmul.js'
import type { Backend } from '../runtime/backend.js'
import { Debug } from '../runtime/debug.js'
import { DeviceExecutor } from '../runtime/deviceExecutor.js'
import { type OpCase, traceCase } from './opCase.js'
import { contractionCases } from './opCases/contraction.js'
import { convolutionCases } from './opCases/convolution.js'
import { microKernelBackends } from './testExecutors.js'

/** What every cut is made of that the tuner may try on a target. */
function allCuts(traits: TargetTraits): Cut[] {
  const groups = cutCandidates({ rows: 100, columns: 100 }, traits)
  const fewest: Cut = {
    tile: { rows: 1, vectors: 1 },
    items: 1,
    outer: 'panels',
    packed: true,
    depth: 1 / 16,
  }
  const merged = (cuts: readonly Cut[]): Cut => Object.assign({}, ...cuts)
  const together = merged(groups.map((group) => group[0]))
  const others = merged(groups.map((group) => group[group.length - 1]))
  return [...groups.flat(), together, others, fewest]
}

/** Large enough that blocks of k, of rows and of panels, packing and several images at a time all occur. */
const large: readonly OpCase[] = [
  {
    name: 'matmul 130x1100x90',
    inputs: [{ shape: [130, 1100] }, { shape: [1100, 90] }],
    build: ([a, b]) => matmul(a, b),
  },
  {
    name: 'matmul 300x70x130',
    inputs: [{ shape: [300, 70] }, { shape: [70, 130] }],
    build: ([a, b]) => matmul(a, b),
  },
  ...(
    [
      [2, 14, 24, 40, 3],
      [2, 7, 64, 80, 3],
      [6, 12, 3, 20, 5],
    ] as const
  ).map(
    ([batch, size, channels, filters, kernel]): OpCase => ({
      name: `convolution ${batch} x ${size}x${size}x${channels} * ${kernel}x${kernel} -> ${filters}`,
      inputs: [{ shape: [batch, size, size, channels] }, { shape: [kernel, kernel, channels, filters] }],
      build: ([x, w]) => conv(x, w, { padding: 'same' }),
    }),
  ),
]

/** Of many alike, some. */
const small = [...contractionCases, ...convolutionCases].filter((_, i) => i % 16 === 0)
const cases = [...small, ...large]

describe.each(await microKernelBackends())('results on $name', ({ create }) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await create(2)
    // Small caches, so that operands of a test are cut as large ones are.
    const traits = { ...backend.traits, cache: { l1: 8 * 1024, l2: 128 * 1024 } }
    Object.assign(backend, { traits })
  })
  afterAll(() => backend.close())

  /** The cases' Programs with micro-kernels cut like this, as text, and what computes them. */
  async function casesWith(cut: Cut) {
    let program = ''
    const executor = new DeviceExecutor({
      backend,
      compile: (canonical, traits, options) => {
        const cutOf = () => ({ cut, by: 'measured' }) as const
        const result = compile(canonical, traits, { ...options, checks, cutOf })
        program = JSON.stringify(result.steps)
        return result
      },
      debug: new Debug(''),
    })
    const compiled: { readonly program: string; run(): Promise<TypedArray[]> }[] = []
    for (const opCase of cases) {
      const { graph, inputs } = traceCase(opCase)
      const executable = await executor.compile({ graph, assignments: new Map() })
      compiled.push({ program, run: () => executable.run(inputs) })
    }
    return compiled
  }

  it('have the same bits however micro-kernels are cut', async () => {
    const byModel = await casesWith(modelCut)
    const expected: TypedArray[][] = []
    for (const { run } of byModel) expected.push(await run())
    for (const cut of allCuts(backend.traits)) {
      const text = JSON.stringify(cut)
      let changed = 0
      for (const [i, { program, run }] of (await casesWith(cut)).entries()) {
        if (program === byModel[i].program) continue
        changed++
        expect(await run(), `${cases[i].name}, ${text}`).toEqual(expected[i])
      }
      expect(changed, `${text} changes nothing anywhere`).toBeGreaterThan(0)
    }
  }, 180_000)
})
