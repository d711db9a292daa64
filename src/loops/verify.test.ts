import { describe, expect, it } from 'vitest'
import { InternalError } from '../errors.js'
import { LoopBuilder } from './builder.js'
import type { Instruction, LoopFunction, Statement, Value, ValueType } from './ir.js'
import { rootParameters } from './roots.js'
import { verify } from './verify.js'

const value = <T extends ValueType>(id: number, type: T): Value<T> => ({ id, type })
const put = (result: Value, instruction: Instruction): Statement => ({ kind: 'let', result, instruction })

/** %0, %1 grid; %2 read, %3 write, %4 readwrite pointers; %5 f32, %6 i32v, %7 bool; then `body` from %8 on. */
const source = value(2, 'ptr')
const target = value(3, 'ptr')
const both = value(4, 'ptr')
const x = value(5, 'f32')
const lanes = value(6, 'i32v')
const truth = value(7, 'bool')
const withBody = (...body: Statement[]): LoopFunction => ({
  name: 'sample',
  width: 4,
  parameters: [
    { value: source, name: 'source', access: 'read' },
    { value: target, name: 'target', access: 'write' },
    { value: both, name: 'both', access: 'readwrite' },
  ],
  begin: value(0, 'i32'),
  end: value(1, 'i32'),
  body: [
    put(x, { op: 'constant', value: 1 }),
    put(lanes, { op: 'lanes' }),
    put(truth, { op: 'constant', value: 1 }),
    ...body,
  ],
  idCount: 16,
})

