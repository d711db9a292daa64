import { expect, it } from 'vitest'
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
