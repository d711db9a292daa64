import { describe, expect, it } from 'vitest'
import * as layers from '../layers/index.js'
import { tensor } from '../ops/tensor.js'
import { show } from './show.js'

describe('show', () => {
  it('quotes texts, and cuts what is long', () => {
    expect(show('relu')).toBe("'relu'")
    expect(show('3')).toBe("'3'")
    expect(show('a'.repeat(200)).length).toBeLessThan(70)
    expect(show(new Array(1000).fill(0))).toBe('a list of 1000')
  })

  it('writes data as in programs', () => {
    expect([3, null, undefined, true, Number.NaN].map(show)).toEqual([
      '3',
      'null',
      'undefined',
      'true',
      'NaN',
    ])
    expect(show([1, [2, 'a']])).toBe("[1, [2, 'a']]")
    expect(show({ units: 3, name: 'a' })).toBe("{ units: 3, name: 'a' }")
    expect(show({})).toBe('{}')
    expect(show(new Float32Array(4))).toBe('Float32Array of 4')
    expect([show(1n), show(new DataView(new ArrayBuffer(4)))]).toEqual(['1n', 'a DataView'])
  })

  it('says what else it is, and what was probably forgotten', () => {
    expect(show(layers.Dense)).toBe('the class Dense (is new missing?)')
    // A bundler renames classes.
    class Renamed extends Map {
      static readonly className = 'Dense'
    }
    expect(show(Renamed)).toBe('the class Dense (is new missing?)')
    expect(show(layers.dense)).toBe('the function dense (is a call missing?)')
    expect(show(() => 1)).toBe('a function (is a call missing?)')
    expect(show(new Map([[1, 2]]))).toBe('a Map of 1')
    expect(show(Promise.resolve(1))).toBe('a Promise (is await missing?)')
    expect(show(tensor([1, 2]))).toBe('Tensor(float32 [2])')
    expect(show(layers.dense(3, { name: 'd' }))).toBe('<Dense name=d, built=false>')
    expect(show(new (class Thing {})())).toBe('{}')
  })
})
