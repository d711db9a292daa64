import type { DType } from '../graph/dtype.js'
import { LoopBuilder } from '../loops/builder.js'
import type { LoopFunction, Parameter, Value } from '../loops/ir.js'
import type { CutOrigin } from './cut.js'
import { hoistInvariant } from './hoist.js'
import type { BufferView, DeviceBuffer, LaunchRequest, Operands } from './lowering.js'
import type { LaunchReport } from './program.js'

/** A launch with its function built and its memory named, before anything has an address. */
export interface PlannedLaunch {
  readonly type: 'launch'
  readonly function: LoopFunction
  readonly operands: readonly { readonly view: BufferView; readonly access: Parameter['access'] }[]
  readonly grid: number
  readonly inPlace: readonly { readonly output: DeviceBuffer; readonly input: DeviceBuffer }[]
  readonly report: LaunchReport
}

export interface PlannedRepeat {
  readonly type: 'repeat'
  readonly count: number
  readonly steps: PlannedStep[]
}

export type PlannedStep = PlannedLaunch | PlannedRepeat

/** Makes buffers and launches, in order. */
export class LaunchRecorder {
  readonly steps: PlannedStep[] = []
  private current = this.steps
  private nextBuffer = 0

  constructor(private readonly width: number) {}

  buffer(dtype: DType, elements: number): DeviceBuffer {
    return { id: this.nextBuffer++, dtype, elements }
  }

  view(dtype: DType, elements: number): BufferView {
    return { buffer: this.buffer(dtype, elements), offset: 0, strides: [] }
  }

  /** Records what `body` launches as the inside of a repeat, which lies inside `depth` others. */
  repeat(count: number, depth: number, body: () => void): void {
    const outer = this.current
    const steps: PlannedStep[] = []
    this.current = steps
    body()
    this.current = outer
    if (count === 0) return
    const { before, inside } = hoistInvariant(steps, depth)
    outer.push(...before)
    if (inside.length > 0) outer.push({ type: 'repeat', count, steps: [...inside] })
  }

  launch(
    request: LaunchRequest,
    ops: string,
    bytes: (buffer: DeviceBuffer) => number,
    cutBy: CutOrigin,
  ): void {
    if (request.grid === 0) return
    const b = new LoopBuilder(request.name, this.width)
    const declared = new DeclaredOperands(b)
    request.build(b, declared)
    const touched = new Set(declared.list.map(({ view }) => view.buffer))
    const report: LaunchReport = {
      ...request.report,
      ...(request.report.matrix ? { cutBy } : {}),
      function: request.name,
      ops,
      grid: request.grid,
      bytes: [...touched].reduce((sum, buffer) => sum + bytes(buffer), 0),
    }
    const inPlace = (request.inPlace ?? []).map(({ output, input }) => ({
      output: output.buffer,
      input: input.buffer,
    }))
    this.current.push({
      type: 'launch',
      function: b.finish(),
      operands: declared.list,
      grid: request.grid,
      inPlace,
      report,
    })
  }
}

/** Declares one pointer parameter for each view and access. */
class DeclaredOperands implements Operands {
  readonly list: { view: BufferView; access: Parameter['access'] }[] = []
  private readonly pointers: Value<'ptr'>[] = []

  constructor(private readonly b: LoopBuilder) {}

  read = (view: BufferView): Value<'ptr'> => this.declare(view, 'read')
  write = (view: BufferView): Value<'ptr'> => this.declare(view, 'write')
  readWrite = (view: BufferView): Value<'ptr'> => this.declare(view, 'readwrite')

  private declare(view: BufferView, access: Parameter['access']): Value<'ptr'> {
    const at = this.list.findIndex(
      (known) =>
        known.access === access &&
        known.view.buffer === view.buffer &&
        known.view.offset === view.offset &&
        known.view.strides.join() === view.strides.join(),
    )
    if (at >= 0) return this.pointers[at]
    this.list.push({ view, access })
    const pointer = this.b.pointer(`${access === 'read' ? 'in' : 'out'}${this.list.length - 1}`, access)
    this.pointers.push(pointer)
    return pointer
  }
}
