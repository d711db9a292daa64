import { describe, expect, it } from 'vitest'
import { LoopBuilder } from '../../loops/builder.js'
import { randomLoops } from '../../testing/randomLoops.js'
import { disassemble } from './disassemble.js'
import { compileModule } from './module.js'

const options = { sharedMemory: false, minimumPages: 1, maximumPages: 1, relaxedMadd: false }

describe('disassemble', () => {
  it('shows functions by name, with blocks indented and immediates as numbers', () => {
    const b = new LoopBuilder('double', 4)
    const x = b.pointer('x', 'readwrite')
    b.for(b.begin, b.end, 1, (i) => {
      const at = b.advance(x, i, 16)
      b.store('f32', at, b.mul(b.loadVector('f32', at, 32), b.float(-2.5)), 32)
    })
    const text = disassemble(compileModule([b.finish()], options))
    expect(text).toMatch(/^function 0 double\n {2}locals /)
    expect(text).toMatch(/\n {2,}loop\n(.*\n)*? {4,}v128\.load offset=32\n/)
    expect(text).toMatch(/f32x4\.mul/)
    expect(text).toMatch(/v128\.store offset=32/)
  })

  it('reads every instruction that is emitted', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const { fn } = randomLoops(seed, 4)
      expect(disassemble(compileModule([fn], options))).toContain(`function 0 ${fn.name}\n`)
    }
  })
})
