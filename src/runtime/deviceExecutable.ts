import type { TypedArray } from '../graph/dtype.js'
import type { Executable, Look } from '../graph/executor.js'
import type { DeviceExecutor } from './deviceExecutor.js'
import { reportText } from './reportText.js'
import type { RunRequest } from './run.js'

/** A trace compiled on one executor, with its constants in device memory. */
export class DeviceExecutable implements Executable {
  constructor(
    private readonly executor: DeviceExecutor,
    private readonly request: RunRequest,
  ) {}

  run(inputs: readonly TypedArray[]): Promise<TypedArray[]> {
    return this.executor.run(this.request, inputs)
  }

  runInPlace<T>(inputs: readonly TypedArray[], look: Look<T>): Promise<T> {
    return this.executor.run(this.request, inputs, look)
  }

  get report(): string {
    return reportText(this.request.cached.program.report)
  }

  get arenaBytes(): number {
    return this.request.cached.program.arenaBytes
  }
}
