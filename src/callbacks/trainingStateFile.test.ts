import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError } from '../errors.js'
import { encodeSafetensors } from '../saving/safetensors.js'
import { joinBytes } from '../saving/storedArray.js'
import type { TrainingState } from './trainingState.js'
import { decodeState, encodeState } from './trainingStateFile.js'

const state: TrainingState = {
  run: { layers: ['Dense'], optimizers: ['SGD'], samples: 10, batchSize: null, steps: null, target: 'wasm' },
  epoch: 2,
  step: 3,
  place: { pass: 2, batch: 3 },
  logs: { loss: Number.NaN, accuracy: 0.1 },
  stopped: false,
  key: [-5, 7],
  learningRates: [0.1, null],
  trainable: { inSteps: [true, false], now: [true, true] },
  variables: new Map([
    ['dense/kernel', { dtype: 'float32', shape: [2, 1], data: Float32Array.of(0.1, -0) }],
    ['optimizer/0', { dtype: 'int32', shape: [], data: Int32Array.of(-3) }],
    ['callbacks/x', { dtype: 'bool', shape: [2], data: Uint8Array.of(0, 1) }],
  ]),
  callbacks: {
    early_stopping: { best: Number.POSITIVE_INFINITY, none: -0, list: [null, 'a', true, { deep: [] }] },
    weights: [Float32Array.of(1.5), Int32Array.of(7), Uint8Array.of(255)],
  },
}

const file = (metadata: Record<string, string>) =>
  joinBytes(encodeSafetensors({ arrays: new Map(), metadata }))
const changed = (change: object) => joinBytes(encodeState({ ...state, ...change } as TrainingState))

describe('The file of a training state', () => {
  it('gives back what was written, numbers that JSON does not know and arrays among it', () => {
    expect(decodeState(joinBytes(encodeState(state)), 'a file')).toEqual(state)
  })

  it('leaves out what is undefined', () => {
    const callbacks = { a: { kept: 1, left: undefined } }
    expect(decodeState(changed({ callbacks }), 'a file').callbacks).toEqual({ a: { kept: 1 } })
  })

  it.each([
    [new Map(), /received Map as callbacks\/a\/b/],
    [Float64Array.of(1), /received Float64Array/],
    [() => {}, /getState may give numbers, texts, booleans, null, Float32Array/],
  ])('refuses what is no plain data: %o', (value, message) => {
    expect(() => changed({ callbacks: { a: { b: value } } })).toThrow(message)
  })

  it('is refused when it is cut off, at each length', () => {
    const whole = joinBytes(encodeState(state))
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeState(whole.subarray(0, length), 'part.safetensors')).toThrow(/^part.safetensors: /)
    }
  })

  it('is read or refused, whatever stands in it', () => {
    const whole = joinBytes(encodeState(state))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const bytes = whole.slice()
          for (const [at, value] of changes) bytes[at] = value
          try {
            decodeState(bytes, 'a file')
          } catch (error) {
            expect(error).toBeInstanceOf(DataError)
          }
        },
      ),
      { numRuns: 3000 },
    )
  })

  it.each<readonly [string, Uint8Array, RegExp]>([
    [
      'another file',
      file({ format: 'pt' }),
      /a.safetensors: is a safetensors file, but no training state of Gradus/,
    ],
    [
      'a newer form',
      file({ format: 'gradus training state', version: '2' }),
      /is a training state of form 2, but this version of Gradus knows form 1/,
    ],
    [
      'no JSON',
      file({ format: 'gradus training state', version: '1', state: '{' }),
      /the training state in it is no JSON/,
    ],
    [
      'a missing array',
      file({ format: 'gradus training state', version: '1', state: '{"a":{"$array":"b"}}' }),
      /lacks the array 'b'/,
    ],
    [
      'a text that fills the stack',
      file({ format: 'gradus training state', version: '1', state: '['.repeat(1e5) + ']'.repeat(1e5) }),
      /is nested too deeply|is no JSON/,
    ],
    ['a key of three', changed({ key: [1, 2, 3] }), /lacks parts that one must have/],
    ['texts as logs', changed({ logs: { loss: '1' } }), /lacks parts that one must have/],
    ...['epoch', 'step', 'place', 'logs', 'stopped', 'key', 'learningRates', 'callbacks', 'run'].map(
      (part) => [`no ${part}`, changed({ [part]: undefined }), /lacks parts that one must have/] as const,
    ),
  ])('is refused when it holds %s', (_what, bytes, message) => {
    expect(() => decodeState(bytes, 'a.safetensors')).toThrow(message)
  })
})
