import type { Emit } from '../compiler/compile.js'
import type { CutOf } from '../compiler/lowerGraph.js'
import type { Program, ProgramFunction, Report } from '../compiler/program.js'
import { ArgumentError, StateError } from '../errors.js'
import { type CanonicalTrace, canonicalize } from '../graph/canonical.js'
import { arrayOf, type Elements, type TypedArray } from '../graph/dtype.js'
import type { CompileOptions, Executable, Executor, ExecutorStatistics, Look } from '../graph/executor.js'
import { Graph, reachable } from '../graph/graph.js'
import { showShape, sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import type { Trace } from '../graph/trace.js'
import type { Variable } from '../graph/variable.js'
import type { LoopFunction } from '../loops/ir.js'
import { print } from '../loops/print.js'
import type { TargetTraits } from '../loops/traits.js'
import { Allocator, type BufferAllocator } from './allocator.js'
import { Arena } from './arena.js'
import { type Backend, maximumInFlight } from './backend.js'
import { BufferGroup } from './bufferGroup.js'
import type { MakeTuner } from './createTuner.js'
import type { Debug } from './debug.js'
import type { DeviceBuffer } from './deviceBuffer.js'
import { DeviceExecutable } from './deviceExecutable.js'
import { bytesOfType, elementsOf } from './elements.js'
import { GuardedAllocator } from './guardedAllocator.js'
import type { LaunchTime } from './launchTimes.js'
import { Prepared } from './prepared.js'
import { CachedProgram, ProgramCache, type ProgramForm } from './programCache.js'
import { reportText } from './reportText.js'
import { RunQueue } from './runQueue.js'
import { mayBeShort } from './shortPrograms.js'
import type { Tuner } from './tuner.js'
import { Turn } from './turn.js'
import { VariableStore } from './variableStore.js'

/** How a trace becomes a Program: the compiler's entry, so that tests can stand in for it. */
export type Compile = (
  canonical: CanonicalTrace,
  traits: TargetTraits,
  options?: {
    readonly apart?: boolean
    readonly prepares?: boolean
    readonly cutOf?: CutOf
    readonly onFunction?: (fn: LoopFunction) => void
    readonly emit?: Emit
  },
) => Program<ProgramFunction>

export interface DeviceExecutorOptions {
  readonly backend: Backend
  readonly compile: Compile
  readonly debug: Debug
  /** Bytes that programs nobody uses at present may take. Default: 64 MiB. */
  readonly programCacheBytes?: number
  /** Makes what measures how micro-kernels are best cut, for traces that are compiled to be run often. Default: nobody measures. */
  readonly makeTuner?: MakeTuner
  /** Called after each run with the times of its launches, if the backend takes them. Runs are then done one by one. */
  readonly onRun?: (run: TimedRun) => void
}

/** A run with its times, in milliseconds of `performance.now()`. */
export interface TimedRun {
  readonly report: Report
  /** When it was handed to the workers, and when this thread heard that it was done. */
  readonly begin: number
  readonly end: number
  readonly launches: readonly LaunchTime[]
}

/** What runs of a program have in common. */
export interface RunRequest {
  readonly cached: CachedProgram
  readonly variables: readonly Variable[]
  /** Buffers of constants, filled. */
  readonly constants: BufferGroup
  readonly prepared: Prepared
}

/** Runs traces on a backend: one queue, one memory, one cache of Programs. */
export class DeviceExecutor implements Executor {
  private readonly backend: Backend
  private readonly allocator: BufferAllocator
  private readonly arena: Arena
  private readonly queue: RunQueue
  private readonly turn = new Turn()
  private readonly variables: VariableStore
  private readonly programs: ProgramCache
  private readonly tuner: Tuner | undefined
  private readonly collected = new FinalizationRegistry<() => void>((release) => release())
  private runs = 0

  constructor(private readonly options: DeviceExecutorOptions) {
    const { backend } = options
    this.backend = backend
    this.allocator = backend.guards
      ? new GuardedAllocator(backend.memory, backend.guards, backend.lowestAddress)
      : new Allocator(backend.memory, backend.lowestAddress)
    this.arena = new Arena(this.allocator)
    this.queue = new RunQueue(options.onRun ? 1 : maximumInFlight)
    this.variables = new VariableStore(this.allocator, backend.memory, this.queue)
    this.programs = new ProgramCache(options.programCacheBytes ?? 64 * 2 ** 20)
    const { allocator, arena, queue } = this
    // Buffers that are guarded, and the interpreter, are not for speed.
    const isForSpeed = !backend.guards && backend.name !== 'interpreter'
    this.tuner = isForSpeed ? options.makeTuner?.({ backend, allocator, arena, queue }) : undefined
  }

  get statistics(): ExecutorStatistics {
    const { backend, allocator } = this
    const { width, fusedMulAdd } = backend.traits
    return {
      target: backend.name,
      arithmetic: `${width} lanes, ${fusedMulAdd ? 'fused multiply-add' : 'multiply and add'}`,
      threads: backend.threads,
      programsCompiled: this.programs.compiled,
      functionsCompiled: backend.functionsCompiled,
      runs: this.runs,
      reservedBytes: allocator.reservedBytes,
      usedBytes: allocator.usedBytes,
    }
  }

  async evaluate(tensors: readonly Tensor[]): Promise<TypedArray[]> {
    checkVersions(tensors)
    const canonical = canonicalize({ graph: new Graph([], tensors), assignments: new Map() })
    const cached = this.programFor(canonical, false)
    const request = this.requestOf(cached, canonical)
    try {
      return await this.run(request, [])
    } finally {
      discard(request)
    }
  }

  async compile(trace: Trace, { prepares = true }: CompileOptions = {}): Promise<Executable> {
    const canonical = canonicalize(trace)
    if (this.tuner && !this.programs.has(programKey(canonical, prepares))) await this.tuner.prepare(canonical)
    const cached = this.programFor(canonical, prepares)
    // Held from here on, whatever the cache does meanwhile.
    cached.retain()
    const request = this.requestOf(cached, canonical)
    const release = () => {
      cached.release()
      discard(request)
    }
    try {
      await cached.loading
    } catch (error) {
      release()
      throw error
    }
    const executable = new DeviceExecutable(this, request)
    this.collected.register(executable, release)
    return executable
  }

  readVariable(variable: Variable): Promise<TypedArray> {
    return this.variables.read(variable)
  }

  async close(): Promise<void> {
    await this.queue.idle()
    await this.backend.close()
  }

  /** Queues a run. Everything it reads is where it has to be, or on its way, when this returns. */
  run(request: RunRequest, inputs: readonly TypedArray[]): Promise<TypedArray[]>
  run<T>(request: RunRequest, inputs: readonly TypedArray[], look: Look<T>): Promise<T>
  run<T>(request: RunRequest, inputs: readonly TypedArray[], look?: Look<T>): Promise<TypedArray[] | T> {
    const { cached, variables, constants, prepared } = request
    const { onRun } = this.options
    const { program, loaded } = cached
    checkInputs(program, inputs)
    const staging = new BufferGroup(this.allocator, cached.stagedBytes)
    const inputAddresses = staging.addresses.slice(0, inputs.length)
    const outputAddresses = staging.addresses.slice(inputs.length, inputs.length + program.outputs.length)
    const scratchAddresses = staging.addresses.slice(inputs.length + program.outputs.length)
    // From now on, all that is pinned is held until the run is over.
    const pinned: Pick<DeviceBuffer, 'pin' | 'unpin'>[] = [staging, constants, prepared.buffers]
    let bases: readonly number[]
    const arrivals: Promise<unknown>[] = []
    for (const buffer of pinned) buffer.pin()
    staging.discard()
    cached.retain()
    const finish = () => {
      for (const buffer of pinned) buffer.unpin()
      cached.release()
    }
    try {
      const arena = this.arena.atLeast(program.arenaBytes)
      arena.pin()
      pinned.push(arena)
      const bound = variables.map((variable) => {
        const { buffer, arrival } = this.variables.bind(variable)
        buffer.pin()
        pinned.push(buffer)
        if (arrival) arrivals.push(arrival)
        return buffer.address
      })
      // A spread would leave an object behind for each element, in each run.
      bases = [arena.address].concat(
        inputAddresses,
        bound,
        constants.addresses,
        outputAddresses,
        prepared.buffers.addresses,
        scratchAddresses,
      )
    } catch (error) {
      finish()
      throw error
    }
    const { state, isNew } = prepared.queue(variables)
    inputs.forEach((input, i) => this.backend.memory.write(inputAddresses[i], input))
    for (const position of program.assigned) this.variables.assigned(variables[position])
    this.runs++
    if (cached.loading) arrivals.push(cached.loading)
    const { here } = loaded
    if (here && this.queue.isIdle) {
      const start = async () => {
        if (prepared.begins(state)) {
          here.prepare(bases)
          prepared.done(state)
        }
        here.run(bases)
        return this.outcome(program, outputAddresses, look)
      }
      if (!this.turn.hasTime()) arrivals.push(this.turn.next())
      if (arrivals.length === 0) return finished(start, finish)
      return this.queue.push({ ready: Promise.all(arrivals), alone: true, start, finish })
    }
    return this.queue.push({
      ready: arrivals.length > 0 ? Promise.all(arrivals) : undefined,
      alone: isNew,
      start: async () => {
        if (prepared.begins(state)) {
          await loaded.prepare(bases)
          prepared.done(state)
        }
        const begin = performance.now()
        await loaded.run(bases)
        const end = performance.now()
        if (onRun && loaded.times) {
          onRun({ report: program.report, begin, end, launches: loaded.times.read() })
        }
        return this.outcome(program, outputAddresses, look)
      },
      finish,
    })
  }

  /** The results, or what `look` makes of them: at once, if this thread sees where they lie. */
  private outcome<T>(
    program: ProgramForm,
    addresses: readonly number[],
    look: Look<T> | undefined,
  ): TypedArray[] | T | Promise<TypedArray[] | T> {
    const { memory } = this.backend
    if (memory.inPlace) {
      // Not by `map`: see `BufferGroup`.
      const results: Elements[] = []
      for (const [i, { dtype, shape }] of program.outputs.entries()) {
        const view = memory.inPlace(addresses[i], dtype, sizeOf(shape))
        results.push(look ? view : view.slice())
      }
      return look ? look(results) : (results as TypedArray[])
    }
    const copies = Promise.all(
      program.outputs.map(async (output, i) =>
        elementsOf(output.dtype, await memory.read(addresses[i], bytesOfType(output))),
      ),
    )
    return look ? copies.then(look) : copies
  }

  /** A Program with memory of its own: its constants are on the device. */
  private requestOf(cached: CachedProgram, { variables, constants: tensors }: CanonicalTrace): RunRequest {
    const constants = new BufferGroup(this.allocator, tensors.map(bytesOfType))
    tensors.forEach((tensor, i) => this.backend.memory.write(constants.addresses[i], tensor.knownData()))
    return {
      cached,
      variables,
      constants,
      prepared: new Prepared(this.allocator, cached.program.preparation),
    }
  }

  private programFor(canonical: CanonicalTrace, prepares: boolean): CachedProgram {
    const { backend, compile, debug } = this.options
    return this.programs.get(programKey(canonical, prepares), () => {
      // While the Program is compiled, which takes a while.
      if (!mayBeShort(canonical)) backend.start()
      debug.show('graph', 'trace', () => canonical.key)
      const program = compile(canonical, backend.traits, {
        apart: debug.guardedSide !== undefined,
        prepares,
        cutOf: this.tuner?.cutOf,
        onFunction: (fn) => debug.show('loops', fn.name, () => print(fn)),
        emit: backend.emit,
      })
      debug.show('plan', 'program', () => reportText(program.report))
      const loaded = backend.load(program)
      if (!loaded.here) backend.start()
      return new CachedProgram(program, loaded)
    })
  }
}

/** As `finally` does, with fewer promises on the way: short runs follow each other by the thousand. */
async function finished<T>(start: () => Promise<T>, finish: () => void): Promise<T> {
  try {
    return await start()
  } finally {
    finish()
  }
}

const programKey = ({ key }: CanonicalTrace, prepares: boolean): string =>
  prepares ? `prepared ${key}` : key

function discard({ constants, prepared }: RunRequest): void {
  constants.discard()
  prepared.buffers.discard()
}

/** Tensors taken from a variable stand for its value at that time, which is gone once the variable has changed. */
function checkVersions(tensors: readonly Tensor[]): void {
  for (const node of reachable(tensors)) {
    if (node.type !== 'variable' || node.version === node.variable.version) continue
    throw new StateError(
      `A tensor depends on variable ${node.variable.name} as it was before it changed (version ${node.version}, now ` +
        `${node.variable.version}). Read the tensor before the step that changes the variable, or take value() anew.`,
    )
  }
}

function checkInputs(program: ProgramForm, inputs: readonly TypedArray[]): void {
  if (inputs.length !== program.inputs.length) {
    throw new ArgumentError(
      `This executable takes ${program.inputs.length} inputs, and received ${inputs.length}.`,
    )
  }
  program.inputs.forEach(({ shape, dtype }, i) => {
    const input = inputs[i]
    if (input instanceof arrayOf[dtype] && input.length === sizeOf(shape)) return
    throw new ArgumentError(
      `Input ${i}: expected a ${arrayOf[dtype].name} of ${sizeOf(shape)} elements for ${dtype} ${showShape(shape)}, ` +
        `received ${input?.constructor?.name ?? String(input)} of ${input?.length}.`,
    )
  })
}
