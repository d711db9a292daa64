import { describe, expect, it } from 'vitest'
import { LoopBuilder } from './builder.js'
import type { Value } from './ir.js'
import { keyOf } from './key.js'
import { print } from './print.js'

describe.each([
  ['key', keyOf],
  ['text', print],
] as const)('The %s of a function', (_, write) => {
  type Body = (l: LoopBuilder, x: Value<'ptr'>) => unknown
  const text = (body: Body, access: 'read' | 'readwrite' = 'readwrite', width = 4) => {
    const l = new LoopBuilder('sample', width)
    body(l, l.pointer('x', access))
    return write(l.finish())
  }
  const store =
    (value: number): Body =>
    (l, x) =>
      l.store('f32', x, l.constant('f32', value))
  const loaded =
    (offset: number, count: number): Body =>
    (l, x) =>
      l.loadVector('f32', x, offset, count)
  const mixed =
    (run: number, odd: boolean): Body =>
    (l) =>
      l.interleave(run, odd, l.lanes(), l.lanes())
  const choose =
    (isFirst: boolean): Body =>
    (l, x) => {
      const [write, leave] = [() => l.store('f32', x, l.float(1)), () => {}]
      const condition = l.compare('lt', l.begin, l.end) as Value<'bool'>
      l.if(condition, isFirst ? write : leave, isFirst ? leave : write)
    }
  /** Long enough for a key to be made in several pieces. */
  const many =
    (last: Body): Body =>
    (l, x) => {
      for (let i = 0; i < 5000; i++) l.add(l.begin, l.end)
      last(l, x)
    }

  it.each<[what: string, one: string, other: string]>([
    ['lines asked for', text((l, x) => l.prefetch(x, 64)), text((l, x) => l.prefetch(x, 128))],
    ['zeros', text(store(0)), text(store(-0))],
    ['numbers that are not finite', text(store(Number.NaN)), text(store(Number.POSITIVE_INFINITY))],
    ['signs of infinity', text(store(Number.NEGATIVE_INFINITY)), text(store(Number.POSITIVE_INFINITY))],
    ['numbers that differ in the last bit', text(store(1)), text(store(1 + 2 ** -23))],
    ['types', text((l) => l.constant('f32', 1)), text((l) => l.constant('i32', 1))],
    ['types of variables', text((l) => l.variable(l.int(1))), text((l) => l.variable(l.float(1)))],
    ['offsets', text(loaded(4, 3)), text(loaded(8, 3))],
    ['long offsets', text(loaded(2 ** 30, 3)), text(loaded(2 ** 30 + 4, 3))],
    ['directions', text((l, x) => l.advance(x, l.begin, 4)), text((l, x) => l.advance(x, l.begin, -4))],
    ['operations', text((l) => l.add(l.begin, l.end)), text((l) => l.sub(l.begin, l.end))],
    ['operands', text((l) => l.sub(l.begin, l.end)), text((l) => l.sub(l.end, l.begin))],
    ['lanes', text(loaded(4, 3)), text(loaded(4, 2))],
    ['runs that are interleaved', text(mixed(1, true)), text(mixed(2, true))],
    ['even runs and odd ones', text(mixed(1, false)), text(mixed(1, true))],
    ['storage', text((l, x) => l.load('u8', x)), text((l, x) => l.load('i32', x))],
    ['steps', text((l) => l.for(0, 9, 1, () => {})), text((l) => l.for(0, 9, 2, () => {}))],
    [
      'blocks',
      text((l) => l.for(0, 9, 1, () => l.int(5))),
      text((l) => [l.for(0, 9, 1, () => {}), l.int(5)]),
    ],
    ['branches', text(choose(true)), text(choose(false))],
    ['ends of long functions', text(many(store(1))), text(many(store(2)))],
    ['access', text(() => {}, 'read'), text(() => {})],
    ['widths', text(() => {}, 'read', 4), text(() => {}, 'read', 8)],
  ])('tells %s apart', (_, one, other) => expect(one).not.toBe(other))

  it('is the same for the same code', () => expect(text(store(0.1))).toBe(text(store(0.1))))
})
