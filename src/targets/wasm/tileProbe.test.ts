import { afterEach, describe, expect, it, vi } from 'vitest'
import { interpret } from '../../loops/interpreter.js'
import { verify } from '../../loops/verify.js'
import { defaultTile, microKernel, probeTiles } from './tileProbe.js'

describe('probeTiles', () => {
  afterEach(() => vi.restoreAllMocks())

  it.each([
    { relaxedMadd: false, threads: false },
    { relaxedMadd: false, threads: true },
  ])('measures every candidate and picks one of them (%o)', (features) => {
    const { tile, gflops, all } = probeTiles(features)
    expect(all).toContainEqual({ tile, gflops })
    expect(all[0].tile).toEqual(defaultTile)
    for (const candidate of all) expect(candidate.gflops).toBeGreaterThan(0)
    expect(gflops).toBeGreaterThanOrEqual(all[0].gflops)
  })

  it('falls back to the default where the clock is too coarse', () => {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => Math.floor(now++ / 3))
    expect(probeTiles({ relaxedMadd: false, threads: false })).toEqual({
      tile: defaultTile,
      gflops: undefined,
      all: [],
    })
  })
})

describe('microKernel', () => {
  it('multiplies a tile', () => {
    const [rows, vectors, depth] = [3, 2, 128]
    const fn = microKernel({ rows, vectors })
    verify(fn)
    const columns = vectors * 4
    const left = Float32Array.from({ length: rows * depth }, (_, i) => (i % 7) - 3)
    const right = Float32Array.from({ length: depth * columns }, (_, i) => (i % 5) - 2)
    const memory = new Float32Array([...left, ...right, ...new Float32Array(rows * columns)])
    const at = [0, left.length * 4, (left.length + right.length) * 4]
    interpret(fn, memory.buffer, at, 0, 1, { fusedMulAdd: true })
    const expected = Array.from({ length: rows * columns }, (_, i) => {
      const [r, c] = [Math.floor(i / columns), i % columns]
      let sum = 0
      for (let k = 0; k < depth; k++) sum += left[r * depth + k] * right[k * columns + c]
      return sum
    })
    expect([...memory.subarray(left.length + right.length)]).toEqual(expected)
  })
})
