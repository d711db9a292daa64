import { describe, expect, it } from 'vitest'
import { LoopBuilder } from './builder.js'
import type { Value } from './ir.js'
import { print } from './print.js'

it('prints a function, one statement a line', () => {
  const l = new LoopBuilder('sample', 4)
  const x = l.pointer('x', 'readwrite')
  l.for(l.begin, l.end, 4, (i) => {
    const at = l.advance(x, i, 4)
    const sum = l.variable(l.loadVector('f32', at, 16, 3) as Value<'f32v'>)
    l.if(
      l.compare('lt', i, l.int(7)) as Value<'bool'>,
      () => l.set(sum, l.constant('f32v', -0)),
      () => {},
    )
    l.store('f32', at, l.get(sum), 0, 3)
  })
  expect(print(l.finish())).toBe(`loops sample, width 4, grid %0 to %1, %2: readwrite x {
  for %3 from %0 to %1 step 4 {
    %4: ptr = advance %2 + %3 x 4
    %5: f32v = load f32 x 3 [%4 + 16]
    var %6: f32v = %5
    %7: i32 = constant 7
    %8: bool = compare lt %3, %7
    if %8 {
      %9: f32v = constant -0
      set %6 = %9
    }
    %10: f32v = get %6
    store f32 x 3 [%4] = %10
  }
}
`)
})

describe('The text of a function', () => {
  type Body = (l: LoopBuilder, x: Value<'ptr'>) => unknown
  const text = (body: Body, access: 'read' | 'readwrite' = 'readwrite', width = 4) => {
    const l = new LoopBuilder('sample', width)
    body(l, l.pointer('x', access))
    return print(l.finish())
  }
  const store =
    (value: number): Body =>
    (l, x) =>
      l.store('f32', x, l.constant('f32', value))
  const loaded =
    (offset: number, count: number): Body =>
    (l, x) =>
      l.loadVector('f32', x, offset, count)

  it.each<[what: string, one: string, other: string]>([
    ['zeros', text(store(0)), text(store(-0))],
    ['numbers that are not finite', text(store(Number.NaN)), text(store(Number.POSITIVE_INFINITY))],
    ['signs of infinity', text(store(Number.NEGATIVE_INFINITY)), text(store(Number.POSITIVE_INFINITY))],
    ['numbers that differ in the last bit', text(store(1)), text(store(1 + 2 ** -23))],
    ['types', text((l) => l.constant('f32', 1)), text((l) => l.constant('i32', 1))],
    ['types of variables', text((l) => l.variable(l.int(1))), text((l) => l.variable(l.float(1)))],
    ['offsets', text(loaded(4, 3)), text(loaded(8, 3))],
    ['lanes', text(loaded(4, 3)), text(loaded(4, 2))],
    ['storage', text((l, x) => l.load('u8', x)), text((l, x) => l.load('i32', x))],
    ['steps', text((l) => l.for(0, 9, 1, () => {})), text((l) => l.for(0, 9, 2, () => {}))],
    [
      'blocks',
      text((l) => l.for(0, 9, 1, () => l.int(5))),
      text((l) => [l.for(0, 9, 1, () => {}), l.int(5)]),
    ],
    ['access', text(() => {}, 'read'), text(() => {})],
    ['widths', text(() => {}, 'read', 4), text(() => {}, 'read', 8)],
  ])('tells %s apart', (_, one, other) => expect(one).not.toBe(other))

  it('is the same for the same code', () => expect(text(store(0.1))).toBe(text(store(0.1))))
})
