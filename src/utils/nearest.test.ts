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
})
