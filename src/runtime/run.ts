import type { Report } from '../compiler/program.js'
import { ArgumentError } from '../errors.js'
import { arrayOf, type Elements, type TypedArray } from '../graph/dtype.js'
import type { Look } from '../graph/executor.js'
import { showShape, sizeOf } from '../graph/shape.js'
import type { Variable } from '../graph/variable.js'
import { isPending, type Later } from '../utils/later.js'
import type { BufferAllocator } from './allocator.js'
import type { Arena } from './arena.js'
import type { Backend } from './backend.js'
import { BufferGroup } from './bufferGroup.js'
import type { DeviceBuffer } from './deviceBuffer.js'
import type { LaunchTime } from './launchTimes.js'
import type { Prepared } from './prepared.js'
import type { CachedProgram, ProgramForm } from './programCache.js'
import type { Task } from './runQueue.js'
import type { VariableStore } from './variableStore.js'

/** What runs of a program have in common. */
export interface RunRequest {
  readonly cached: CachedProgram
  readonly variables: readonly Variable[]
  /** Buffers of constants, filled. */
  readonly constants: BufferGroup
  readonly prepared: Prepared
}

/** A run with its times, in milliseconds of `performance.now()`. */
export interface TimedRun {
  readonly report: Report
  /** When it was handed to the workers, and when this thread heard that it was done. */
  readonly begin: number
  readonly end: number
  readonly launches: readonly LaunchTime[]
}

/** What all runs on one executor work with. */
export interface RunContext {
  readonly backend: Backend
  readonly allocator: BufferAllocator
  readonly arena: Arena
  readonly variables: VariableStore
  readonly onRun: ((run: TimedRun) => void) | undefined
}

/** What must not be freed as long as a run uses it. */
type Held = Pick<DeviceBuffer, 'pin' | 'unpin'>

/**
 * One run of a program. All that it works on in device memory is held from when it is made until `finish`; what it reads is where it
 * has to be by then, or on its way. An object for each run, not closures, of which V8 would make many and optimise each.
 */
export class Run<T = TypedArray[]> implements Task<TypedArray[] | T> {
  /** What is still on its way. */
  readonly arrivals: Promise<unknown>[] = []
  ready: Promise<unknown> | undefined
  alone = false
  /** Whether the caller's thread computes it. */
  isHere = false
  private readonly held: Held[] = []
  /** Where the arena, inputs, variables, constants, outputs, prepared buffers and scratch lie, in this order. */
  private readonly bases: number[] = []
  private outputs: readonly number[] = []
  private readonly state: number
  /** Whether it has to prepare what later runs find prepared. */
  readonly isNew: boolean

  /**
   * @throws ArgumentError if the inputs are not those that the program takes
   * @throws GradusError if memory ends; nothing is held then
   */
  constructor(
    private readonly context: RunContext,
    private readonly request: RunRequest,
    inputs: readonly TypedArray[],
    private readonly look: Look<T> | undefined,
  ) {
    const { cached, variables, prepared } = request
    checkInputs(cached.program, inputs)
    const staging = new BufferGroup(context.allocator, cached.stagedBytes)
    this.hold(staging)
    // Freed as soon as nothing holds it.
    staging.discard()
    cached.retain()
    try {
      this.place(staging.addresses, inputs.length)
    } catch (error) {
      this.finish()
      throw error
    }
    const { state, isNew } = prepared.queue(variables)
    this.state = state
    this.isNew = isNew
    for (let i = 0; i < inputs.length; i++) context.backend.memory.write(staging.addresses[i], inputs[i])
    for (const position of cached.program.assigned) context.variables.assigned(variables[position])
    if (cached.loading) this.arrivals.push(cached.loading)
  }

  async start(): Promise<TypedArray[] | T> {
    if (this.isHere) this.computeHere()
    else await this.computeOnWorkers()
    return this.outcome()
  }

  finish(): void {
    for (let i = 0; i < this.held.length; i++) this.held[i].unpin()
    this.request.cached.release()
  }

