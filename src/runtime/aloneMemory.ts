import { StateError } from '../errors.js'
import { bytesPerElement, type DType, type TypedArray } from '../graph/dtype.js'
import { AloneTeam } from './aloneTeam.js'
import { type DeviceMemory, grownBytes, pageBytes } from './deviceMemory.js'
import { elementsOf } from './elements.js'
import type { AloneMessage } from './messages.js'
import type { Platform } from './platform.js'
import { WorkerPool } from './workerPool.js'

/** The memory of a worker that shares none: messages carry everything in and out, in order with the runs. */
export class AloneMemory implements DeviceMemory {
  readonly pool: WorkerPool<AloneTeam>
  byteLength = pageBytes
  /** What the memory holds while no worker does. Undefined while one does. */
  private image: ArrayBuffer | undefined = new ArrayBuffer(0)

  constructor(
    platform: Pick<Platform, 'startWorker'>,
    readonly maximumBytes: number,
  ) {
    this.pool = new WorkerPool(async () => this.startTeam(platform))
  }

  grow(byteLength: number): void {
    this.byteLength = grownBytes(this.byteLength, byteLength, this.maximumBytes)
    this.change({ type: 'grow', byteLength: this.byteLength })
  }

  write(address: number, data: TypedArray): void {
    this.change({ type: 'write', address, data: data.slice().buffer })
  }

  read(address: number, dtype: DType, count: number): Promise<TypedArray> {
    const bytes = count * bytesPerElement[dtype]
    return this.pool.use(async (team) => elementsOf(dtype, await team.read(address, bytes)))
  }

  /** Ends the worker and keeps what is in memory for the next one. */
  close(): Promise<void> {
    return this.pool.close(async (team) => {
      this.image = await team.read(0, this.byteLength)
    })
  }

  private startTeam(platform: Pick<Platform, 'startWorker'>): AloneTeam {
    const { image } = this
    if (!image) {
      throw new StateError(
        'The worker that held all variables has died, and their values with it. Load them again after configure({}).',
      )
    }
    this.image = undefined
    const team = new AloneTeam(platform.startWorker(), this.maximumBytes / pageBytes)
    if (image.byteLength > 0) {
      team.change({ type: 'grow', byteLength: image.byteLength })
      team.change({ type: 'write', address: 0, data: image })
    }
    return team
  }

  private change(message: Extract<AloneMessage, { type: 'grow' | 'write' }>): void {
    // A failure to start is not lost: the run or read that needs the change fails with it too.
    this.pool.use(async (team) => team.change(message)).catch(() => {})
  }
}
