import { InternalError } from '../errors.js'
import { LaunchClock } from './launchTimes.js'
import type { CodeMessage, CodeUnit, Failure, UnitCode } from './messages.js'
import { type Callable, type Calls, type LeftCalls, PreparedProgram } from './preparedProgram.js'

export interface WorkerProgram {
  readonly prepared: PreparedProgram
  /** Base addresses of the runs in the ring, where memory is shared. */
  readonly bases: Int32Array
  readonly baseCount: number
}

/** What this thread calls machine code by. */
export interface LinkedNative extends LeftCalls {
  /** Makes a function of this thread from its address. */
  link(address: bigint): Calls
  /** Helps the caller's thread with a run for a while, in a worker that can. */
  readonly help?: () => void
}

interface UnitFunction extends Callable {
  readonly unit: number
}

/** What one worker keeps: compiled functions and programs, each by its id. */
export class WorkerCode {
  private readonly functions = new Map<string, UnitFunction>()
  private readonly programs = new Map<number, WorkerProgram>()

  constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly thread: number,
    private readonly threads: number,
    private readonly native?: LinkedNative,
  ) {}

  handle(message: CodeMessage): void {
    switch (message.type) {
      case 'code':
        this.instantiate(message.unit)
        return
      case 'program': {
        const { id, steps, baseCount, times } = message
        const { functions, thread, threads } = this
        const clock = times && new LaunchClock(times, thread, threads)
        this.programs.set(id, {
          prepared: new PreparedProgram(steps, functions, { clock, left: this.native }),
          bases: message.bases ? new Int32Array(message.bases) : new Int32Array(0),
          baseCount,
        })
        return
      }
      case 'release':
        for (const id of message.programs) this.programs.delete(id)
        for (const [id, { unit }] of this.functions)
          if (message.units.includes(unit)) this.functions.delete(id)
        return
    }
  }

  program(id: number): WorkerProgram {
    const program = this.programs.get(id)
    if (!program) throw new InternalError(`Program ${id} was not handed over.`)
    return program
  }

  /** What to tell about an error thrown by a program's run. */
  failure(error: unknown, program: WorkerProgram): Failure {
    const reason = error instanceof Error ? error.message : String(error)
    return { function: program.prepared.current, thread: this.thread, reason }
  }

  private instantiate({ id: unit, code, functions }: CodeUnit): void {
    const callsOf = code.type === 'wasm' ? this.wasmCalls(code.module) : this.nativeCalls(code)
    functions.forEach(({ id, name }, i) => {
      const { call, leave, share } = callsOf(i)
      this.functions.set(id, { name, unit, call, leave, share })
    })
  }

  private wasmCalls(module: WebAssembly.Module): (index: number) => Calls {
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.memory } })
    return (index) => {
      const loop = exports[`f${index}`] as (...pointersBeginEnd: number[]) => void
      return { call: (values) => loop(...values) }
    }
  }

  private nativeCalls({ addresses }: UnitCode & { type: 'native' }): (index: number) => Calls {
    const { native } = this
    if (!native) throw new InternalError('Machine code was handed to a worker that was not started for it.')
    return (index) => native.link(addresses[index])
  }
}
