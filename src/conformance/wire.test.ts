import { describe, expect, it } from 'vitest'
import { HostTensor } from './hostTensor.js'
import { object } from './kerasObject.js'
import { floats, integers } from './samples.js'
import { encodeMessage, MessageReader } from './wire.js'

const received = (pieces: readonly Uint8Array[]) => {
  const messages: unknown[] = []
  const reader = new MessageReader((message) => messages.push(message))
  for (const piece of pieces) reader.push(piece)
  return messages
}

const body = {
  operation: 'layer',
  inputs: [floats([2, 2], [1, 2, 3, Number.NaN]), integers([3], [1, -2, 3])],
  nested: { weights: new HostTensor('float64', [], Float64Array.of(0.1)), flags: [true, null, 'x'] },
}

describe('messages', () => {
  it('come back as they were sent', () => {
    expect(received([encodeMessage(body)])).toEqual([body])
  })

  it('are put together from pieces, and taken apart where several arrive at once', () => {
    const bytes = Buffer.concat([encodeMessage(body), encodeMessage({ second: 2 })])
    const pieces = Array.from({ length: bytes.length }, (_, i) => bytes.subarray(i, i + 1))
    expect(received(pieces)).toEqual([body, { second: 2 }])
    expect(received([bytes])).toEqual([body, { second: 2 }])
  })

  it('name Keras objects with their settings', () => {
    const bytes = encodeMessage({ target: object('losses.Huber', { delta: 0.5 }) })
    expect(received([bytes])).toEqual([{ target: { $keras: 'losses.Huber', config: { delta: 0.5 } } }])
  })

  it('may hold the infinities that Python writes as JSON', () => {
    const text = Buffer.from('{"a": [Infinity, -Infinity], "b": NaN, "c": "a NaN, and", "tensors": []}')
    const head = Buffer.alloc(4)
    head.writeUInt32LE(text.length)
    const [message] = received([Buffer.concat([head, text])])
    expect(message).toEqual({ a: ['Infinity', '-Infinity'], b: 'NaN', c: 'a NaN, and' })
  })
})
