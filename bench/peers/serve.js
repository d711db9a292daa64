/**
 * A peer's side of the benchmark, for those in Node: does a task's work whenever it is asked to.
 *
 * The task is the first argument, as JSON. Messages are lines: the benchmark writes a number of units of work to standard
 * input, and reads from descriptor 3 one JSON object for each: first, that one unit was done or why the task cannot be;
 * then the milliseconds of a unit each time.
 */
import { readFileSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'

const reply = (message) => writeSync(3, `${JSON.stringify(message)}\n`)

/**
 * @param {(task: object) => Promise<((units: number) => Promise<number[] | void>) | undefined>} make
 *   the work, or undefined if the peer cannot do it; single calls, of which the latency counts, return their times
 * @param {string} version
 */
export async function serve(make, version) {
  const task = JSON.parse(process.argv[2])
  const work = await make(task)
  if (!work) return reply({ absent: `has no ${task.kind}` })
  await work(1)
  reply({ ready: true, version })
  for await (const line of createInterface({ input: process.stdin })) {
    const units = Number(line)
    const start = performance.now()
    const times = await work(units)
    const total = performance.now() - start
    reply({ ms: times ? median(times) : total / units })
  }
  process.exit()
}

const median = (times) => times.sort((a, b) => a - b)[times.length >> 1]

/** Work of single calls. */
export const timed = (call) => async (units) => {
  const times = []
  for (let i = 0; i < units; i++) {
    const start = performance.now()
    await call()
    times.push(performance.now() - start)
  }
  return times
}

export const repeated = (call) => async (units) => {
  for (let i = 0; i < units; i++) await call()
}

const imageShapes = { lenet: [28, 28, 1], mlp: [784], resnet20: [32, 32, 3], resnet50: [224, 224, 3] }

/** Numbers from 0 to 1. Their values do not change the work. */
export function random(size) {
  let state = 1
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  })
}

/** Inputs `[batch, ...]`, channels last, and labels of ten classes. */
export function samples({ model, batch }) {
  const shape = [batch, ...imageShapes[model]]
  return {
    shape,
    images: random(shape.reduce((a, b) => a * b)),
    labels: Int32Array.from({ length: batch }, (_, i) => i % 10),
  }
}

/** The version of an installed package, told by the module's own `import.meta.url`. */
export const versionOf = (name, from) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, from), 'utf8')).version
