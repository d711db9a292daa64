import { expect } from 'vitest'
import { modelCut } from '../compiler/cut.js'
import {
  type BufferView,
  type DeviceBuffer,
  type Epilogue,
  type LaunchRequest,
  type Lowering,
  type Operands,
  storageOf,
  type Template,
} from '../compiler/lowering.js'
import { partOf } from '../compiler/program.js'
import { InternalError } from '../errors.js'
import { arrayOf, bytesPerElement, type DType, type TypedArray } from '../graph/dtype.js'
import type { OperationNode } from '../graph/node.js'
import { sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { LoopBuilder } from '../loops/builder.js'
import { interpret } from '../loops/interpreter.js'
import { type LoopFunction, type Parameter, storageBytes } from '../loops/ir.js'
import type { TargetTraits } from '../loops/traits.js'
import { verify } from '../loops/verify.js'
import { compileModule, lowestBufferAddress } from '../targets/wasm/module.js'

const testCache: TargetTraits['cache'] = { l1: 32 * 1024, l2: 1024 * 1024 }

/** Traits like those of real targets, by vector width. With small caches, small operands are cut into blocks too. */
export function testTraits(width: 4 | 8 | 16, cache = testCache): TargetTraits {
  const tiles = {
    4: { tile: { rows: 4, vectors: 2 }, accumulators: 8 },
    8: { tile: { rows: 6, vectors: 2 }, accumulators: 12 },
    16: { tile: { rows: 14, vectors: 2 }, accumulators: 28 },
  }
  return {
    name: `test${width}`,
    width,
    fusedMulAdd: true,
    ...tiles[width],
    cache,
  }
}

/** Runs one function over part of its grid. `bounds` are the bytes that each parameter may reach. */
export type Engine = (
  fn: LoopFunction,
  memory: ArrayBufferLike,
  pointers: readonly number[],
  bounds: readonly (readonly [number, number])[],
  begin: number,
  end: number,
) => void

export const interpreterEngine: Engine = (fn, memory, pointers, bounds, begin, end) =>
  interpret(fn, memory, pointers, begin, end, { fusedMulAdd: true, bounds })

/** Compiles each function to WebAssembly at its first run, without relaxed instructions. Width 4 only. */
export function wasmEngine(): Engine {
  const compiled = new Map<LoopFunction, WebAssembly.Module>()
  return (fn, memory, pointers, _bounds, begin, end) => {
    let module = compiled.get(fn)
    if (!module) {
      const pages = { minimumPages: 1, maximumPages: mostTestPages }
      module = new WebAssembly.Module(
        compileModule([fn], { sharedMemory: true, relaxedMadd: false, ...pages }),
      )
      compiled.set(fn, module)
    }
    const instance = new WebAssembly.Instance(module, { env: { memory: memoryOf(memory) } })
    const run = instance.exports.f0 as (...args: number[]) => void
    run(...pointers, begin, end)
  }
}

export interface TemplateRun {
  readonly traits: TargetTraits
  readonly engine: Engine
  /** How many parts the grid of each launch is cut into, as by so many threads. Default 1. */
  readonly parts?: number
  /** Runs the last part first. Parts of one launch must not depend on each other. Default false. */
  readonly reversed?: boolean
  /** Fused ops. Default: the plain store into the node's output 0. */
  readonly epilogue?: (lowering: TestLowering, output: Tensor) => Epilogue
  /** Elements of tensors that the epilogue reads. */
  readonly extra?: ReadonlyMap<Tensor, TypedArray>
}

export interface TemplateResult {
  /** One for each output of the node. */
  readonly outputs: readonly TypedArray[]
  readonly launches: readonly LaunchRequest[]
}

interface TestBuffer extends DeviceBuffer {
  /** Byte address once laid out. */
  address: number
}

interface Argument {
  readonly view: BufferView
  readonly access: Parameter['access']
}

const alignment = 64
/** Bytes after each buffer that loops may read and write. */
const slack = 64
/** Bytes after the slack in which any change is an error. */
const guard = 128
const canary = 0xa5
const mostTestPages = 4096

/** WebAssembly wants the memory itself, not its buffer. */
const memories = new WeakMap<ArrayBufferLike, WebAssembly.Memory>()
const memoryOf = (buffer: ArrayBufferLike): WebAssembly.Memory => {
  const memory = memories.get(buffer)
  if (!memory) throw new InternalError('this memory was not made by the harness')
  return memory
}

/** A `Lowering` that records launches, lays buffers out in one poisoned memory, and runs the launches in order. */
export class TestLowering implements Lowering {
  readonly launches: LaunchRequest[] = []
  private readonly buffers: TestBuffer[] = []
  private readonly views = new Map<Tensor, BufferView>()
  /** The launches' functions, once they have run. */
  private built?: readonly { readonly fn: LoopFunction; readonly args: readonly Argument[] }[]

  constructor(
    readonly traits: TargetTraits,
    readonly cut = modelCut,
  ) {}

  input(tensor: Tensor): BufferView {
    return this.viewOf(tensor)
  }

  output(tensor: Tensor): BufferView {
    return this.viewOf(tensor)
  }

  isFixed(): boolean {
    return false
  }

  scratch(dtype: DType, elements: number): BufferView {
    const buffer: TestBuffer = { id: this.buffers.length, elements, dtype, address: 0 }
    this.buffers.push(buffer)
    return { buffer, offset: 0, strides: [] }
  }

  launch(request: LaunchRequest): void {
    this.launches.push(request)
  }

  private viewOf(tensor: Tensor): BufferView {
    const known = this.views.get(tensor)
    if (known) return known
    const view = this.scratch(tensor.dtype, sizeOf(tensor.shape))
    this.views.set(tensor, view)
    return view
  }

  /** Runs all launches with `values` as the elements of their tensors; returns the elements of `wanted`. */
  run(
    values: ReadonlyMap<Tensor, TypedArray>,
    wanted: readonly Tensor[],
    options: TemplateRun,
  ): TypedArray[] {
    this.built ??= this.launches.map((request) => this.build(request))
    for (const tensor of values.keys()) this.viewOf(tensor)
    for (const tensor of wanted) this.viewOf(tensor)
    const memory = this.layOut()
    for (const [tensor, data] of values) this.elements(memory, this.viewOf(tensor)).set(data)
    this.built.forEach(({ fn, args }, index) => {
      const { grid } = this.launches[index]
      const pointers = args.map(({ view }) => addressOf(view))
      const bounds = args.map(({ view: { buffer } }) => {
        const { address, elements, dtype } = buffer as TestBuffer
        return [address, address + elements * bytesPerElement[dtype] + slack] as const
      })
      const parts = options.parts ?? 1
      for (let i = 0; i < parts; i++) {
        const [begin, end] = partOf(grid, options.reversed ? parts - 1 - i : i, parts)
        if (begin < end) options.engine(fn, memory, pointers, bounds, begin, end)
      }
      this.checkGuards(memory, fn.name)
    })
    for (const [tensor, data] of values) {
      if (!wanted.includes(tensor))
        expectSameBits(this.elements(memory, this.viewOf(tensor)), data, `the input ${tensor}`)
    }
    return wanted.map((tensor) => new arrayOf[tensor.dtype](this.elements(memory, this.viewOf(tensor))))
  }

  private build(request: LaunchRequest): { fn: LoopFunction; args: Argument[] } {
    const b = new LoopBuilder(request.name, this.traits.width)
    const args: Argument[] = []
    const pointers: ReturnType<LoopBuilder['pointer']>[] = []
    const declare = (access: Parameter['access']) => (view: BufferView) => {
      const known = args.findIndex(
        (arg) => arg.access === access && arg.view.buffer === view.buffer && arg.view.offset === view.offset,
      )
      if (known >= 0) return pointers[known]
      args.push({ view, access })
      const pointer = b.pointer(`p${pointers.length}`, access)
      pointers.push(pointer)
      return pointer
    }
    const operands: Operands = {
      read: declare('read'),
      write: declare('write'),
      readWrite: declare('readwrite'),
    }
    request.build(b, operands)
    const fn = b.finish()
    verify(fn)
    return { fn, args }
  }

  /** Assigns addresses and poisons: floats read unwritten are NaN, guards hold canaries. */
  private layOut(): ArrayBufferLike {
    let top = lowestBufferAddress
    for (const buffer of this.buffers) {
      buffer.address = top
      const end = top + buffer.elements * bytesPerElement[buffer.dtype] + slack + guard
      top = Math.ceil(end / alignment) * alignment
    }
    const pages = Math.ceil(top / 65536)
    const wasmMemory = new WebAssembly.Memory({ initial: pages, maximum: mostTestPages, shared: true })
    const memory = wasmMemory.buffer
    memories.set(memory, wasmMemory)
    new Uint8Array(memory).fill(canary)
    for (const { address, elements, dtype } of this.buffers) {
      const bytes = elements * bytesPerElement[dtype] + slack
      new Uint8Array(memory, address, bytes).fill(0xff)
    }
    return memory
  }

  private checkGuards(memory: ArrayBufferLike, name: string): void {
    for (const { id, address, elements, dtype } of this.buffers) {
      const from = address + elements * bytesPerElement[dtype] + slack
      if (new Uint8Array(memory, from, guard).some((byte) => byte !== canary))
        throw new Error(`${name} wrote past the slack of buffer ${id} (${elements} x ${dtype})`)
    }
  }

  private elements(memory: ArrayBufferLike, view: BufferView): TypedArray {
    const { elements, dtype } = view.buffer
    // The arrays of `TypedArray` stand on plain buffers; this one is shared.
    const make = arrayOf[dtype] as unknown as new (
      memory: ArrayBufferLike,
      address: number,
      length: number,
    ) => TypedArray
    return new make(memory, addressOf(view), elements - view.offset)
  }
}

const addressOf = ({ buffer, offset }: BufferView): number =>
  (buffer as TestBuffer).address + offset * storageBytes[storageOf[buffer.dtype]]

/** Stores rows into the node's output as they are. */
export function plainStore(lowering: Lowering, output: Tensor): Epilogue {
  return {
    ops: '',
    inPlaceOf: (input, dtype) => (dtype === output.dtype ? [{ output: lowering.output(output), input }] : []),
    bind(b, operands) {
      const y = operands.write(lowering.output(output))
      const columns = output.shape[output.rank - 1] ?? 1
      return {
        emitRow(row, column, values, counts) {
          const at = b.advance(b.advance(y, row, 4 * columns), column, 4)
          values.forEach((value, i) => b.store('f32', at, value, 4 * i * b.width, counts[i]))
        },
      }
    },
  }
}

/** Lowers one node with a template and runs it. `inputs` are the elements of the node's inputs. */
export function runTemplate(
  template: Template,
  node: OperationNode,
  inputs: readonly TypedArray[],
  options: TemplateRun,
): TemplateResult {
  const lowering = lower(template, node, options)
  const values = new Map([...valuesOf(node, inputs), ...(options.extra ?? [])])
  return { outputs: lowering.run(values, node.outputs, options), launches: lowering.launches }
}

function lower(
  template: Template,
  node: OperationNode,
  { traits, epilogue = plainStore }: Pick<TemplateRun, 'traits' | 'epilogue'>,
): TestLowering {
  const lowering = new TestLowering(traits)
  template.lower(node, lowering, epilogue(lowering, node.outputs[0]))
  return lowering
}

const valuesOf = (node: OperationNode, inputs: readonly TypedArray[]): Map<Tensor, TypedArray> =>
  new Map(node.inputs.map((tensor, i) => [tensor, inputs[i]]))

export interface TemplateCheck {
  /** The largest error allowed, as a share of `1 + |expected|`. 0 asks for equal bits. Default 1e-5. */
  readonly tolerance?: number
  /** Vector widths to run at. Default: all. Width 4 runs on WebAssembly and on the interpreter. */
  readonly widths?: readonly (4 | 8 | 16)[]
  /** Default: those of a real processor, which hold small operands whole. */
  readonly cache?: TargetTraits['cache']
}

/**
 * Runs a template on every engine and width, whole and cut into 2 and 3 parts in both orders, and compares the outputs:
 * bit for bit between the cuts, and within a tolerance with the op's float64 reference.
 */
export function checkTemplate(
  template: Template,
  node: OperationNode,
  inputs: readonly TypedArray[],
  { tolerance = 1e-5, widths = [4, 8, 16], cache }: TemplateCheck = {},
): void {
  const types = node.outputs.map(({ shape, dtype }) => ({ shape, dtype }))
  const references = node.inputs.map(({ shape }, i) => ({ shape, data: Float64Array.from(inputs[i]) }))
  const expected = node.op.reference(references, node.attributes, types)
  for (const width of widths) {
    const traits = testTraits(width, cache)
    const engines: [string, Engine][] = [['interpreter', interpreterEngine]]
    if (width === 4) engines.push(['wasm', wasmEngine()])
    const lowering = lower(template, node, { traits })
    for (const [name, engine] of engines) {
      const run = (parts: number, reversed: boolean): TypedArray[] =>
        lowering.run(valuesOf(node, inputs), node.outputs, { traits, engine, parts, reversed })
      const outputs = run(1, false)
      const where = `${node.op.name} on ${name}, width ${width}`
      outputs.forEach((output, i) => expectClose(output, expected[i].data, tolerance, where))
      for (const parts of [2, 3]) {
        run(parts, parts === 3).forEach((output, i) =>
          expectSameBits(output, outputs[i], `${where}, ${parts} parts`),
        )
      }
    }
  }
}

function expectSameBits(actual: TypedArray, expected: TypedArray, where: string): void {
  const bytesOf = ({ buffer, byteOffset, byteLength }: TypedArray): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength)
  const [a, b] = [bytesOf(actual), bytesOf(expected)]
  expect(a.length, where).toBe(b.length)
  const at = a.findIndex((byte, i) => byte !== b[i])
  if (at >= 0) {
    const element = Math.floor(at / actual.BYTES_PER_ELEMENT)
    expect.fail(`${where}: element ${element} is ${actual[element]}, expected ${expected[element]}`)
  }
}

/** Expects every element within `tolerance * (1 + |expected|)`; NaN where NaN is expected. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  where: string,
): void {
  expect(actual.length, where).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) {
    const same = Object.is(actual[i], expected[i]) || actual[i] === expected[i]
    const close = Math.abs(actual[i] - expected[i]) <= tolerance * (1 + Math.abs(expected[i]))
    if (!same && !close) expect.fail(`${where}: element ${i} is ${actual[i]}, expected ${expected[i]}`)
  }
}

/** Reproducible floats in (-1, 1). */
export function testFloats(count: number, seed = 1): Float32Array<ArrayBuffer> {
  let state = seed >>> 0
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
}
