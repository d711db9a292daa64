import {
  basesOf,
  bufferAlignment,
  type Launch,
  type Program,
  type ProgramFunction,
  type Step,
} from '../compiler/program.js'
import { InternalError } from '../errors.js'
import { interpret } from '../loops/interpreter.js'
import type { LoopFunction } from '../loops/ir.js'
import type { TargetTraits } from '../loops/traits.js'
import type { Backend, LoadedProgram } from './backend.js'
import { HostMemory } from './deviceMemory.js'
import { failureError } from './team.js'

/** The interpreter compiles as for WebAssembly, so that both compute the same. */
const interpreterTraits: TargetTraits = {
  name: 'interpreter',
  width: 4,
  fusedMulAdd: false,
  tile: { rows: 4, vectors: 2 },
  accumulators: 8,
  cache: { l1: 32 * 1024, l2: 512 * 1024 },
}

/** Runs Programs on the caller's thread, slowly, and checks each access against the bounds of its base. */
export class InterpreterBackend implements Backend {
  readonly name = 'interpreter'
  readonly threads = 1
  readonly traits = interpreterTraits
  readonly memory = new HostMemory()
  readonly lowestAddress = 0
  private readonly known = new Set<string>()

  get functionsCompiled(): number {
    return this.known.size
  }

  start(): void {}

  load(program: Program<ProgramFunction>): LoadedProgram {
    for (const key of program.functions.keys()) this.known.add(key)
    return new InterpretedProgram(program, this.memory, this.traits.fusedMulAdd)
  }

  async close(): Promise<void> {}
}

class InterpretedProgram implements LoadedProgram {
  readonly ready = Promise.resolve()
  readonly bytes = 0
  /** Bytes that may be reached from each base. */
  private readonly sizes: readonly number[]

  constructor(
    private readonly program: Program<ProgramFunction>,
    private readonly memory: HostMemory,
    private readonly fusedMulAdd: boolean,
  ) {
    this.sizes = [program.arenaBytes, ...basesOf(program).map(({ bytes }) => bytes)].map(
      (bytes) => bytes + bufferAlignment,
    )
  }

  async run(bases: readonly number[]): Promise<void> {
    this.runSteps(this.program.steps, bases, [])
  }

  async prepare(bases: readonly number[]): Promise<void> {
    this.runSteps(this.program.preparation.steps, bases, [])
  }

  release(): void {}

  private runSteps(steps: readonly Step[], bases: readonly number[], iterations: readonly number[]): void {
    for (const step of steps) {
      if (step.type === 'launch') this.launch(step, bases, iterations)
      else for (let i = 0; i < step.count; i++) this.runSteps(step.steps, bases, [...iterations, i])
    }
  }

  private launch(launch: Launch, bases: readonly number[], iterations: readonly number[]): void {
    const fn = this.functionOf(launch)
    const pointers = launch.arguments.map(({ base, offset, strides }) =>
      strides.reduce((address, stride, depth) => address + stride * iterations[depth], bases[base] + offset),
    )
    const bounds = launch.arguments.map(({ base }) => [bases[base], bases[base] + this.sizes[base]] as const)
    try {
      interpret(fn, this.memory.buffer, pointers, 0, launch.grid, { fusedMulAdd: this.fusedMulAdd, bounds })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw failureError({ function: fn.name, thread: 0, reason })
    }
  }

  private functionOf(launch: Launch): LoopFunction {
    const fn = this.program.functions.get(launch.function)
    if (!fn || 'code' in fn)
      throw new InternalError('A launch names a function that its Program does not hold.')
    return fn
  }
}
