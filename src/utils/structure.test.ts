import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../errors.js'
import { arrange, flatten, layoutOf, mapStructure, pack, type Structure } from './structure.js'

const isNumber = (value: Structure<number>): value is number => typeof value === 'number'

describe('structure', () => {
  it('is taken apart and put together again', () => {
    const structures: Structure<number>[] = [3, [1, 2], [7], { b: 1, a: 2 }]
    for (const structure of structures) {
      expect(pack(flatten(structure, isNumber), layoutOf(structure, isNumber))).toEqual(structure)
    }
    expect(mapStructure({ b: 1, a: 2 }, isNumber, (value) => `${value * 2}`)).toEqual({ b: '2', a: '4' })
  })

  it('is arranged by position or by name', () => {
    const list = { kind: 'list', size: 2 } as const
    const object = { kind: 'object', keys: ['a', 'b'] } as const
    const names = ['left', 'right']
    expect(arrange([1, 2], list, names, isNumber, 'x')).toEqual([1, 2])
    expect(arrange({ right: 2, left: 1 }, list, names, isNumber, 'x')).toEqual([1, 2])
    expect(arrange({ b: 2, a: 1 }, object, names, isNumber, 'x')).toEqual([1, 2])
    expect(arrange(5, { kind: 'one' }, ['only'], isNumber, 'x')).toEqual([5])
    expect(arrange({ only: 5 }, { kind: 'one' }, ['only'], isNumber, 'x')).toEqual([5])
    expect(arrange(5, { kind: 'list', size: 1 }, ['only'], isNumber, 'x')).toEqual([5])
  })

  it('says what does not fit', () => {
    const list = { kind: 'list', size: 2 } as const
    const say = (given: Structure<number>) => () => arrange(given, list, ['left', 'right'], isNumber, 'm: x')
    expect(say([1])).toThrow(ArgumentError)
    expect(say([1])).toThrow(/expected a list of 2 arrays, in the order left, right.*received a list of 1/)
    expect(say(1)).toThrow(/received one array/)
    expect(say({ left: 1, rigth: 2 })).toThrow(/missing: right; unknown: rigth/)
  })
})
