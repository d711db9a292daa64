import { InternalError } from '../errors.js'
import { arrayOf, type TypedArray } from '../graph/dtype.js'
import type { DeviceStorage, Variable } from '../graph/variable.js'
import type { BufferAllocator } from './allocator.js'
import { DeviceBuffer } from './deviceBuffer.js'
import type { DeviceMemory } from './deviceMemory.js'
import { bytesOfType } from './elements.js'
import type { RunQueue } from './runQueue.js'

/** A variable's place in the memory of one executor. */
class VariableStorage implements DeviceStorage {
  constructor(
    readonly owner: VariableStore,
    readonly buffer: DeviceBuffer,
    /** The version of the variable that is in the buffer once all queued runs are done. */
    public version: number,
  ) {}
}

/** Where a run finds a variable. */
export interface BoundVariable {
  readonly buffer: DeviceBuffer
  /** Set while the elements are still on their way from another executor. */
  readonly arrival?: Promise<void>
}

/** Keeps variables in device memory: brings them there, reads them back, and frees those that were collected. */
export class VariableStore {
  private readonly collected = new FinalizationRegistry<DeviceBuffer>((buffer) => buffer.discard())

  constructor(
    private readonly allocator: BufferAllocator,
    private readonly memory: DeviceMemory,
    private readonly queue: RunQueue,
  ) {}

  /** The variable's buffer, holding its newest elements by the time that a run queued now starts. */
  bind(variable: Variable): BoundVariable {
    const known = variable.device instanceof VariableStorage ? variable.device : undefined
    if (known?.owner === this) {
      if (known.version === variable.version) return known
      if (!known.buffer.pinned && variable.host) {
        this.memory.write(known.buffer.address, variable.host)
        known.version = variable.version
        return known
      }
    }
    const buffer = new DeviceBuffer(this.allocator, bytesOfType(variable))
    let arrival: Promise<void> | undefined
    try {
      arrival = this.fill(buffer, variable, known)
    } catch (error) {
      // First values may be a user's function.
      buffer.discard()
      throw error
    }
    const storage = new VariableStorage(this, buffer, variable.version)
    this.collected.register(storage, buffer)
    known?.buffer.discard()
    variable.device = storage
    return { buffer, arrival }
  }

  /** Notes that a queued run gives the variable new elements in its buffer here. */
  assigned(variable: Variable): void {
    const storage = variable.device
    if (!(storage instanceof VariableStorage) || storage.owner !== this) {
      throw new InternalError(`Variable ${variable.name} is assigned where it is not stored.`)
    }
    variable.version++
    variable.host = undefined
    storage.version = variable.version
  }

  /** The elements as of the runs queued so far, from whichever executor has them. */
  async read(variable: Variable): Promise<TypedArray> {
    if (variable.host) return new arrayOf[variable.dtype](variable.host)
    if (!(variable.device instanceof VariableStorage)) {
      throw new InternalError(`Variable ${variable.name} has elements neither on the host nor on a device.`)
    }
    const { owner, buffer } = variable.device
    return owner.readBuffer(buffer, variable)
  }

  private fill(
    buffer: DeviceBuffer,
    variable: Variable,
    elsewhere: VariableStorage | undefined,
  ): Promise<void> | undefined {
    const place = this.memory.inPlace?.(buffer.address, variable.dtype, variable.size)
    if (place && variable.writeInto(place)) return undefined
    if (variable.host) {
      this.memory.write(buffer.address, variable.host)
      return undefined
    }
    if (!elsewhere) throw new InternalError(`Variable ${variable.name} has elements nowhere.`)
    return this.read(variable).then((elements) => this.memory.write(buffer.address, elements))
  }

  private readBuffer(buffer: DeviceBuffer, { dtype, size }: Variable): Promise<TypedArray> {
    buffer.pin()
    return this.queue.push({
      alone: true,
      start: async () => this.memory.read(buffer.address, dtype, size),
      finish: () => buffer.unpin(),
    })
  }
}
