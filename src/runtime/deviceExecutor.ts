import type { Emit } from '../compiler/compile.js'
import type { CutOf } from '../compiler/lowerGraph.js'
import type { Program, ProgramFunction } from '../compiler/program.js'
import { StateError } from '../errors.js'
import { type CanonicalTrace, canonicalize } from '../graph/canonical.js'
import type { TypedArray } from '../graph/dtype.js'
import type { CompileOptions, Executable, Executor, ExecutorStatistics, Look } from '../graph/executor.js'
import { Graph, reachable } from '../graph/graph.js'
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
import { DeviceExecutable } from './deviceExecutable.js'
import { bytesOfType } from './elements.js'
import { Prepared } from './prepared.js'
import { CachedProgram, ProgramCache } from './programCache.js'
import { reportText } from './reportText.js'
import { Run, type RunContext, type RunRequest, type TimedRun } from './run.js'
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

/** Runs traces on a backend: one queue, one memory, one cache of Programs. */
export class DeviceExecutor implements Executor {
  private readonly backend: Backend
  private readonly allocator: BufferAllocator
  private readonly arena: Arena
  private readonly queue: RunQueue
  private readonly turn = new Turn()
  private readonly variables: VariableStore
  private readonly context: RunContext
  private readonly programs: ProgramCache
  private readonly tuner: Tuner | undefined
  private readonly collected = new FinalizationRegistry<() => void>((release) => release())
  private runs = 0

  constructor(private readonly options: DeviceExecutorOptions) {
    const { backend } = options
    this.backend = backend
    const { memory, lowestAddress } = backend
    this.allocator = backend.guards?.allocator(memory, lowestAddress) ?? new Allocator(memory, lowestAddress)
    this.arena = new Arena(this.allocator)
    this.queue = new RunQueue(options.onRun ? 1 : maximumInFlight)
    this.variables = new VariableStore(this.allocator, backend.memory, this.queue)
    this.programs = new ProgramCache(options.programCacheBytes ?? 64 * 2 ** 20)
    const { allocator, arena, queue, variables } = this
    this.context = { backend, allocator, arena, variables, onRun: options.onRun }
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

  /**
   * Queues a run. Everything it reads is where it has to be, or on its way, when this returns. Fails with an ArgumentError if the inputs
   * are not those that the program takes.
   */
  run(request: RunRequest, inputs: readonly TypedArray[]): Promise<TypedArray[]>
  run<T>(request: RunRequest, inputs: readonly TypedArray[], look: Look<T>): Promise<T>
  run<T>(request: RunRequest, inputs: readonly TypedArray[], look?: Look<T>): Promise<TypedArray[] | T> {
    let run: Run<T>
    try {
      run = new Run(this.context, request, inputs, look)
    } catch (error) {
      return Promise.reject(error)
    }
    const { arrivals } = run
    this.runs++
    run.isHere = request.cached.loaded.here !== undefined && this.queue.isIdle
    if (run.isHere && !this.turn.hasTime()) arrivals.push(this.turn.next())
    if (run.isHere && arrivals.length === 0) return run.atOnce()
    if (arrivals.length > 0) run.ready = Promise.all(arrivals)
    run.alone = run.isHere || run.isNew
    return this.queue.push(run)
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
