import { ArgumentError, ShapeError } from '../errors.js'
import { arrayOf, type DType, type TypedArray } from './dtype.js'
import { getExecutor } from './executor.js'
import { freshNodeId } from './node.js'
import { type Shape, sameShape, showShape, sizeOf } from './shape.js'
import { Tensor } from './tensor.js'
import { assignedValue, isTracing, recordAssignment } from './trace.js'

/** Where a variable's elements live once a Program has used it. The executor that made it knows what is inside. */
export interface DeviceStorage {
  readonly owner: object
}

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
  /** Elements on the host, as long as no device holds newer ones. */
  host: TypedArray | undefined
  device: DeviceStorage | undefined
  private lastSnapshot: Snapshot | undefined

  constructor(
    initial: ArrayLike<number>,
    readonly shape: Shape,
    options: VariableOptions = {},
  ) {
    this.name = options.name ?? 'variable'
    this.dtype = options.dtype ?? 'float32'
    this.trainable = options.trainable ?? true
    this.constraint = options.constraint
    this.regularizer = options.regularizer
    this.host = this.checked(initial)
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
   * The elements in row-major order, to be looked at and never changed: whoever asks before the variable changes gets the same array, so that
   * a model that several keep of one moment is copied once. Who has no more use for it may say so: see `releaseSnapshots`.
   */
  async snapshot(): Promise<TypedArray> {
    const executor = await getExecutor()
    // What is on the host is replaced, never changed.
    if (this.host) return this.host
    const last = this.lastSnapshot
    const known = last?.version === this.version ? last.hold() : undefined
    if (known) return new arrayOf[this.dtype](await known)
    // There before anybody waits, so that the next who asks finds it.
    this.lastSnapshot = new Snapshot(this.version)
    const elements = executor.readVariable(this, last?.takeUnused())
    return new arrayOf[this.dtype](await this.lastSnapshot.fill(elements))
  }

  /** Lets go of the memory of the last snapshot, which the next would use again. */
  forgetSnapshot(): void {
    this.lastSnapshot = undefined
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

/** The memory with the elements of one version, and how many look at it. */
class Snapshot {
  private holders = 0
  private reading: Promise<ArrayBuffer> | undefined
  private memory: WeakRef<ArrayBuffer> | undefined
  /** The memory, while nobody looks at it. */
  private unused: ArrayBuffer | undefined

  constructor(readonly version: number) {}

  /** Takes the elements, when they come, for the first who looks at them. */
  fill(elements: Promise<TypedArray>): Promise<ArrayBuffer> {
    this.holders++
    this.reading = this.arrival(elements)
    return this.reading
  }

  private async arrival(elements: Promise<TypedArray>): Promise<ArrayBuffer> {
    try {
      const { buffer } = await elements
      this.memory = new WeakRef(buffer)
      snapshots.set(buffer, this)
      return buffer
    } finally {
      this.reading = undefined
    }
  }

  /** Counts one more who looks at it; none if those who did are gone, and it with them, or it could not be read. */
  hold(): Promise<ArrayBuffer> | ArrayBuffer | undefined {
    const memory = this.reading ?? this.memory?.deref()
    if (!memory) return undefined
    this.holders++
    this.unused = undefined
    return memory
  }

  release(): void {
    if (--this.holders === 0) this.unused = this.memory?.deref()
  }

  /** The memory, for another snapshot, if nobody looks at this one any more. */
  takeUnused(): ArrayBuffer | undefined {
    const { unused } = this
    this.unused = undefined
    return unused
  }
}

/** The snapshots whose memory these are. */
const snapshots = new WeakMap<ArrayBufferLike, Snapshot>()

/**
 * Says once more for each of these arrays, or bytes of them, that somebody looks at it, if it is a variable's snapshot.
 */
export const holdSnapshot = (array: ArrayBufferView): boolean => {
  const snapshot = snapshots.get(array.buffer)
  snapshot?.hold()
  return snapshot !== undefined
}

/**
 * Says that those who got these arrays, once for each of them, look at them no more; bytes of an array stand for it, and what is no snapshot is
 * passed over. Once that is said for all who got a snapshot, its memory is used for the variable's next: fresh memory for a copy of the
 * model each epoch has the garbage collector run in each. Where it is never said, nothing is used again.
 */
export function releaseSnapshots(arrays: readonly ArrayBufferView[]): void {
  for (const array of arrays) snapshots.get(array.buffer)?.release()
}
