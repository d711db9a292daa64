import {
  basesOf,
  type EmittedFunction,
  type Program,
  type ProgramFunction,
  type Step,
} from '../compiler/program.js'
import { InternalError } from '../errors.js'
import type { LoopFunction } from '../loops/ir.js'
import type { TargetTraits } from '../loops/traits.js'
import type { Backend, LoadedProgram } from './backend.js'
import type { DeviceMemory } from './deviceMemory.js'
import type { Guards } from './guardedAllocator.js'
import { LaunchTimes } from './launchTimes.js'
import type { CodeUnit, UnitCode } from './messages.js'
import { Pace } from './pace.js'
import { isShort } from './shortPrograms.js'
import { failureError, type Team } from './team.js'
import type { WorkerCode } from './workerCode.js'
import type { WorkerPool } from './workerPool.js'

/** The workers of a backend and the memory they compute in. */
export interface Workers {
  readonly pool: WorkerPool<Team>
  readonly memory: DeviceMemory
  readonly threads: number
  readonly guards?: Guards
  close(): Promise<void>
}

/** Functions that were compiled together. */
export interface CompiledUnit {
  readonly byteLength: number
  /** What workers make functions from, once it is ready. */
  readonly code: Promise<UnitCode>
  /** Gives back what the code takes outside the workers. Nobody will run it any more. */
  release(): void
}

export interface WorkerBackendOptions<Code> {
  readonly name: string
  readonly workers: Workers
  readonly traits: TargetTraits
  readonly lowestAddress: number
  /** Makes code of one function. */
  emit(fn: LoopFunction): Code
  /** Makes a unit of such code. */
  compile(codes: readonly Code[]): CompiledUnit
  /** Whether to take the time of each launch. Default: false. */
  readonly timed?: boolean
  /** Code of the caller's thread, which runs short Programs itself. Default: workers run all. */
  readonly here?: WorkerCode
}

/** A unit of code and how many programs use it. It goes when none does. */
interface CountedUnit {
  readonly id: number
  readonly compiled: Promise<CodeUnit>
  readonly keys: readonly string[]
  readonly release: () => void
  users: number
  /** Whether the caller's thread has its functions too. */
  isHere: boolean
}

interface KnownFunction {
  /** What workers know it by. */
  readonly id: string
  readonly unit: CountedUnit
}

/** Runs Programs on worker threads, as code that a target compiles. */
export class WorkerBackend<Code = unknown> implements Backend {
  readonly name: string
  readonly traits: TargetTraits
  readonly memory: DeviceMemory
  readonly threads: number
  readonly lowestAddress: number
  readonly guards: Guards | undefined
  functionsCompiled = 0
  private nextProgram = 0
  private nextUnit = 0
  private readonly pace = new Pace()
  /** Compiled functions by key. */
  private readonly known = new Map<string, KnownFunction>()

  constructor(private readonly options: WorkerBackendOptions<Code>) {
    this.name = options.name
    this.traits = options.traits
    this.memory = options.workers.memory
    this.threads = options.workers.threads
    this.lowestAddress = options.lowestAddress
    this.guards = options.workers.guards
  }

  start(): void {
    // If they cannot start, the run that follows says so.
    this.options.workers.pool.use(async () => {}).catch(() => {})
  }

  readonly emit = (fn: LoopFunction, key: string): EmittedFunction<Code> => ({
    name: fn.name,
    code: this.known.has(key) ? undefined : this.options.emit(fn),
  })

