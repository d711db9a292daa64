import { ByteWriter, type WasmType } from './encoder.js'
import { type ImmediatesOf, type WasmInstruction, writeInstruction } from './instructions.js'

const vectorBytes = 16

/** The instructions and locals of one function while it is emitted. */
export class CodeWriter {
  /** Types of the locals after the parameters. */
  readonly locals: WasmType[] = []
  private readonly body = new ByteWriter()
  private readonly prologue = new ByteWriter()
  private readonly constants = new Map<string, number>()

  constructor(private readonly parameterCount: number) {}

  emit<N extends WasmInstruction>(name: N, ...immediates: ImmediatesOf<N>): void {
    writeInstruction(this.body, name, ...immediates)
  }

  /** A new local. */
  local(type: WasmType): number {
    this.locals.push(type)
    return this.parameterCount + this.locals.length - 1
  }

  /**
   * Pushes a vector constant of four 32-bit lanes. V8 needs several instructions to make one, so each is made once, at
   * the start of the function, and read from a local where it is used; zero costs nothing and is made in place.
   */
  vectorConstant(lanes: Float32Array | Int32Array): void {
    const bytes = new Uint8Array(lanes.buffer, lanes.byteOffset, vectorBytes)
    if (bytes.every((byte) => byte === 0)) {
      this.emit('v128.const', bytes)
      return
    }
    const key = bytes.join()
    let index = this.constants.get(key)
    if (index === undefined) {
      index = this.local('v128')
      this.constants.set(key, index)
      writeInstruction(this.prologue, 'v128.const', bytes)
      writeInstruction(this.prologue, 'local.set', index)
    }
    this.emit('local.get', index)
  }

  /** The whole function's code. */
  finish(): ByteWriter {
    const code = new ByteWriter()
    code.append(this.prologue)
    code.append(this.body)
    writeInstruction(code, 'end')
    return code
  }
}
