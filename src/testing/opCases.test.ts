import { describe, expect, it } from 'vitest'
import { opCases } from './opCases/index.js'
import { checkOnReference } from './opTest.js'

describe('ops on the references', () => {
  it.each(opCases)('$name', (opCase) => checkOnReference(opCase))

  it('have names of their own', () => {
    expect(new Set(opCases.map(({ name }) => name)).size).toBe(opCases.length)
  })
})
