import { describe, expect, it } from 'vitest'
import { readJson, writeJson } from './json.js'

describe('writeJson', () => {
  it('writes floats of Keras with a point, and counts without', () => {
    const config = {
      units: 3,
      momentum: 0,
      learning_rate: 1,
      epsilon: 1e-7,
      axis: -1,
      values: [1, 0.5],
      boundaries: [100, 200],
      nested: { rate: 0, name: 'a "b"\n', none: null, list: [], flag: true },
    }
    expect(writeJson(config)).toBe(
      '{"units": 3, "momentum": 0.0, "learning_rate": 1.0, "epsilon": 1e-7, "axis": -1, "values": [1.0, 0.5], ' +
        '"boundaries": [100, 200], "nested": {"rate": 0.0, "name": "a \\"b\\"\\n", "none": null, "list": [], "flag": true}}',
    )
  })

  it('writes weights of losses with a point, whatever the outputs are called', () => {
    expect(writeJson({ loss_weights: { kind: 1, units: [2] } })).toBe(
      '{"loss_weights": {"kind": 1.0, "units": [2.0]}}',
    )
  })

  it('writes what JSON does not have as Python does', () => {
    expect(writeJson({ max_value: Number.POSITIVE_INFINITY, rate: Number.NaN, mean: -0 })).toBe(
      '{"max_value": Infinity, "rate": NaN, "mean": -0.0}',
    )
  })
})

describe('readJson', () => {
  it('reads what Python writes', () => {
    const text = '{"a": [NaN, -Infinity, 1.0], "b": "NaN \\" Infinity", "c": {"d": Infinity}}'
    expect(readJson(text, 'x')).toEqual({
      a: [Number.NaN, Number.NEGATIVE_INFINITY, 1],
      b: 'NaN " Infinity',
      c: { d: Number.POSITIVE_INFINITY },
    })
    const value = { a: Number.POSITIVE_INFINITY, b: ['x', Number.NaN] }
    expect(readJson(writeJson(value), 'x')).toEqual(value)
  })

  it.each([
    ['no JSON', '{"a": ', /x: is no JSON/],
    ['a list', '[1]', /x: expected a JSON object/],
    ['nothing', '', /x: is no JSON/],
    ['bytes that are no text', Uint8Array.of(0x7b, 0xff, 0x7d), /x: is no JSON/],
    [
      'endless nesting',
      `{"a": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      /x: nests more than 200 objects/,
    ],
    ['nested tokens', `{"a": ${'[NaN,'.repeat(50_000)}`, /x: is no JSON/],
  ])('refuses %s', (_, text, message) => {
    expect(() => readJson(text, 'x')).toThrow(message)
  })
})
