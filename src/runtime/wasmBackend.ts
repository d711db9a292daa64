import type { Program } from '../compiler/program.js'
import { InternalError } from '../errors.js'
import type { LoopFunction } from '../loops/ir.js'
import type { TargetTraits } from '../loops/traits.js'
import { disassemble } from '../targets/wasm/disassemble.js'
import type { Backend, LoadedProgram } from './backend.js'
import type { Debug } from './debug.js'
import type { DeviceMemory } from './deviceMemory.js'
import type { Team } from './team.js'
import type { WorkerPool } from './workerPool.js'

/** The workers of a backend and the memory they compute in. */
export interface Workers {
  readonly pool: WorkerPool<Team>
  readonly memory: DeviceMemory
  readonly threads: number
  close(): Promise<void>
}

export interface WasmBackendOptions {
  readonly workers: Workers
  readonly traits: TargetTraits
  readonly lowestAddress: number
  /** Loop functions as a module that exports them as `f0`, `f1`, ... and imports its memory as `env.memory`. */
  readonly emit: (functions: readonly LoopFunction[]) => Uint8Array<ArrayBuffer>
  readonly debug: Debug
}

/** A module and how many programs use it. It goes when none does. */
interface CountedUnit {
  readonly id: number
  readonly compiled: Promise<void>
  readonly keys: readonly string[]
  users: number
}

/** Runs Programs as WebAssembly on worker threads. */
export class WasmBackend implements Backend {
  readonly name = 'wasm'
  readonly traits: TargetTraits
  readonly memory: DeviceMemory
  readonly threads: number
  readonly lowestAddress: number
  functionsCompiled = 0
  private nextProgram = 0
  private nextUnit = 0
  private readonly unitOf = new Map<string, CountedUnit>()

  constructor(private readonly options: WasmBackendOptions) {
    this.traits = options.traits
    this.memory = options.workers.memory
    this.threads = options.workers.threads
    this.lowestAddress = options.lowestAddress
  }

  load(program: Program): LoadedProgram {
    const { pool } = this.options.workers
    // Workers start while the module is compiled. If they cannot, the run that follows says so.
    pool.use(async () => {}).catch(() => {})
    const id = this.nextProgram++
    const missing = [...program.functions].filter(([key]) => !this.unitOf.has(key))
    const bytes = missing.length > 0 ? this.compile(missing) : 0
    const units = new Set<CountedUnit>()
    for (const key of program.functions.keys()) {
      const unit = this.unitOf.get(key)
      if (unit) units.add(unit)
    }
    for (const unit of units) unit.users++
    const baseCount =
      1 + program.inputs.length + program.variables.length + program.constants.length + program.outputs.length
    const ready = Promise.all(Array.from(units, ({ compiled }) => compiled)).then(() =>
      pool.addProgram({ type: 'program', id, steps: program.steps, baseCount }),
    )
    return {
      ready,
      bytes: bytes + stepBytes * program.report.launches.length,
      run: (bases) => pool.use((team) => team.run(id, bases)),
      release: () => this.release(id, units, ready),
    }
  }

  close(): Promise<void> {
    return this.options.workers.close()
  }

  /** Begins to compile functions into a module of their own. Returns its length. */
  private compile(entries: readonly (readonly [key: string, fn: LoopFunction])[]): number {
    const { emit, debug, workers } = this.options
    const functions = entries.map(([key, { name }]) => ({ key, name }))
    const bytes = emit(entries.map(([, fn]) => fn))
    debug.show('asm', `module of ${functions.map(({ name }) => name).join(', ')}`, () => disassemble(bytes))
    this.functionsCompiled += functions.length
    const id = this.nextUnit++
    const compiled = WebAssembly.compile(bytes).then(
      (module) => workers.pool.addUnit({ id, module, functions }),
      (cause: Error) => {
        throw new InternalError(`The module that was emitted is not valid: ${cause.message}`, { cause })
      },
    )
    const unit: CountedUnit = { id, compiled, keys: functions.map(({ key }) => key), users: 0 }
    for (const { key } of functions) this.unitOf.set(key, unit)
    return bytes.byteLength
  }

  private release(id: number, units: ReadonlySet<CountedUnit>, ready: Promise<void>): void {
    const unused: CountedUnit[] = []
    for (const unit of units) {
      unit.users--
      if (unit.users === 0) unused.push(unit)
    }
    for (const { keys } of unused) for (const key of keys) this.unitOf.delete(key)
    // What is still on its way to the workers is taken back once it is there.
    const takeBack = () =>
      this.options.workers.pool.release(
        [id],
        unused.map((unit) => unit.id),
      )
    ready.then(takeBack, takeBack)
  }
}

/** About what a launch takes in each worker. */
const stepBytes = 500
