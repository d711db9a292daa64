import { InternalError } from '../errors.js'
import { fusedMulAdd, unfusedMulAdd } from './float32.js'
import { interleavedLanes } from './interleavedLanes.js'
import {
  conversions,
  floatBinary,
  floatCompare,
  floatUnary,
  integerBinary,
  integerCompare,
  integerUnary,
  type Lane1,
  type Lane2,
  type Registers,
} from './interpreterArithmetic.js'
import {
  type Instruction,
  type LoopFunction,
  laneCount,
  type Statement,
  scalarOf,
  storageBytes,
  type Value,
  type Variable,
} from './ir.js'
import { rootParameters } from './roots.js'
import { verify } from './verify.js'

export interface InterpretOptions {
  /** True if `mulAdd` rounds once, false if it rounds product and sum. */
  readonly fusedMulAdd: boolean
  /** The bytes `[low, high)` that may be reached through each parameter. Default: the whole memory. */
  readonly bounds?: readonly (readonly [low: number, high: number])[]
}

type Step = () => void

/** What changes from one run of a compiled function to the next. */
interface Run {
  words: Int32Array
  bytes: Uint8Array
  /** Lowest allowed address and the first one past the highest, by parameter. */
  low: Float64Array
  high: Float64Array
  fusedMulAdd: boolean
}

interface Compiled {
  start(memory: ArrayBufferLike, pointers: readonly number[], begin: number, end: number): void
  readonly run: Run
}

const noWords = new Int32Array(0)
const noBytes = new Uint8Array(0)

/**
 * Turns a function into closures over its registers. Each value and variable owns a fixed place: a word for each
 * lane, or for a pointer a float64 that holds its address.
 */
class Compiler {
  private readonly places: Int32Array
  private readonly registers: Registers
  private readonly addresses: Float64Array
  private readonly roots: Int32Array
  private readonly run: Run

  constructor(private readonly fn: LoopFunction) {
    verify(fn)
    this.roots = rootParameters(fn)
    this.places = Int32Array.from({ length: fn.idCount }, (_, id) => id * fn.width)
    const words = new ArrayBuffer(4 * fn.width * fn.idCount)
    this.registers = { floats: new Float32Array(words), ints: new Int32Array(words) }
    this.addresses = new Float64Array(fn.idCount)
    const count = fn.parameters.length
    this.run = {
      words: noWords,
      bytes: noBytes,
      low: new Float64Array(count),
      high: new Float64Array(count),
      fusedMulAdd: true,
    }
  }

  compile(): Compiled {
    const { fn, run, addresses, registers } = this
    const body = this.block(fn.body)
    const begin = this.place(fn.begin)
    const end = this.place(fn.end)
    return {
      run,
      start(memory, pointers, from, to) {
        run.words = new Int32Array(memory, 0, Math.floor(memory.byteLength / 4))
        run.bytes = new Uint8Array(memory)
        fn.parameters.forEach(({ value }, index) => {
          addresses[value.id] = pointers[index]
        })
        registers.ints[begin] = from
        registers.ints[end] = to
        try {
          body()
        } finally {
          // The cache must not keep a memory alive.
          run.words = noWords
          run.bytes = noBytes
        }
      },
    }
  }

  private place(value: Value | Variable): number {
    return this.places[value.id]
  }

  private block(statements: readonly Statement[]): Step {
    const steps = statements.map((statement) => this.statement(statement))
    const count = steps.length
    return () => {
      for (let i = 0; i < count; i++) steps[i]()
    }
  }

  private statement(statement: Statement): Step {
    const { ints } = this.registers
    switch (statement.kind) {
      case 'let':
        return this.instruction(statement.result, statement.instruction)
      case 'declare':
      case 'set':
        return this.copy(statement.variable, statement.value)
      case 'store':
        return this.store(statement)
      case 'prefetch':
        return () => {}
      case 'for': {
        const [counter, from, to] = [statement.counter, statement.from, statement.to].map((v) =>
          this.place(v),
        )
        const { step } = statement
        const body = this.block(statement.body)
        return () => {
          const last = ints[to]
          for (let i = ints[from]; i < last; i += step) {
            ints[counter] = i
            body()
          }
        }
      }
      case 'if': {
        const condition = this.place(statement.condition)
        const whenTrue = this.block(statement.whenTrue)
        const whenFalse = this.block(statement.whenFalse)
        return () => (ints[condition] !== 0 ? whenTrue() : whenFalse())
      }
    }
  }

