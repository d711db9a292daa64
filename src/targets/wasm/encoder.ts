import { InternalError } from '../../errors.js'

/** Bytes of a WebAssembly binary, appended in order. Integers are LEB128, floats little-endian. */
export class ByteWriter {
  private bytes = new Uint8Array(256)
  private used = 0

  get length(): number {
    return this.used
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.used++] = value
  }

  raw(values: ArrayLike<number>): void {
    this.reserve(values.length)
    this.bytes.set(values, this.used)
    this.used += values.length
  }

  /** Unsigned LEB128 of a number in `[0, 2^32)`. */
  unsigned(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
      throw new InternalError(`an unsigned 32-bit integer was expected in a WASM module, not ${value}`)
    }
    let rest = value
    while (rest >= 128) {
      this.byte((rest % 128) | 128)
      rest = Math.floor(rest / 128)
    }
    this.byte(rest)
  }

  /** Signed LEB128 of a number taken modulo 2^32. */
  signed(value: number): void {
    let rest = value | 0
    while (rest < -64 || rest > 63) {
      this.byte((rest & 127) | 128)
      rest >>= 7
    }
    this.byte(rest & 127)
  }

  float32(value: number): void {
    this.raw(new Uint8Array(new Float32Array([value]).buffer))
  }

  /** UTF-8 text after its length. */
  text(value: string): void {
    const encoded = new TextEncoder().encode(value)
    this.unsigned(encoded.length)
    this.raw(encoded)
  }

  /** Another writer's bytes after their length. */
  sized(content: ByteWriter): void {
    this.unsigned(content.used)
    this.append(content)
  }

  append(content: ByteWriter): void {
    this.raw(content.bytes.subarray(0, content.used))
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.used)
  }

  private reserve(count: number): void {
    if (this.used + count <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.used + count))
    larger.set(this.bytes)
    this.bytes = larger
  }
}

/** Types that locals, parameters and results of WASM code have here. */
export type WasmType = 'i32' | 'f32' | 'v128'

export const wasmTypeCode: Record<WasmType, number> = { i32: 0x7f, f32: 0x7d, v128: 0x7b }

/** A memory that a module imports as `env.memory`. Sizes are in pages of 64 KiB. */
export interface MemoryImport {
  readonly minimumPages: number
  readonly maximumPages: number
  readonly shared: boolean
}

/** A function of a module: it returns nothing, or one value. */
export interface FunctionDefinition {
  /** The name under which it is exported. */
  readonly exportName: string
  /** The name that profilers and disassemblers show. */
  readonly debugName: string
  readonly parameters: readonly WasmType[]
  readonly results: readonly WasmType[]
  /** Types of the locals after the parameters. */
  readonly locals: readonly WasmType[]
  /** The instructions, with the final `end`. */
  readonly code: ByteWriter
}

/** A function that is in no module yet, and has no name there. */
export type LooseFunction = Omit<FunctionDefinition, 'exportName'>

const sections = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 } as const

/** The bytes of a module of functions over one imported memory (or none). */
export function encodeModule(
  functions: readonly FunctionDefinition[],
  memory: MemoryImport | undefined,
): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter()
  writer.raw([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])
  const section = (id: keyof typeof sections, content: ByteWriter): void => {
    writer.byte(sections[id])
    writer.sized(content)
  }
  const signatures = distinctSignatures(functions)
  section('type', typeSection(signatures))
  if (memory) section('import', importSection(memory))
  section(
    'function',
    vector(functions, (item, out) => out.unsigned(signatures.indexOf(signature(item)))),
  )
  section(
    'export',
    vector(functions, (item, out, index) => {
      out.text(item.exportName)
      out.byte(0x00)
      out.unsigned(index)
    }),
  )
  section(
    'code',
    vector(functions, (item, out) => out.sized(functionBody(item))),
  )
  section('custom', nameSection(functions))
  return writer.finish()
}

/** A count, then each item. */
function vector<T>(
  items: readonly T[],
  write: (item: T, out: ByteWriter, index: number) => void,
): ByteWriter {
  const out = new ByteWriter()
  out.unsigned(items.length)
  items.forEach((item, index) => write(item, out, index))
  return out
}

const signature = (item: FunctionDefinition): string =>
  `${item.parameters.join(' ')}:${item.results.join(' ')}`

const distinctSignatures = (functions: readonly FunctionDefinition[]): string[] => [
  ...new Set(functions.map(signature)),
]

function typeSection(signatures: readonly string[]): ByteWriter {
  return vector(signatures, (text, out) => {
    out.byte(0x60)
    for (const side of text.split(':')) {
      const types = side.split(' ').filter((type) => type !== '') as WasmType[]
      out.append(vector(types, (type, types) => types.byte(wasmTypeCode[type])))
    }
  })
}

function importSection(memory: MemoryImport): ByteWriter {
  return vector([memory], ({ minimumPages, maximumPages, shared }, out) => {
    out.text('env')
    out.text('memory')
    out.byte(0x02)
    out.byte(shared ? 0x03 : 0x01)
    out.unsigned(minimumPages)
    out.unsigned(maximumPages)
  })
}

function functionBody({ locals, code }: FunctionDefinition): ByteWriter {
  const runs: { type: WasmType; count: number }[] = []
  for (const type of locals) {
    const last = runs.at(-1)
    if (last?.type === type) last.count++
    else runs.push({ type, count: 1 })
  }
  const body = vector(runs, ({ type, count }, out) => {
    out.unsigned(count)
    out.byte(wasmTypeCode[type])
  })
  body.append(code)
  return body
}

/** The custom section `name`, subsection 1: names of functions. */
function nameSection(functions: readonly FunctionDefinition[]): ByteWriter {
  const names = vector(functions, (item, out, index) => {
    out.unsigned(index)
    out.text(item.debugName)
  })
  const out = new ByteWriter()
  out.text('name')
  out.byte(0x01)
  out.sized(names)
  return out
}
