import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compile } from '../compiler/compile.js'
import type { TypedArray } from '../graph/dtype.js'
import type { Executor, TuningProgress } from '../graph/executor.js'
import { Graph } from '../graph/graph.js'
import { parameter } from '../graph/node.js'
import type { Tensor } from '../graph/tensor.js'
import { conv } from '../ops/conv.js'
import { gradients } from '../ops/gradient.js'
import { add, matmul, relu, sum } from '../ops/index.js'
import { loop } from '../ops/loop.js'
import { testFloats } from '../testing/templateHarness.js'
import { microKernelBackends } from '../testing/testExecutors.js'
import { Debug } from './debug.js'
import { DeviceExecutor } from './deviceExecutor.js'
import { Tuner } from './tuner.js'
import { tuningFile } from './tuningFile.node.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-tuner-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const float = (name: string, shape: readonly number[]): Tensor => parameter(name, { shape, dtype: 'float32' })

/** A convolution and a product with their gradients, a product twice, and one inside a loop. */
function network() {
  const [x, k, w] = [float('x', [4, 12, 12, 20]), float('k', [3, 3, 20, 48]), float('w', [48, 48])]
  const pixels = relu(conv(x, k, { padding: 'same' }))
  const once = matmul(pixels, w)
  const loss = add(sum(matmul(once, w)), sum(repeated(w)))
  return new Graph([x, k, w], [loss, ...gradients(loss, [x, k, w])])
}

const repeated = (w: Tensor): Tensor =>
  loop({ initial: [w], length: 3 }, ([state]) => ({ carries: [relu(matmul(state, w))] })).carries[0]

const inputs = (graph: Graph): TypedArray[] => graph.parameters.map(({ size }, i) => testFloats(size, i + 1))

describe.each(await microKernelBackends())('tuning on $name', ({ create }) => {
  let open: Executor[] = []
  afterEach(async () => {
    await Promise.all(open.map((executor) => executor.close()))
    open = []
  })

  /** An executor with a tuner, and what that told of its progress. */
  async function tuned(options: { readonly budget?: number; readonly kept?: boolean } = {}) {
    const { budget, kept = true } = options
    const told: TuningProgress[] = []
    const executor = new DeviceExecutor({
      backend: await create(2),
      compile,
      debug: new Debug(''),
      makeTuner: (device) =>
        new Tuner(device, {
          compile,
          budget,
          onProgress: (progress) => told.push(progress),
          machine: 'this one',
          store: kept ? tuningFile(folder) : undefined,
        }),
    })
    open.push(executor)
    return { executor, told }
  }

  async function plain() {
    const executor = new DeviceExecutor({ backend: await create(2), compile, debug: new Debug('') })
    open.push(executor)
    return executor
  }

  const run = async (executor: Executor) => {
    const graph = network()
    const executable = await executor.compile({ graph, assignments: new Map() })
    return { report: executable.report, results: await executable.run(inputs(graph)) }
  }

  it('measures once, keeps it, and changes no result', async () => {
    const expected = await run(await plain())
    expect(expected.report).not.toMatch(/measured|cached/)

    const first = await tuned({ budget: 30_000 })
    const measured = await run(first.executor)
    expect(measured.results).toEqual(expected.results)
    const last = first.told[first.told.length - 1]
    expect(last).toMatchObject({ finished: true, keptIn: join(folder, 'tuning.json') })
    expect(last.done).toBe(last.total)
    expect(measured.report.match(/cut as measured/g)?.length).toBeGreaterThanOrEqual(last.total)
    expect(measured.report).not.toMatch(/cached/)
    const said = first.told.length
    expect((await run(first.executor)).results).toEqual(expected.results)
    expect(first.told).toHaveLength(said)

    const later = await tuned()
    const cached = await run(later.executor)
    expect(cached.results).toEqual(expected.results)
    expect(later.told).toEqual([])
    expect(cached.report).toBe(measured.report.replaceAll('cut as measured', 'cut as cached'))
  })

  it('counts an op that occurs several times once', async () => {
    const { executor, told } = await tuned({ budget: 1 })
    await run(executor)
    // The convolution and its two gradients; the product, its two gradients, the loop's product and the two of that.
    const [{ total }] = told
    expect(total).toBe(9)
  })

  it('leaves to the cost model what there is no time for, and measures that the next time', async () => {
    const { executor, told } = await tuned({ budget: 0.001 })
    const { report } = await run(executor)
    expect(told[told.length - 1]).toMatchObject({ done: 0, finished: true, keptIn: undefined })
    expect(report).not.toMatch(/measured|cached/)
    const next = await tuned({ budget: 30_000 })
    await run(next.executor)
    expect(next.told[next.told.length - 1].done).toBeGreaterThan(0)
  })

  it('does without a file', async () => {
    const { executor, told } = await tuned({ budget: 300, kept: false })
    await run(executor)
    expect(told[told.length - 1]).toMatchObject({ finished: true, keptIn: undefined })
  })

  it('measures anew what the file says of a cut that cannot be', async () => {
    const { executor } = await tuned({ budget: 30_000 })
    await run(executor)
    const path = join(folder, 'tuning.json')
    const file = JSON.parse(await readFile(path, 'utf8'))
    const [machine] = Object.keys(file.machines)
    const [op] = Object.keys(file.machines[machine])
    await tuningFile(folder).keep(
      machine,
      new Map([[op, { cut: { tile: { rows: 99, vectors: 99 } }, ms: 1, model_ms: 1 }]]),
    )
    const later = await tuned({ budget: 30_000 })
    await run(later.executor)
    expect(later.told[0]).toMatchObject({ total: 1 })
  })
})
