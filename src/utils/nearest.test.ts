import { describe, expect, it } from 'vitest'
import { nearest, suggestion } from './nearest.js'

describe('nearest', () => {
  const known = ['categorical_crossentropy', 'sparse_categorical_crossentropy', 'mse']

  it('finds the word that was meant', () => {
    expect(nearest('categorical_crosentropy', known)).toBe('categorical_crossentropy')
    expect(nearest('sparseCategoricalCrossentropy', known)).toBe('sparse_categorical_crossentropy')
    expect(nearest('mes', known)).toBe('mse')
    expect(nearest('val_acc', new Set(['loss', 'val_loss', 'val_accuracy']).values())).toBe('val_accuracy')
  })

  it('does not guess wildly', () => {
    expect(nearest('hinge', known)).toBeUndefined()
    expect(suggestion('hinge', known)).not.toContain('Did you mean')
    expect(suggestion('msee', known)).toContain("Did you mean 'mse'?")
  })

  it('lists all of a few names, the nearest of many', () => {
    expect(suggestion('x', ['a', 'b'])).toBe("Known: 'a', 'b'.")
    const many = Array.from({ length: 100 }, (_, i) => `layer${i}`)
    const text = suggestion('layer7', many)
    expect(text).toMatch(/^Did you mean 'layer7'\? The nearest of 100 names: 'layer7', /)
    expect(text.match(/'layer/g)).toHaveLength(9)
  })
})