  load(program: Program<ProgramFunction>): LoadedProgram {
    const { workers, timed } = this.options
    const { pool } = workers
    const [id, preparation] = [this.nextProgram++, this.nextProgram++]
    const missing = [...program.functions].filter(([key]) => !this.known.has(key))
    const bytes = missing.length > 0 ? this.compile(missing) : 0
    const units = new Set(Array.from(program.functions.keys(), (key) => this.knownFunction(key).unit))
    for (const unit of units) unit.users++
    const baseCount = 1 + basesOf(program).length
    const times = timed ? new LaunchTimes(program.steps, this.threads) : undefined
    const message = (part: number, steps: readonly Step[], memory?: SharedArrayBuffer) =>
      ({ type: 'program', id: part, steps: this.withIds(steps), baseCount, times: memory }) as const
    const messages = [message(id, program.steps, times?.memory)]
    if (program.preparation.steps.length > 0) messages.push(message(preparation, program.preparation.steps))
    const here = !timed && isShort(program, this.traits.width) ? this.options.here : undefined
    const ready = Promise.all(Array.from(units, async (unit) => [unit, await unit.compiled] as const)).then(
      (compiled) => {
        for (const part of messages) pool.addProgram(part)
        if (!here) return
        for (const [unit, code] of compiled) {
          if (!unit.isHere) here.handle({ type: 'code', unit: code })
          unit.isHere = true
        }
        for (const part of messages) here.handle(part)
      },
    )
    return {
      ready,
      bytes: bytes + stepBytes * (program.report.launches.length + program.report.prepared.length),
      run: (bases) => pool.use((team) => team.run(id, bases)),
      prepare: (bases) => pool.use((team) => team.run(preparation, bases)),
      here: here && {
        run: (bases) => this.runHere(here, id, bases),
        prepare: (bases) => this.runHere(here, preparation, bases),
      },
      times,
      release: () =>
        this.release(
          messages.map((part) => part.id),
          units,
          ready,
        ),
    }
  }

  close(): Promise<void> {
    return this.options.workers.close()
  }

  /** Runs a program on the caller's thread, with workers' help while such runs follow each other at once. */
  private runHere(here: WorkerCode, id: number, bases: readonly number[]): void {
    const { pace } = this
    const { pool } = this.options.workers
    const program = here.program(id)
    const follows = pace.begins()
    const { hasShared } = program.prepared
    const crew = follows && hasShared ? pool.running?.offerHelp?.(id, bases) : undefined
    if (!pool.running && hasShared && this.threads > 1 && pace.asksForThreads) this.start()
    try {
      program.prepared.run(bases, 0, crew && { type: 'crew', crew })
    } catch (error) {
      throw failureError(here.failure(error, program))
    } finally {
      crew?.end()
      pace.ends()
    }
  }

  private knownFunction(key: string): KnownFunction {
    const known = this.known.get(key)
    if (known) return known
    throw new InternalError('A launch names a function that its Program does not hold.')
  }

  /** The steps as workers get them. */
  private withIds(steps: readonly Step[]): Step[] {
    return steps.map((step) =>
      step.type === 'repeat'
        ? { ...step, steps: this.withIds(step.steps) }
        : { ...step, function: this.knownFunction(step.function).id },
    )
  }

  /** Begins to compile functions into a unit of their own. Returns its length. */
  private compile(entries: readonly (readonly [key: string, fn: ProgramFunction])[]): number {
    const { compile, workers } = this.options
    const { byteLength, code, release } = compile(entries.map(([, fn]) => this.codeOf(fn)))
    this.functionsCompiled += entries.length
    const id = this.nextUnit++
    const functions = entries.map(([, { name }], i) => ({ id: `${id}.${i}`, name }))
    const compiled = code.then((ready) => {
      const made: CodeUnit = { id, code: ready, functions }
      workers.pool.addUnit(made)
      return made
    })
    const keys = entries.map(([key]) => key)
    const unit: CountedUnit = { id, compiled, keys, release, users: 0, isHere: false }
    entries.forEach(([key], i) => {
      this.known.set(key, { id: functions[i].id, unit })
    })
    return byteLength
  }

  private codeOf(fn: ProgramFunction): Code {
    if (!('code' in fn)) return this.options.emit(fn)
    if (fn.code === undefined) throw new InternalError(`${fn.name} was emitted as known, and is not known`)
    // A Program is loaded by the backend that emitted it.
    return fn.code as Code
  }

  private release(ids: readonly number[], units: ReadonlySet<CountedUnit>, ready: Promise<void>): void {
    const unused: CountedUnit[] = []
    for (const unit of units) {
      unit.users--
      if (unit.users === 0) unused.push(unit)
    }
    for (const { keys } of unused) for (const key of keys) this.known.delete(key)
    // What is still on its way to the workers is taken back once it is there.
    const takeBack = () => {
      const { workers, here } = this.options
      const gone = unused.map((unit) => unit.id)
      workers.pool.release(ids, gone)
      here?.handle({ type: 'release', programs: ids, units: gone })
      for (const unit of unused) unit.release()
    }
    ready.then(takeBack, takeBack)
  }
}

/** About what a launch takes in each worker. */
const stepBytes = 500
