/**
 * Compiles the training step of a model in a process that has compiled nothing before, and then takes some steps. Prints what
 * both took, as JSON.
 *
 *     node coldCompile.js MODEL BATCH STEPS
 */
import { configure, getExecutor } from '../../../dist/node/index.js'
import { samples } from '../serve.js'
import { suiteModels } from './suiteModels.js'

const [, , model, batch, steps] = process.argv
const threads = Number(process.env.GRADUS_BENCH_THREADS)
await configure({ threads })
const executor = await getExecutor()
const compile = executor.compile.bind(executor)
let compileTime = 0
executor.compile = async (trace) => {
  const start = performance.now()
  const executable = await compile(trace)
  compileTime += performance.now() - start
  return executable
}

const trained = suiteModels[model]()
const { images, labels } = samples({ model, batch: Number(batch) })
const step = () => trained.trainOnBatch(images, labels)
await step()
const times = []
for (let i = 0; i < Number(steps); i++) {
  const start = performance.now()
  await step()
  times.push(performance.now() - start)
}
times.sort((a, b) => a - b)
console.log(JSON.stringify({ compile_ms: compileTime, step_ms: times[times.length >> 1] }))
process.exit()
