import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Executor } from '../graph/executor.js'
import { builtFolder, runNode } from './acceptance/runNode.js'
import { verifying } from './acceptance/verifying.js'
import { opCases } from './opCases/index.js'
import { checkOnExecutor } from './opTest.js'
import { guardedTargets } from './testExecutors.js'

/** Of so many op cases one is run: a prime, so that it is another shape of each op. `npm run verify` runs all. */
const everyNth = verifying ? 1 : 7

const targets = await guardedTargets()

// With machine code, an access out of bounds ends this process: then the report names this file and no case.
describe.each(targets)('no op leaves its buffers on $name', ({ create }) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await create(2)
  })
  afterAll(() => executor.close())

  it.each(opCases.filter((_, i) => i % everyNth === 0))('$name', (opCase) =>
    checkOnExecutor(executor, opCase),
  )
})

/** A program whose one loop reads one element of its output: inside, or before or behind it. */
const straying = (backend: 'createX64Backend' | 'createWasmBackend', mode: string, element: number) => `
  import { add, tensor } from '${builtFolder}ops/index.js'
  import { LoopBuilder } from '${builtFolder}loops/builder.js'
  import { Debug } from '${builtFolder}runtime/debug.js'
  import { DeviceExecutor } from '${builtFolder}runtime/deviceExecutor.js'
  import { compile } from '${builtFolder}compiler/compile.js'
  import { ${backend} } from '${builtFolder}runtime/${backend}${backend === 'createX64Backend' ? '.node' : ''}.js'
  const debug = new Debug('${mode}')
  const backend = await ${backend}({ threads: 1, debug })
  const strayed = (canonical, traits, options) => {
    const program = compile(canonical, traits, options)
    const [key] = program.functions.keys()
    const b = new LoopBuilder('strays', traits.width)
    const x = b.pointer('x', 'readwrite')
    b.store('f32', x, b.load('f32', b.advance(x, b.int(${element}), 4)))
    const step = { ...program.steps[0], arguments: [program.steps[0].arguments.at(-1)], grid: 1 }
    return { ...program, functions: new Map([[key, b.finish()]]), steps: [step] }
  }
  const executor = new DeviceExecutor({ backend, compile: strayed, debug })
  const [result] = await executor.evaluate([add(tensor(new Float32Array(1000)), 1)])
  console.log('read ' + result.length)
  await executor.close()
`

describe.skipIf(targets.length === 0)('guards', () => {
  const slack = 64 / 4
  it.each([
    ['behind a buffer', 'guard', 1000 + slack, 1000 + slack - 1],
    ['before a buffer', 'guard-front', -1, 0],
  ])('%s end machine code at once, and WebAssembly with an error', async (_, mode, outside, inside) => {
    for (const backend of ['createX64Backend', 'createWasmBackend'] as const) {
      expect(await runNode(straying(backend, mode, inside))).toMatchObject({ code: 0, stdout: 'read 1000\n' })
    }
    const trapped = await runNode(straying('createWasmBackend', mode, outside))
    expect(trapped.stderr).toMatch(/Loop function strays failed.*memory access out of bounds/)
    const ended = await runNode(straying('createX64Backend', mode, outside))
    expect(ended).toMatchObject({ code: null, stdout: '' })
  })

  it('a model trains under them', async () => {
    const { code, stdout } = await runNode(`
      process.env.GRADUS_DEBUG = 'guard'
      const { datasets, getExecutor, layers, models } = await import('${builtFolder}index.js')
      const { train } = await datasets.digits.load({ train: 40, test: 0 })
      const model = models.sequential([
        layers.input([28, 28, 1]),
        layers.rescaling(1 / 255),
        layers.conv2d(5, 3, { activation: 'relu', padding: 'same' }),
        layers.maxPooling2d(2),
        layers.batchNormalization(),
        layers.flatten(),
        layers.dense(10, { activation: 'softmax' }),
      ])
      model.compile({ loss: 'sparse_categorical_crossentropy', optimizer: 'adam', metrics: ['accuracy'] })
      const { history } = await model.fit(train.images, train.labels, { batchSize: 16, epochs: 3, verbose: 0 })
      console.log(JSON.stringify(history.loss.map(Number.isFinite)))
    `)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '[true,true,true]\n' })
  })
})
