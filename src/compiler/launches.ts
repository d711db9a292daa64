import { InternalError } from '../errors.js'
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
  /** Its function's key. */
  readonly function: string
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
  /** Functions that later launches may share, by what they depend on. Operands are numbers of views. */
  private readonly shared = new Map<string, Pick<PlannedLaunch, 'function'> & { operands: SharedOperand[] }>()

  constructor(
    private readonly width: number,
    /** Is given each function as soon as it is built, and returns its key. */
    private readonly keep: (fn: LoopFunction) => string,
    /** Buffers of which nothing changes between runs. */
    readonly fixed: ReadonlySet<DeviceBuffer> = new Set(),
  ) {}

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
    const { function: built, operands } = this.functionFor(request)
    const touched = new Set(operands.map(({ view }) => view.buffer))
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
      function: built,
      operands,
      grid: request.grid,
      inPlace,
      report,
    })
  }

  private functionFor(request: LaunchRequest): Built {
    if (!request.same) return this.build(request)
    const { text, views } = request.same
    const numbers = views.map((view) => views.findIndex((other) => sameView(view, other)))
    const key = `${request.name} ${numbers} ${text}`
    const known = this.shared.get(key)
    if (known) {
      const operands = known.operands.map(({ view, access }) => ({ view: views[view], access }))
      return { function: known.function, operands }
    }
    const built = this.build(request)
    const operands = built.operands.map(({ view, access }) => {
      const number = views.findIndex((other) => sameView(view, other))
      if (number < 0) throw new InternalError(`${request.name} declares memory that it did not name`)
      return { view: number, access }
    })
    this.shared.set(key, { function: built.function, operands })
    return built
  }

  private build(request: LaunchRequest): Built {
    const b = new LoopBuilder(request.name, this.width)
    const declared = new DeclaredOperands(b)
    request.build(b, declared)
    return { function: this.keep(b.finish()), operands: declared.list }
  }
}

type Built = Pick<PlannedLaunch, 'function' | 'operands'>

interface SharedOperand {
  readonly view: number
  readonly access: Parameter['access']
}

const sameView = (a: BufferView, b: BufferView): boolean =>
  a.buffer === b.buffer && a.offset === b.offset && a.strides.join() === b.strides.join()

/** Declares one pointer parameter for each view and access. */
class DeclaredOperands implements Operands {
  readonly list: { view: BufferView; access: Parameter['access'] }[] = []
  private readonly pointers: Value<'ptr'>[] = []

  constructor(private readonly b: LoopBuilder) {}

  read = (view: BufferView): Value<'ptr'> => this.declare(view, 'read')
  write = (view: BufferView): Value<'ptr'> => this.declare(view, 'write')
  readWrite = (view: BufferView): Value<'ptr'> => this.declare(view, 'readwrite')

  private declare(view: BufferView, access: Parameter['access']): Value<'ptr'> {
    const at = this.list.findIndex((known) => known.access === access && sameView(known.view, view))
    if (at >= 0) return this.pointers[at]
    this.list.push({ view, access })
    const pointer = this.b.pointer(`${access === 'read' ? 'in' : 'out'}${this.list.length - 1}`, access)
    this.pointers.push(pointer)
    return pointer
  }
}
