import { type HostDType, HostTensor, hostArrayOf } from './hostTensor.js'
import { KerasObject } from './kerasObject.js'

/**
 * Messages to and from `conformance/keras_server.py`: a 32-bit little-endian length, that many bytes of JSON, and the raw
 * elements of its tensors one after another. In the JSON a tensor is `{ "$tensor": i }`, a Keras object to make is
 * `{ "$keras": path, "config": ... }`.
 */
export function encodeMessage(body: Readonly<Record<string, unknown>>): Uint8Array {
  const tensors: HostTensor[] = []
  const encode = (value: unknown): unknown => {
    if (value instanceof HostTensor) return { $tensor: tensors.push(value) - 1 }
    if (value instanceof KerasObject) {
      return { $keras: value.path, ...(value.config && { config: encode(value.config) }) }
    }
    if (Array.isArray(value)) return value.map(encode)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]))
  }
  const encoded = encode(body) as object
  const specs = tensors.map(({ dtype, shape }) => ({ dtype, shape }))
  const text = Buffer.from(JSON.stringify({ ...encoded, tensors: specs }))
  const head = Buffer.alloc(4)
  head.writeUInt32LE(text.length)
  const elements = tensors.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength))
  return Buffer.concat([head, text, ...elements])
}

interface TensorSpec {
  readonly dtype: HostDType
  readonly shape: readonly number[]
}

type Header = Readonly<Record<string, unknown>> & { readonly tensors: readonly TensorSpec[] }

/** Puts messages together from the pieces in which they arrive. */
export class MessageReader {
  private pending = Buffer.alloc(0)

  constructor(private readonly onMessage: (body: Readonly<Record<string, unknown>>) => void) {}

  push(piece: Uint8Array): void {
    this.pending = Buffer.concat([this.pending, piece])
    for (let size = this.take(); size > 0; size = this.take()) this.pending = this.pending.subarray(size)
  }

  /** Hands on the first message if it is complete, and says how many bytes it had, else 0. */
  private take(): number {
    const { pending } = this
    if (pending.length < 4) return 0
    let at = 4 + pending.readUInt32LE(0)
    if (pending.length < at) return 0
    // JSON written by Python may hold NaN and Infinity, which are no JSON.
    const text = pending
      .toString('utf8', 4, at)
      .replaceAll(/(?<=[:[,] ?)(-?Infinity|NaN)(?=[,\]} ])/g, '"$1"')
    const { tensors: specs, ...body } = JSON.parse(text) as Header
    const sizes = specs.map(({ dtype, shape }) => shape.reduce((a, b) => a * b, 1) * bytesOf(dtype))
    if (pending.length < at + sizes.reduce((a, b) => a + b, 0)) return 0
    const tensors = specs.map(({ dtype, shape }, i) => {
      const bytes = Uint8Array.from(pending.subarray(at, at + sizes[i]))
      at += sizes[i]
      return new HostTensor(dtype, shape, viewOf(dtype, bytes.buffer))
    })
    this.onMessage(decode(body, tensors) as Readonly<Record<string, unknown>>)
    return at
  }
}

const bytesOf = (dtype: HostDType): number => new hostArrayOf[dtype](0).BYTES_PER_ELEMENT

function viewOf(dtype: HostDType, buffer: ArrayBuffer) {
  if (dtype === 'float32') return new Float32Array(buffer)
  if (dtype === 'float64') return new Float64Array(buffer)
  return dtype === 'int32' ? new Int32Array(buffer) : new Uint8Array(buffer)
}

function decode(value: unknown, tensors: readonly HostTensor[]): unknown {
  if (Array.isArray(value)) return value.map((item) => decode(item, tensors))
  if (typeof value !== 'object' || value === null) return value
  if ('$tensor' in value) return tensors[value.$tensor as number]
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item, tensors)]))
}