describe('verify', () => {
  it('accepts what the builder makes', () => {
    const l = new LoopBuilder('good', 8)
    const p = l.pointer('p', 'readwrite')
    const at = l.variable(p)
    l.for(l.begin, l.end, 8, (i) => {
      l.if(l.compare('lt', i, l.int(3)) as Value<'bool'>, () => l.set(at, l.advance(l.get(at), i, 4)))
      l.store('f32', l.get(at), l.add(l.loadVector('f32', l.get(at), 0, 5), l.float(1)), 4, 5)
    })
    expect(() => verify(l.finish())).not.toThrow()
  })

  const load = (base: Value<'ptr'>, count = 1, offset = 0): Instruction => ({
    op: 'load',
    storage: 'f32',
    base,
    offset,
    count,
  })
  const y = value(8, 'f32')
  const refused: [string, Statement[], string][] = [
    [
      'an undefined operand',
      [put(y, { op: 'unary', name: 'neg', a: value(9, 'f32') })],
      '%9 is used before it is defined',
    ],
    [
      'a value used outside its block',
      [
        { kind: 'if', condition: truth, whenTrue: [put(y, { op: 'constant', value: 2 })], whenFalse: [] },
        put(value(9, 'f32'), { op: 'unary', name: 'neg', a: y }),
      ],
      '%8 is used outside the block that defines it',
    ],
    [
      'a counter used after its loop',
      [
        {
          kind: 'for',
          counter: value(8, 'i32'),
          from: value(0, 'i32'),
          to: value(1, 'i32'),
          step: 1,
          body: [],
        },
        put(value(9, 'i32'), { op: 'unary', name: 'neg', a: value(8, 'i32') }),
      ],
      '%8 is used outside',
    ],
    ['a second definition', [put(x, { op: 'constant', value: 2 })], '%5 is defined twice'],
    ['an id past idCount', [put(value(16, 'f32'), { op: 'constant', value: 2 })], 'not below idCount 16'],
    ['a wrong result type', [put(y, { op: 'lanes' })], '%8 must be i32v, but says f32'],
    [
      'a wrong operand type',
      [put(y, { op: 'binary', name: 'add', a: x, b: lanes })],
      '"%8: f32 = add %5, %6": %6 must be f32, received i32v',
    ],
    [
      'an integer operation on floats',
      [put(y, { op: 'binary', name: 'shl', a: x, b: x })],
      'no operation shl on f32',
    ],
    [
      'a float operation on integers',
      [put(value(8, 'i32v'), { op: 'unary', name: 'sqrt', a: lanes })],
      'no operation sqrt on i32v',
    ],
    [
      'an unsigned comparison of floats',
      [put(value(8, 'bool'), { op: 'compare', name: 'ltU', a: x, b: x })],
      'no operation ltU on f32',
    ],
    [
      'a scalar condition for vectors',
      [put(value(8, 'i32v'), { op: 'select', condition: truth, a: lanes, b: lanes })],
      '%7 must be boolv',
    ],
    [
      'a selected pointer',
      [put(value(8, 'ptr'), { op: 'select', condition: truth, a: source, b: source })],
      'cannot be selected',
    ],
    ['a conversion of the wrong type', [put(y, { op: 'convert', name: 'toFloat', a: x })], '%5 must be i32'],
    [
      'an integer constant with a fraction',
      [put(value(8, 'i32'), { op: 'constant', value: 0.5 })],
      'no constant of type i32',
    ],
    [
      'a lane past the width',
      [put(value(8, 'i32'), { op: 'extract', a: lanes, lane: 4 })],
      'from 0 to 3, received 4',
    ],
    [
      'more lanes than the width',
      [put(value(8, 'f32v'), load(source, 5))],
      'an integer from 1 to 4, received 5',
    ],
    ['an empty load', [put(value(8, 'f32v'), load(source, 0))], 'received 0'],
    ['a scalar load of two', [put(y, load(source, 2))], 'an integer from 1 to 1, received 2'],
    ['an offset that is not aligned', [put(y, load(source, 1, 2))], 'a multiple of 4'],
    ['a negative offset', [put(y, load(source, 1, -4))], 'received -4'],
    [
      'a load through a written parameter',
      [put(y, load(target))],
      "a read through target, whose access is 'write'",
    ],
    [
      'a store through a read parameter',
      [{ kind: 'store', storage: 'f32', base: source, offset: 0, value: x, count: 1 }],
      "a write through source, whose access is 'read'",
    ],
    [
      'a store of the wrong type',
      [{ kind: 'store', storage: 'u8', base: target, offset: 0, value: x, count: 1 }],
      '%5 must be i32, received f32',
    ],
    ...[0, 3, 4].map((run): (typeof refused)[number] => [
      `runs of ${run} lanes`,
      [put(value(8, 'i32v'), { op: 'interleave', run, odd: false, a: lanes, b: lanes })],
      `runs have 1, 2, 4, ... 2 lanes, received ${run}`,
    ]),
    [
      'runs of a vector and a scalar',
      [put(value(8, 'i32v'), { op: 'interleave', run: 1, odd: false, a: lanes, b: x })],
      '%5 must be i32v, received f32',
    ],
    [
      'a variable set to another type',
      [
        { kind: 'declare', variable: y, value: x },
        { kind: 'set', variable: y, value: lanes },
      ],
      '%6 must be f32, received i32v',
    ],
    [
      'a pointer variable set to another parameter',
      [
        { kind: 'declare', variable: value(8, 'ptr'), value: source },
        { kind: 'set', variable: value(8, 'ptr'), value: both },
      ],
      '%8 points into source, the value into both',
    ],
    [
      'a variable used as a value',
      [{ kind: 'declare', variable: y, value: x }, put(value(9, 'f32'), { op: 'unary', name: 'neg', a: y })],
      '%8 is used as a value, but it is none',
    ],
    [
      'a step of zero',
      [
        {
          kind: 'for',
          counter: value(8, 'i32'),
          from: value(0, 'i32'),
          to: value(1, 'i32'),
          step: 0,
          body: [],
        },
      ],
      'the step must be a positive integer',
    ],
  ]
  it.each(refused)('refuses %s', (_, body, message) => {
    expect(() => verify(withBody(...body))).toThrow(InternalError)
    expect(() => verify(withBody(...body))).toThrow('Loops sample')
    expect(() => verify(withBody(...body))).toThrow(message)
  })

  it('refuses a width that is no power of two', () => {
    expect(() => verify({ ...withBody(), width: 6 })).toThrow('power of two')
  })
})

describe('rootParameters', () => {
  it('maps pointers and pointer variables to their parameters', () => {
    const variable = value(9, 'ptr')
    const fn = withBody(
      put(value(8, 'ptr'), { op: 'advance', base: both, index: value(0, 'i32'), bytes: 4 }),
      { kind: 'declare', variable, value: value(8, 'ptr') },
      {
        kind: 'if',
        condition: truth,
        whenTrue: [put(value(10, 'ptr'), { op: 'get', variable })],
        whenFalse: [],
      },
    )
    const roots = rootParameters(fn)
    expect([...roots.slice(2, 11)]).toEqual([0, 1, 2, -1, -1, -1, 2, 2, 2])
  })
})
