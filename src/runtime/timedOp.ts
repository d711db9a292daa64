import type { Program, Step } from '../compiler/program.js'
import { arrayOf } from '../graph/dtype.js'
import { sizeOf } from '../graph/shape.js'
import type { BufferAllocator } from './allocator.js'
import type { Arena } from './arena.js'
import type { Backend, LoadedProgram } from './backend.js'
import { BufferGroup } from './bufferGroup.js'
import type { RunQueue } from './runQueue.js'

/** What it takes to run Programs beside those of an executor, in its memory and in its turn. */
export interface Device {
  readonly backend: Backend
  readonly allocator: BufferAllocator
  readonly arena: Arena
  readonly queue: RunQueue
}

/** A sample is at least so long, in milliseconds: beside it, waking the workers is little. */
const sampleTime = 3
const mostRepeats = 1000

/** One op on operands in device memory, to be timed as several Programs compute it. */
export class TimedOp {
  private readonly buffers: BufferGroup
  /** How often a sample runs a Program: the same for all of them. */
  private repeats = 1

  /** `program` is one of them: all have the same inputs and outputs. */
  constructor(
    private readonly device: Device,
    program: Program,
  ) {
    const { inputs, outputs } = program
    this.buffers = new BufferGroup(
      device.allocator,
      [...inputs, ...outputs].map(({ bytes }) => bytes),
    )
    inputs.forEach(({ shape, dtype }, i) => {
      // Ordinary numbers: arithmetic on denormal ones, or NaN, may take longer.
      const values = new arrayOf[dtype](sizeOf(shape)).map((_, at) => (at % 7) + 1)
      device.backend.memory.write(this.buffers.addresses[i], values)
    })
  }

  /** Finds out how often a sample has to run the op. */
  async calibrate(program: Program): Promise<void> {
    const once = this.load(program)
    try {
      await once.sample()
      const time = Math.min(await once.sample(), await once.sample())
      this.repeats = Math.max(1, Math.min(mostRepeats, Math.ceil(sampleTime / Math.max(time, 1e-3))))
    } finally {
      once.release()
    }
  }

  load(program: Program): TimedProgram {
    return new TimedProgram(
      this.device,
      repeated(program, this.repeats),
      this.repeats,
      this.buffers.addresses,
    )
  }

  release(): void {
    this.buffers.discard()
  }
}

/** A Program whose runs are timed. */
export class TimedProgram {
  private readonly loaded: LoadedProgram

  constructor(
    private readonly device: Device,
    private readonly program: Program,
    private readonly repeats: number,
    private readonly addresses: readonly number[],
  ) {
    this.loaded = device.backend.load(program)
  }

  /** Milliseconds that the op takes, as one sample says. No other run is under way meanwhile. */
  sample(): Promise<number> {
    const { loaded, repeats } = this
    const arena = this.device.arena.atLeast(this.program.arenaBytes)
    arena.pin()
    return this.device.queue.push({
      ready: loaded.ready,
      alone: true,
      start: async () => {
        const begin = performance.now()
        await loaded.run([arena.address, ...this.addresses])
        return (performance.now() - begin) / repeats
      },
      finish: () => arena.unpin(),
    })
  }

  release(): void {
    this.loaded.release()
  }
}

/** The Program, run several times in each run. */
function repeated(program: Program, count: number): Program {
  const steps = program.steps.map((step, i): Step => (i === 0 ? { ...step, barrier: true } : step))
  return { ...program, steps: [{ type: 'repeat', count, barrier: false, steps }] }
}
