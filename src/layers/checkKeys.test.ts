import { describe, expect, it } from 'vitest'
import { layerFromConfig } from './registry.js'

describe('settings in a config', () => {
  const separable = (more: object) =>
    layerFromConfig({
      class_name: 'SeparableConv2D',
      config: { name: 'c', filters: 4, kernel_size: 3, ...more },
    } as never)

  it('are left aside where another layer has them, as Keras 2 writes some', () => {
    expect(separable({ kernel_initializer: 'ones', kernel_regularizer: null }).name).toBe('c')
  })

  it('are refused where they are misspelled', () => {
    expect(() => separable({ kernal_size: 3 })).toThrow(
      /Layer 'c' \(SeparableConv2D\): its config has no setting 'kernal_size'\. Did you mean 'kernel_size'/,
    )
  })
})