  private instruction(result: Value, instruction: Instruction): Step {
    const { registers, addresses } = this
    const { floats, ints } = registers
    const to = this.place(result)
    const lanes = laneCount(result.type, this.fn.width)
    switch (instruction.op) {
      case 'constant': {
        const { value } = instruction
        const view = scalarOf(result.type) === 'f32' ? floats : ints
        return () => view.fill(value, to, to + lanes)
      }
      case 'lanes':
        return () => {
          for (let i = 0; i < lanes; i++) ints[to + i] = i
        }
      case 'unary': {
        const { name, a } = instruction
        return this.lanes1(table(floatUnary, integerUnary, a, name), to, a)
      }
      case 'binary': {
        const { name, a, b } = instruction
        const lane = table(floatBinary, integerBinary, a, name)
        const divides = name === 'rem' || name === 'divU' || name === 'remU' || name === 'div'
        const step = this.lanes2(lane, to, a, b)
        return divides && scalarOf(a.type) === 'i32' ? this.guardDivisor(step, name, b) : step
      }
      case 'mulAdd': {
        const [a, b, c] = [instruction.a, instruction.b, instruction.c].map((value) => this.place(value))
        const { run } = this
        // Two loops, so that the engine inlines both functions.
        return () => {
          if (run.fusedMulAdd) {
            for (let i = 0; i < lanes; i++)
              floats[to + i] = fusedMulAdd(floats[a + i], floats[b + i], floats[c + i])
          } else {
            for (let i = 0; i < lanes; i++)
              floats[to + i] = unfusedMulAdd(floats[a + i], floats[b + i], floats[c + i])
          }
        }
      }
      case 'compare': {
        const { name, a, b } = instruction
        return this.lanes2(table(floatCompare, integerCompare, a, name), to, a, b)
      }
      case 'logic':
        return this.lanes2(integerBinary[instruction.name], to, instruction.a, instruction.b)
      case 'logicNot': {
        const a = this.place(instruction.a)
        return () => {
          for (let i = 0; i < lanes; i++) ints[to + i] = ints[a + i] ^ 1
        }
      }
      case 'select': {
        const [condition, a, b] = [instruction.condition, instruction.a, instruction.b].map((v) =>
          this.place(v),
        )
        return () => {
          for (let i = 0; i < lanes; i++) ints[to + i] = ints[condition + i] !== 0 ? ints[a + i] : ints[b + i]
        }
      }
      case 'convert':
        return this.lanes1(conversions[instruction.name], to, instruction.a)
      case 'splat': {
        const a = this.place(instruction.a)
        return () => ints.fill(ints[a], to, to + lanes)
      }
      case 'extract': {
        const from = this.place(instruction.a) + instruction.lane
        return () => {
          ints[to] = ints[from]
        }
      }
      case 'reduce':
        return this.reduce(to, table(floatBinary, integerBinary, result, instruction.name), instruction.a)
      case 'interleave': {
        const [a, b] = [this.place(instruction.a), this.place(instruction.b)]
        const from = interleavedLanes(instruction, lanes).map((lane) =>
          lane < lanes ? a + lane : b + lane - lanes,
        )
        return () => {
          for (let i = 0; i < lanes; i++) ints[to + i] = ints[from[i]]
        }
      }
      case 'get':
        return this.copy(result, instruction.variable)
      case 'advance': {
        const index = this.place(instruction.index)
        const base = instruction.base.id
        const { bytes } = instruction
        return () => {
          addresses[result.id] = addresses[base] + ints[index] * bytes
        }
      }
      case 'load':
        return this.load(instruction, to, lanes)
      case 'loadSplat': {
        const load = this.load({ ...instruction, count: 1 }, to, 1)
        return () => {
          load()
          ints.fill(ints[to], to, to + lanes)
        }
      }
      case 'loadIndexed': {
        const { storage, base, offset } = instruction
        const index = this.place(instruction.index)
        const size = storageBytes[storage]
        const check = this.checker(`indexed load of ${storage}`, base, size, size)
        const { run } = this
        return () => {
          const address = addresses[base.id] + offset
          const elements = storage === 'u8' ? run.bytes : run.words
          for (let i = 0; i < lanes; i++)
            ints[to + i] = elements[check(address + ints[index + i] * size) / size]
        }
      }
    }
  }

  private lanes1(lane: Lane1, to: number, value: Value): Step {
    const { registers } = this
    const a = this.place(value)
    const lanes = laneCount(value.type, this.fn.width)
    if (lanes === 1) return () => lane(registers, to, a)
    return () => {
      for (let i = 0; i < lanes; i++) lane(registers, to + i, a + i)
    }
  }

  private lanes2(lane: Lane2, to: number, first: Value, second: Value): Step {
    const { registers } = this
    const a = this.place(first)
    const b = this.place(second)
    const lanes = laneCount(first.type, this.fn.width)
    if (lanes === 1) return () => lane(registers, to, a, b)
    return () => {
      for (let i = 0; i < lanes; i++) lane(registers, to + i, a + i, b + i)
    }
  }

  private guardDivisor(step: Step, name: string, divisor: Value): Step {
    const { ints } = this.registers
    const at = this.place(divisor)
    const lanes = laneCount(divisor.type, this.fn.width)
    return () => {
      for (let i = 0; i < lanes; i++) {
        if (ints[at + i] === 0)
          throw new InternalError(`Loops ${this.fn.name}: ${name} by zero; guard the divisor with select`)
      }
      step()
    }
  }

