import { InternalError } from '../../errors.js'
import { wasmTypeCode } from './encoder.js'
import { instructions, type WasmInstruction } from './instructions.js'

const codeSection = 10
const customSection = 0
const emptyBlock = 0x40

/**
 * A module of ours as text: each function under its name, one instruction a line, blocks indented. It reads the
 * table that the encoder writes from, so it knows the instructions that Gradus emits and no others.
 */
export function disassemble(module: Uint8Array): string {
  const reader = new Reader(module)
  reader.skip(8)
  let bodies: Reader[] = []
  let names: string[] = []
  while (!reader.atEnd) {
    const id = reader.byte()
    const content = reader.sized()
    if (id === codeSection) bodies = content.vector((item) => item.sized())
    else if (id === customSection && content.text() === 'name' && content.byte() === 1) {
      names = content.sized().vector((item) => {
        item.unsigned()
        return item.text()
      })
    }
  }
  return bodies.map((body, i) => `function ${i} ${names[i] ?? ''}\n${functionText(body)}`).join('\n')
}

function functionText(body: Reader): string {
  const locals = body.vector((item) => `${item.unsigned()} x ${typeName(item.byte())}`)
  const lines = locals.length > 0 ? [`  locals ${locals.join(', ')}`] : []
  let depth = 1
  while (!body.atEnd) {
    const name = readName(body)
    if (name === 'end' || name === 'else') depth--
    if (depth > 0) lines.push(`${'  '.repeat(depth)}${[name, ...immediates(body, name)].join(' ')}`)
    if (name === 'block' || name === 'loop' || name === 'if' || name === 'else') depth++
  }
  return `${lines.join('\n')}\n`
}

function readName(body: Reader): WasmInstruction {
  const first = body.byte()
  const key = first === 0xfc || first === 0xfd ? `${first} ${body.unsigned()}` : `${first}`
  const name = nameOfOpcode.get(key)
  if (name) return name
  throw new InternalError(`opcode ${key} is not in the instruction table`)
}

function immediates(body: Reader, name: WasmInstruction): (string | number)[] {
  const kind = instructions[name].immediate
  switch (kind) {
    case 'none':
      return []
    case 'local':
    case 'label':
      return [body.unsigned()]
    case 'lane':
      return [`lane=${body.byte()}`]
    case 'block': {
      const type = body.byte()
      return type === emptyBlock ? [] : [typeName(type)]
    }
    case 'i32':
      return [body.signed()]
    case 'f32':
      return [body.float32()]
    case 'bytes':
      return [Array.from(body.raw(16), (byte) => byte.toString(16).padStart(2, '0')).join('')]
    case 'memory':
      body.unsigned()
      return [`offset=${body.unsigned()}`]
    case 'memoryLane':
      body.unsigned()
      return [`offset=${body.unsigned()}`, `lane=${body.byte()}`]
  }
}

const typeName = (code: number): string =>
  Object.entries(wasmTypeCode).find(([, known]) => known === code)?.[0] ?? `type ${code}`

/** Names by opcode as it is read: a byte, or a prefix and its number. */
const nameOfOpcode = new Map(
  Object.entries(instructions).map(([name, { opcode }]) => {
    const [first, ...number] = opcode
    const value = number.reduce((sum, byte, i) => sum + (byte & 127) * 128 ** i, 0)
    return [number.length > 0 ? `${first} ${value}` : `${first}`, name as WasmInstruction] as const
  }),
)

/** Bytes of a WebAssembly binary, read in order. */
class Reader {
  private at = 0

  constructor(private readonly bytes: Uint8Array) {}

  get atEnd(): boolean {
    return this.at >= this.bytes.length
  }

  skip(count: number): void {
    this.at += count
  }

  byte(): number {
    return this.bytes[this.at++]
  }

  raw(count: number): Uint8Array {
    this.at += count
    return this.bytes.subarray(this.at - count, this.at)
  }

  unsigned(): number {
    let value = 0
    for (let weight = 1; ; weight *= 128) {
      const byte = this.byte()
      value += (byte & 127) * weight
      if (byte < 128) return value
    }
  }

  signed(): number {
    let value = 0
    let shift = 0
    for (;;) {
      const byte = this.byte()
      value |= (byte & 127) << shift
      shift += 7
      if (byte < 128) return shift < 32 && (byte & 64) !== 0 ? value | (-1 << shift) : value
    }
  }

  float32(): number {
    const bytes = this.raw(4)
    return new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true)
  }

  text(): string {
    return new TextDecoder().decode(this.raw(this.unsigned()))
  }

  /** What stands after its length. */
  sized(): Reader {
    return new Reader(this.raw(this.unsigned()))
  }

  /** A count, then each item. */
  vector<T>(item: (reader: Reader) => T): T[] {
    return Array.from({ length: this.unsigned() }, () => item(this))
  }
}