  /** As a queue does it, with fewer promises on the way: short runs follow each other by the thousand. */
  async atOnce(): Promise<TypedArray[] | T> {
    try {
      this.computeHere()
      const outcome = this.outcome()
      return isPending(outcome) ? await outcome : outcome
    } finally {
      this.finish()
    }
  }

  private hold(held: Held): void {
    held.pin()
    this.held.push(held)
  }

  /** Finds out where everything lies, and holds it there. */
  private place(staged: readonly number[], inputs: number): void {
    const { context, request, bases } = this
    const { program } = request.cached
    this.hold(request.constants)
    this.hold(request.prepared.buffers)
    const arena = context.arena.atLeast(program.arenaBytes)
    this.hold(arena)
    const outputs = inputs + program.outputs.length
    bases.push(arena.address)
    for (let i = 0; i < inputs; i++) bases.push(staged[i])
    this.bindVariables()
    addAll(bases, request.constants.addresses)
    for (let i = inputs; i < outputs; i++) bases.push(staged[i])
    addAll(bases, request.prepared.buffers.addresses)
    for (let i = outputs; i < staged.length; i++) bases.push(staged[i])
    this.outputs = staged.slice(inputs, outputs)
  }

  private bindVariables(): void {
    for (const variable of this.request.variables) {
      const { buffer, arrival } = this.context.variables.bind(variable)
      this.hold(buffer)
      if (arrival) this.arrivals.push(arrival)
      this.bases.push(buffer.address)
    }
  }

  private computeHere(): void {
    const { prepared, cached } = this.request
    const { here } = cached.loaded
    if (prepared.begins(this.state)) {
      here?.prepare(this.bases)
      prepared.done(this.state)
    }
    here?.run(this.bases)
  }

  private async computeOnWorkers(): Promise<void> {
    const { prepared, cached } = this.request
    const { onRun } = this.context
    const { loaded, program } = cached
    if (prepared.begins(this.state)) {
      await loaded.prepare(this.bases)
      prepared.done(this.state)
    }
    const begin = performance.now()
    await loaded.run(this.bases)
    if (!onRun || !loaded.times) return
    const end = performance.now()
    onRun({ report: program.report, begin, end, launches: loaded.times.read() })
  }

  /** The results, or what `look` makes of them: at once, if this thread sees where they lie. */
  private outcome(): Later<TypedArray[] | T> {
    const { look, outputs: addresses } = this
    const { memory } = this.context.backend
    const { outputs } = this.request.cached.program
    // Not by `map`: see `BufferGroup`.
    if (look && memory.inPlace) {
      const views: Elements[] = []
      for (let i = 0; i < outputs.length; i++) {
        views.push(memory.inPlace(addresses[i], outputs[i].dtype, sizeOf(outputs[i].shape)))
      }
      return look(views)
    }
    const results: Later<TypedArray>[] = []
    for (let i = 0; i < outputs.length; i++) {
      results.push(memory.read(addresses[i], outputs[i].dtype, sizeOf(outputs[i].shape)))
    }
    if (results.every(isHere)) return look ? look(results) : results
    const copies = Promise.all(results)
    return look ? copies.then(look) : copies
  }
}

const isHere = (result: Later<TypedArray>): result is TypedArray => !isPending(result)

// A spread would leave an object behind for each element, in each run.
function addAll(list: number[], more: readonly number[]): void {
  for (let i = 0; i < more.length; i++) list.push(more[i])
}

function checkInputs({ inputs: expected }: ProgramForm, inputs: readonly TypedArray[]): void {
  if (inputs.length !== expected.length) {
    throw new ArgumentError(`This executable takes ${expected.length} inputs, and received ${inputs.length}.`)
  }
  for (let i = 0; i < expected.length; i++) {
    const { shape, dtype } = expected[i]
    const input = inputs[i]
    if (input instanceof arrayOf[dtype] && input.length === sizeOf(shape)) continue
    throw new ArgumentError(
      `Input ${i}: expected a ${arrayOf[dtype].name} of ${sizeOf(shape)} elements for ${dtype} ${showShape(shape)}, ` +
        `received ${input?.constructor?.name ?? String(input)} of ${input?.length}.`,
    )
  }
}
