import { describe, expect, it } from 'vitest'
import { interpret } from '../loops/interpreter.js'
import {
  conversions,
  floatBinary,
  floatUnary,
  integerBinary,
  integerUnary,
} from '../loops/interpreterArithmetic.js'
import type { Instruction, Statement } from '../loops/ir.js'
import { print } from '../loops/print.js'
import { findDifference, randomLoops } from './randomLoops.js'

/** What a statement exercises: `binary add f32v`, `store u8 partial`, and so on. */
const describeInstruction = (instruction: Instruction, type: string): string => {
  const name = 'name' in instruction ? ` ${instruction.name}` : ''
  const storage = 'storage' in instruction ? ` ${instruction.storage}` : ''
  return `${instruction.op}${name}${storage} ${type}`
}
const collect = (statements: readonly Statement[], found: Set<string>, depth = 0): void => {
  for (const statement of statements) {
    found.add(`${statement.kind} at depth ${depth}`)
    if (statement.kind === 'let') found.add(describeInstruction(statement.instruction, statement.result.type))
    else if (statement.kind === 'store')
      found.add(`store ${statement.storage} ${statement.value.type} ${statement.count}`)
    else if (statement.kind === 'for') collect(statement.body, found, depth + 1)
    else if (statement.kind === 'if') {
      collect(statement.whenTrue, found, depth + 1)
      collect(statement.whenFalse, found, depth + 1)
    } else if (statement.kind !== 'prefetch') found.add(`${statement.kind} ${statement.variable.type}`)
  }
}

describe('randomLoops', () => {
  it.each([1, 4, 8, 16])('makes functions of width %i that run within their bounds', (width) => {
    for (let seed = 0; seed < 60; seed++) {
      const loops = randomLoops(seed, width)
      const memory = loops.memory.slice(0)
      interpret(loops.fn, memory, loops.pointers, loops.begin, loops.end, {
        fusedMulAdd: seed % 2 === 0,
        bounds: loops.bounds,
      })
      expect(findDifference(loops, loops.memory, memory), 'a run changes the memory').toBeDefined()
    }
  })

  it('makes the same function from the same seed, and others from others', () => {
    expect(print(randomLoops(5, 8).fn)).toBe(print(randomLoops(5, 8).fn))
    expect(randomLoops(5, 8).memory).toEqual(randomLoops(5, 8).memory)
    expect(print(randomLoops(5, 8).fn)).not.toBe(print(randomLoops(6, 8).fn))
  })

  it('exercises every instruction on every type', () => {
    const found = new Set<string>()
    for (let seed = 0; seed < 300; seed++) collect(randomLoops(seed, 4).fn.body, found)
    const expected: string[] = []
    for (const wide of ['', 'v']) {
      for (const name of Object.keys(floatUnary)) expected.push(`unary ${name} f32${wide}`)
      for (const name of Object.keys(integerUnary)) expected.push(`unary ${name} i32${wide}`)
      for (const name of Object.keys(floatBinary)) expected.push(`binary ${name} f32${wide}`)
      for (const name of Object.keys(integerBinary)) expected.push(`binary ${name} i32${wide}`)
      for (const name of ['eq', 'ne', 'lt', 'le', 'ltU', 'leU']) expected.push(`compare ${name} bool${wide}`)
      for (const name of Object.keys(conversions)) {
        const float = ['toFloat', 'toFloatU', 'bitsToFloat'].includes(name)
        expected.push(`convert ${name} ${float ? 'f32' : 'i32'}${wide}`)
      }
      for (const name of ['and', 'or']) expected.push(`logic ${name} bool${wide}`)
      for (const storage of ['f32 f32', 'i32 i32', 'u8 i32']) expected.push(`load ${storage}${wide}`)
      for (const scalar of ['f32', 'i32', 'bool']) {
        const type = `${scalar}${wide}`
        expected.push(`constant ${type}`, `select ${type}`, `get ${type}`, `declare ${type}`, `set ${type}`)
      }
      expected.push(`mulAdd f32${wide}`, `logicNot bool${wide}`)
    }
    for (const name of ['add', 'mul', 'min', 'max']) expected.push(`reduce ${name} f32`, `reduce ${name} i32`)
    expected.push('interleave f32v', 'interleave i32v')
    for (const scalar of ['f32', 'i32', 'bool']) expected.push(`extract ${scalar}`, `splat ${scalar}v`)
    for (const [storage, type] of [
      ['f32', 'f32'],
      ['i32', 'i32'],
      ['u8', 'i32'],
    ]) {
      expected.push(
        `loadSplat ${storage} ${type}v`,
        `loadIndexed ${storage} ${type}v`,
        `store ${storage} ${type} 1`,
      )
      for (const count of [1, 2, 3, 4]) expected.push(`store ${storage} ${type}v ${count}`)
    }
    expected.push('lanes i32v', 'advance ptr', 'get ptr', 'declare ptr', 'set ptr')
    for (const kind of ['let', 'store', 'declare', 'set']) {
      for (const depth of [0, 1, 2, 3]) expected.push(`${kind} at depth ${depth}`)
    }
    for (const kind of ['for', 'if'])
      for (const depth of [0, 1, 2]) expected.push(`${kind} at depth ${depth}`)
    expect(expected.filter((what) => !found.has(what))).toEqual([])
  })
})

describe('findDifference', () => {
  it('finds a changed bit and a stray store, and takes NaNs as equal', () => {
    const loops = randomLoops(1, 4)
    const changed = loops.memory.slice(0)
    expect(findDifference(loops, loops.memory, changed)).toBeUndefined()
    const parameter = loops.storages.indexOf('f32')
    const at = loops.bounds[parameter][0] + 8
    const view = new DataView(changed)
    view.setInt32(at, 0x7fc00001, true)
    const other = changed.slice(0)
    new DataView(other).setInt32(at, -1, true)
    expect(findDifference(loops, changed, other)).toBeUndefined()
    new DataView(other).setFloat32(at, -0, true)
    expect(findDifference(loops, changed, other)).toBe(
      `${loops.fn.parameters[parameter].name}, element 2 of its region: expected NaN, received -0`,
    )
    const stray = loops.memory.slice(0)
    new Uint8Array(stray)[3] = 1
    expect(findDifference(loops, loops.memory, stray)).toBe('byte 3, outside every region: 165 became 1')
  })
})
