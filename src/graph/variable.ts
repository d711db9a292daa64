import { ArgumentError, ShapeError } from '../errors.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { arrayOf, checkDtype, type DType, type Elements, type TypedArray } from './dtype.js'
import { getExecutor } from './executor.js'
import { inspected } from './inspected.js'
import { freshNodeId } from './node.js'
import { checkShape, type Shape, sameShape, showShape, sizeOf } from './shape.js'
import { Tensor } from './tensor.js'
import { assignedValue, isTracing, recordAssignment } from './trace.js'

/** Where a variable's elements live once a Program has used it. The executor that made it knows what is inside. */
export interface DeviceStorage {
  readonly owner: object
}

/**
 * The elements that a variable begins with, in row-major order: the numbers, or a function that writes them into the array it is given,
 * the same at each call. Such numbers take no memory until they are needed, and are written right where a device wants them.
 */
export type InitialValues = ArrayLike<number> | ((target: Elements | Float64Array) => void)

export interface VariableOptions {
  readonly name?: string
  readonly dtype?: DType
  /** Whether an optimizer may change it. Default: true. */
  readonly trainable?: boolean
  /** Maps a value to the nearest allowed one; an optimizer applies it after each update. Default: none. */
  readonly constraint?: (value: Tensor) => Tensor
  /** A penalty for a value, which a model adds to its loss. Default: none. */
  readonly regularizer?: (value: Tensor) => Tensor
}

const variableOptions: OptionKeys<VariableOptions> = {
  name: true,
  dtype: true,
  trainable: true,
  constraint: true,
  regularizer: true,
}

/**
 * State that outlives a step: a weight, an optimizer's slot, a moving statistic, a metric's sum, a counter.
 * It owns its storage; a traced step reads it with `value()` and changes it with `assign`.
 */
export class Variable {
  readonly name: string
  readonly dtype: DType
  trainable: boolean
  constraint: ((value: Tensor) => Tensor) | undefined
  regularizer: ((value: Tensor) => Tensor) | undefined
  /** Grows with each change. A tensor taken from `value()` stands for one version. */
  version = 0
  device: DeviceStorage | undefined
  private hostElements: TypedArray | undefined
  /** Writes the elements, as long as they are the first ones and nobody has asked for them. */
  private fill: ((target: Elements) => void) | undefined
  private lastSnapshot: { readonly version: number; readonly elements: WeakRef<TypedArray> } | undefined

  constructor(
    initial: InitialValues,
    readonly shape: Shape,
    options: VariableOptions = {},
  ) {
    checkOptions(options, 'Variable', "{ name: 'weight' }", variableOptions)
    this.name = options.name ?? 'variable'
    this.dtype = options.dtype ?? 'float32'
    checkDtype(this.dtype, `Variable ${this.name}`)
    checkShape(shape, `Variable ${this.name}`)
    this.trainable = options.trainable ?? true
    this.constraint = options.constraint
    this.regularizer = options.regularizer
    if (typeof initial === 'function') this.fill = initial
    else this.hostElements = this.checked(initial)
  }

  /** Elements on the host, as long as no device holds newer ones. */
  get host(): TypedArray | undefined {
    const { fill } = this
    if (!fill) return this.hostElements
    const elements = new arrayOf[this.dtype](this.size)
    fill(elements)
    this.host = elements
    return elements
  }

  set host(elements: TypedArray | undefined) {
    this.hostElements = elements
    this.fill = undefined
  }

  /** Writes the host's elements, of which a device has no newer ones, where the device wants them; says whether there are any. */
  writeInto(target: Elements): boolean {
    if (this.fill) this.fill(target)
    else if (this.hostElements) target.set(this.hostElements)
    else return false
    return true
  }

  get size(): number {
    return sizeOf(this.shape)
  }

  /** The value as of now: inside a trace, what was last assigned in it. */
  value(): Tensor {
    return assignedValue(this) ?? this.unassigned()
  }

  /** The value as of before the trace that is under way. */
  unassigned(): Tensor {
    const node = { type: 'variable', id: freshNodeId(), variable: this, version: this.version } as const
    return new Tensor(node, 0, this.shape, this.dtype)
  }

  /** Inside a trace: the value the variable has once the step is done. Gives it as `value()` does from now on. */
  assign(value: Tensor): Tensor {
    if (!sameShape(value.shape, this.shape) || value.dtype !== this.dtype) {
      throw new ShapeError(
        `Variable ${this.name}: expected ${this.dtype} ${showShape(this.shape)}, received ${value.dtype} ${showShape(value.shape)}.`,
      )
    }
    return recordAssignment(this, value)
  }

  /** Outside a trace: replaces the elements. Takes effect for every run started later. */
  write(data: ArrayLike<number>): void {
    if (isTracing())
      throw new ArgumentError(`Variable ${this.name}: write(...) inside a trace. Use assign(tensor) there.`)
    // What a device holds is older from now on; its executor sees that by the version, and reuses the place.
    this.host = this.checked(data)
    this.version++
  }

  /** The elements in row-major order, as the caller's own copy. */
  async data(): Promise<TypedArray> {
    if (this.host) return new arrayOf[this.dtype](this.host)
    return (await getExecutor()).readVariable(this)
  }

  /**
   * The elements in row-major order, to be looked at and never changed (see `isSnapshot`): whoever asks before the variable changes gets the
   * same array, so that a model that several keep of one moment is copied once.
   */
  async snapshot(): Promise<TypedArray> {
    const executor = await getExecutor()
    // What is on the host is replaced, never changed.
    if (this.host) return markSnapshot(this.host)
    const { version, lastSnapshot } = this
    const known = lastSnapshot?.version === version ? lastSnapshot.elements.deref() : undefined
    if (known) return known
    const elements = markSnapshot(await executor.readVariable(this))
    this.lastSnapshot = { version, elements: new WeakRef(elements) }
    return elements
  }

  toString(): string {
    return `Variable(${this.name} ${this.dtype} ${showShape(this.shape)})`
  }

  /** What Node's console shows. */
  [inspected](): string {
    return `${this}`
  }

  private checked(data: ArrayLike<number>): TypedArray {
    if (data.length !== this.size) {
      throw new ShapeError(
        `Variable ${this.name}: expected ${this.size} numbers for shape ${showShape(this.shape)}, received ${data.length}.`,
      )
    }
    return new arrayOf[this.dtype](data)
  }
}

const snapshots = new WeakSet<TypedArray>()

function markSnapshot(elements: TypedArray): TypedArray {
  snapshots.add(elements)
  return elements
}

/** Whether an array is a variable's `snapshot`, which never changes, so that it need not be copied. */
export const isSnapshot = (value: unknown): boolean => snapshots.has(value as TypedArray)