  private reduce(to: number, lane: Lane2, value: Value): Step {
    const { width } = this.fn
    const from = this.place(value)
    const { ints } = this.registers
    const words = new ArrayBuffer(4 * width)
    const scratch = { floats: new Float32Array(words), ints: new Int32Array(words) }
    return () => {
      for (let i = 0; i < width; i++) scratch.ints[i] = ints[from + i]
      for (let half = width / 2; half >= 1; half /= 2) {
        for (let i = 0; i < half; i++) lane(scratch, i, i, i + half)
      }
      ints[to] = scratch.ints[0]
    }
  }

  private copy(target: Value | Variable, source: Value | Variable): Step {
    const { addresses } = this
    const { ints } = this.registers
    if (target.type === 'ptr') {
      return () => {
        addresses[target.id] = addresses[source.id]
      }
    }
    const to = this.place(target)
    const from = this.place(source)
    const lanes = laneCount(target.type, this.fn.width)
    return () => {
      for (let i = 0; i < lanes; i++) ints[to + i] = ints[from + i]
    }
  }

  private load(source: Extract<Instruction, { op: 'load' }> | LoadOne, to: number, lanes: number): Step {
    const { storage, base, offset, count } = source
    const { addresses, run } = this
    const { ints } = this.registers
    const size = storageBytes[storage]
    const check = this.checker(`load of ${count} x ${storage}`, base, size, size * count)
    return () => {
      const address = check(addresses[base.id] + offset)
      const elements = storage === 'u8' ? run.bytes : run.words
      const first = address / size
      for (let i = 0; i < count; i++) ints[to + i] = elements[first + i]
      for (let i = count; i < lanes; i++) ints[to + i] = 0
    }
  }

  private store(target: Extract<Statement, { kind: 'store' }>): Step {
    const { storage, base, offset, count } = target
    const { addresses, run } = this
    const { ints } = this.registers
    const size = storageBytes[storage]
    const from = this.place(target.value)
    const check = this.checker(`store of ${count} x ${storage}`, base, size, size * count)
    return () => {
      const first = check(addresses[base.id] + offset) / size
      const elements = storage === 'u8' ? run.bytes : run.words
      for (let i = 0; i < count; i++) elements[first + i] = ints[from + i]
    }
  }

  /** Returns a function that passes an address on if `bytes` bytes at it are in bounds and it is aligned. */
  private checker(
    what: string,
    base: Value<'ptr'>,
    alignment: number,
    bytes: number,
  ): (address: number) => number {
    const parameter = this.roots[base.id]
    const { low, high } = this.run
    const { fn } = this
    return (address) => {
      if (address >= low[parameter] && address + bytes <= high[parameter] && address % alignment === 0)
        return address
      throw new InternalError(
        `Loops ${fn.name}: ${what} through ${fn.parameters[parameter].name} at address ${address}; ` +
          `expected a multiple of ${alignment} with ${bytes} bytes in [${low[parameter]}, ${high[parameter]})`,
      )
    }
  }
}

type LoadOne = Pick<Extract<Instruction, { op: 'load' }>, 'storage' | 'base' | 'offset' | 'count'>

/** The row of the table that belongs to the operand's type. `verify` has made sure that it exists. */
const table = <Lane>(
  floatLanes: Partial<Record<string, Lane>>,
  integerLanes: Partial<Record<string, Lane>>,
  operand: Value,
  name: string,
): Lane => {
  const lane = (scalarOf(operand.type) === 'f32' ? floatLanes : integerLanes)[name]
  if (!lane) throw new InternalError(`No operation ${name} on ${operand.type}`)
  return lane
}

const compiledFunctions = new WeakMap<LoopFunction, Compiled>()

/**
 * Runs a loop function on a memory: the oracle against which every emitter is tested. All arithmetic is that of
 * `ir.ts`, bit for bit; only the payload and sign of a NaN that arithmetic makes are unspecified. The function is
 * verified and compiled into closures at its first run.
 *
 * @param memory holds all data; may be shared.
 * @param pointers byte address of each parameter.
 * @throws InternalError if the function is malformed, divides by zero, or reaches an address that is out of
 * bounds or not aligned to its element; the message names function, parameter and address.
 */
export const interpret = (
  fn: LoopFunction,
  memory: ArrayBufferLike,
  pointers: readonly number[],
  begin: number,
  end: number,
  options: InterpretOptions,
): void => {
  const count = fn.parameters.length
  if (pointers.length !== count || (options.bounds && options.bounds.length !== count)) {
    throw new InternalError(
      `Loops ${fn.name}: expected pointers (and bounds) for ${count} parameters, received ` +
        `${pointers.length}${options.bounds ? ` and ${options.bounds.length}` : ''}`,
    )
  }
  let compiled = compiledFunctions.get(fn)
  if (!compiled) {
    compiled = new Compiler(fn).compile()
    compiledFunctions.set(fn, compiled)
  }
  const { run } = compiled
  for (let i = 0; i < count; i++) {
    const [low, high] = options.bounds?.[i] ?? [0, memory.byteLength]
    run.low[i] = Math.max(low, 0)
    run.high[i] = Math.min(high, memory.byteLength)
  }
  run.fusedMulAdd = options.fusedMulAdd
  compiled.start(memory, pointers, begin, end)
}
