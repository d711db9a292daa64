import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PlannedLaunch, PlannedStep } from './launches.js'
import type { DeviceBuffer } from './lowering.js'
import { alignedBytes, lifetimes, planMemory, timeline } from './memoryPlan.js'

const buffer = (id: number, elements: number): DeviceBuffer => ({ id, elements, dtype: 'float32' })

function launch(
  reads: readonly DeviceBuffer[],
  writes: readonly DeviceBuffer[],
  inPlace: PlannedLaunch['inPlace'] = [],
): PlannedLaunch {
  const operand = (of: DeviceBuffer, access: 'read' | 'write') => ({
    view: { buffer: of, offset: 0, strides: [] },
    access,
  })
  return {
    type: 'launch',
    operands: [...reads.map((of) => operand(of, 'read')), ...writes.map((of) => operand(of, 'write'))],
    inPlace,
  } as unknown as PlannedLaunch
}

describe('memory plan', () => {
  it('never lets buffers that live at the same time overlap', () => {
    const program = fc.array(
      fc.record({ size: fc.integer({ min: 1, max: 200 }), span: fc.integer({ min: 0, max: 6 }) }),
      {
        minLength: 1,
        maxLength: 25,
      },
    )
    fc.assert(
      fc.property(program, (made) => {
        const buffers = made.map(({ size }, i) => buffer(i, size))
        // Launch i writes buffer i and reads those whose span reaches it.
        const steps = buffers.map((own, i) =>
          launch(
            buffers.slice(0, i).filter((_, k) => k + made[k].span >= i),
            [own],
          ),
        )
        const timed = timeline(steps)
        const lives = lifetimes(timed)
        const { offsets, bytes } = planMemory(timed, new Set())
        for (const a of buffers) {
          const start = offsets.get(a) as number
          expect(start % 64).toBe(0)
          expect(start + alignedBytes(a)).toBeLessThanOrEqual(bytes)
          for (const b of buffers) {
            const [x, y] = [lives.get(a), lives.get(b)]
            if (a === b || !x || !y || x.last < y.first || y.last < x.first) continue
            const other = offsets.get(b) as number
            expect(start + alignedBytes(a) <= other || other + alignedBytes(b) <= start).toBe(true)
          }
        }
      }),
    )
  })

  it('reuses memory once nobody reads it any more', () => {
    const [a, b, c] = [0, 1, 2].map((id) => buffer(id, 100))
    const { bytes } = planMemory(timeline([launch([], [a]), launch([a], [b]), launch([b], [c])]), new Set())
    expect(bytes).toBe(2 * alignedBytes(a))
  })

  it('lets a result overwrite an operand that dies there, if the launch allows it', () => {
    const [a, b] = [0, 1].map((id) => buffer(id, 100))
    const steps = [launch([], [a]), launch([a], [b], [{ output: b, input: a }])]
    const plan = planMemory(timeline(steps), new Set())
    expect(plan.offsets.get(a)).toBe(plan.offsets.get(b))
    const kept = planMemory(timeline([...steps, launch([a], [buffer(2, 1)])]), new Set())
    expect(kept.offsets.get(a)).not.toBe(kept.offsets.get(b))
  })

  it('keeps what a repeat touches alive through all of its iterations', () => {
    const [a, b, c] = [0, 1, 2].map((id) => buffer(id, 100))
    const steps: PlannedStep[] = [
      launch([], [a]),
      { type: 'repeat', count: 3, steps: [launch([a], [b]), launch([b], [c])] },
    ]
    expect(lifetimes(timeline(steps)).get(a)).toEqual({ first: 0, last: 2 })
  })
})
