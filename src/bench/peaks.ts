import { LoopBuilder } from '../loops/builder.js'
import type { LoopFunction, Value } from '../loops/ir.js'
import type { Backend } from '../runtime/backend.js'
import { bareLaunch } from './bareLaunch.js'
import type { MeasuredWork } from './bareMicroKernel.js'
import type { Subject } from './measureInTurns.js'

/**
 * Sums that do not depend on each other: enough for two multiply-adds a cycle that each take four, few enough for 16
 * registers.
 */
const chains = 10
const chainLength = 4096

/** Work of one run on one thread: some milliseconds, beside which handing it to a worker takes nothing. */
const runFlops = 1e9

/** Longer than the second-level caches of today, together: 64 MiB each way. */
const streamBytes = 64 * 2 ** 20

/**
 * Nothing but multiply-adds in registers, on all threads of a backend: what the machine's arithmetic can do with the
 * target's vectors.
 */
export async function fmaPeak(backend: Backend): Promise<MeasuredWork> {
  const { width } = backend.traits
  const itemFlops = 2 * chains * chainLength * width
  const grid = backend.threads * Math.ceil(runFlops / itemFlops)
  const loop = chainLoop(width)
  const subject = await bareLaunch(backend, { loop, buffers: [8 * width, 4 * width * chains], grid })
  return { ...subject, flops: grid * itemFlops }
}

/** `sum = sum * x + y`, over and over. */
function chainLoop(width: number): LoopFunction {
  const b = new LoopBuilder('multiply-adds', width)
  const operands = b.pointer('operands', 'read')
  const results = b.pointer('results', 'write')
  const x = b.loadVector('f32', operands)
  const y = b.loadVector('f32', operands, 4 * width)
  b.for(b.begin, b.end, 1, () => {
    const sums = Array.from({ length: chains }, () => b.variable(x as Value<'f32v'>))
    b.for(0, chainLength, 1, () => {
      for (const sum of sums) b.set(sum, b.mulAdd(b.get(sum), x, y) as Value<'f32v'>)
    })
    sums.forEach((sum, i) => {
      b.store('f32', results, b.get(sum), 4 * width * i)
    })
  })
  return b.finish()
}

export interface MeasuredStream extends Subject {
  /** Bytes of one run, those read and those written. */
  readonly bytes: number
}

/** A copy of more than fits the caches, on all threads of a backend: what the machine's memory can do. */
export async function memoryBandwidth(backend: Backend): Promise<MeasuredStream> {
  const { width } = backend.traits
  const blockBytes = 16 * 4 * width
  const grid = streamBytes / blockBytes
  const loop = copyLoop(width)
  const subject = await bareLaunch(backend, { loop, buffers: [streamBytes, streamBytes], grid })
  return { ...subject, bytes: 2 * streamBytes }
}

/** Sixteen vectors in each item of the grid. */
function copyLoop(width: number): LoopFunction {
  const b = new LoopBuilder('copy', width)
  const from = b.pointer('from', 'read')
  const to = b.pointer('to', 'write')
  const vectorBytes = 4 * width
  b.for(b.begin, b.end, 1, (item) => {
    const source = b.advance(from, item, 16 * vectorBytes)
    const target = b.advance(to, item, 16 * vectorBytes)
    for (let i = 0; i < 16; i++) {
      b.store('f32', target, b.loadVector('f32', source, i * vectorBytes), i * vectorBytes)
    }
  })
  return b.finish()
}
