import { pageBytes } from './deviceMemory.js'
import type { AloneMessage, CodeMessage, StartAlone } from './messages.js'
import { WorkerCode } from './workerCode.js'
import type { WorkerPort } from './workerPort.js'

/**
 * The one worker of a page that cannot share memory: it owns device memory, and does what messages say in their order.
 */
export class AloneWorker {
  private readonly memory: WebAssembly.Memory
  private readonly code: WorkerCode

  constructor(
    private readonly port: WorkerPort,
    start: StartAlone,
  ) {
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: start.maximumPages })
    this.code = new WorkerCode(this.memory, 0, 1)
  }

  handleCode(message: CodeMessage): void {
    this.code.handle(message)
  }

  handle(message: AloneMessage): void {
    switch (message.type) {
      case 'grow':
        this.memory.grow((message.byteLength - this.memory.buffer.byteLength) / pageBytes)
        return
      case 'write':
        new Uint8Array(this.memory.buffer).set(new Uint8Array(message.data), message.address)
        return
      case 'read': {
        const { request, address, bytes } = message
        const data = this.memory.buffer.slice(address, address + bytes) as ArrayBuffer
        this.port.post({ type: 'answer', request, data }, [data])
        return
      }
      case 'run':
        this.run(message.request, message.program, message.bases)
        return
    }
  }

  private run(request: number, id: number, bases: readonly number[]): void {
    const program = this.code.program(id)
    try {
      program.prepared.run(bases, 0)
      this.port.post({ type: 'answer', request })
    } catch (error) {
      this.port.post({ type: 'answer', request, failure: this.code.failure(error, program) })
    }
  }
}
