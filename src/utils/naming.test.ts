import { describe, expect, it } from 'vitest'
import { automaticName, resetNames, toCamelCase, toSnakeCase } from './naming.js'

describe('naming', () => {
  it("follows Keras's snake case", () => {
    const pairs: [string, string][] = [
      ['Conv2D', 'conv2d'],
      ['MaxPooling2D', 'max_pooling2d'],
      ['InputLayer', 'input_layer'],
      ['LeakyReLU', 'leaky_re_lu'],
      ['LSTM', 'lstm'],
      ['GlorotUniform', 'glorot_uniform'],
    ]
    for (const [name, expected] of pairs) expect(toSnakeCase(name)).toBe(expected)
  })

  it('turns config keys into option names', () => {
    expect(toCamelCase('kernel_size')).toBe('kernelSize')
    expect(toCamelCase('beta_1')).toBe('beta1')
    expect(toCamelCase('units')).toBe('units')
  })

  it('counts from the second use on, and starts again on request', () => {
    resetNames()
    expect([1, 2, 3].map(() => automaticName('Conv2D'))).toEqual(['conv2d', 'conv2d_1', 'conv2d_2'])
    expect(automaticName('Dense')).toBe('dense')
    resetNames()
    expect(automaticName('Conv2D')).toBe('conv2d')
  })
})
