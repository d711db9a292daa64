import { describe, expect, it } from 'vitest'
import { readElements } from './elements.js'

describe('readElements', () => {
  it('turns the bytes of big-endian files round', () => {
    const view = new DataView(new ArrayBuffer(16))
    view.setFloat32(0, 1.5)
    view.setFloat32(4, -2)
    view.setBigInt64(8, -3n)
    const bytes = new Uint8Array(view.buffer)
    expect(readElements(bytes.subarray(0, 8), 'float32', 'x', false).data).toEqual(Float32Array.of(1.5, -2))
    expect(readElements(bytes.subarray(8), 'int64', 'x', false).data).toEqual(Int32Array.of(-3))
  })

  it('copies, so that a file can be forgotten, and reads at any place', () => {
    const bytes = new Uint8Array(9)
    bytes.set(new Uint8Array(Float32Array.of(1, 2).buffer), 1)
    const { data } = readElements(bytes.subarray(1), 'float32', 'x')
    bytes.fill(0)
    expect(data).toEqual(Float32Array.of(1, 2))
  })
})
