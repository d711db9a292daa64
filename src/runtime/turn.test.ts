import { expect, it } from 'vitest'
import { Turn } from './turn.js'

it('has some milliseconds, and then lets timers and input come', async () => {
  const turn = new Turn()
  const begin = performance.now()
  let timers = 0
  setTimeout(() => timers++)
  let turns = 0
  while (timers === 0 || turns < 3) {
    // Without the event loop's help, this would go on for ever.
    if (performance.now() - begin > 5000) expect.fail('no timer came')
    if (turn.hasTime()) await Promise.resolve()
    else {
      await turn.next()
      turns++
    }
  }
  expect(turns).toBeGreaterThanOrEqual(3)
})

it('begins anew after the event loop went round by itself', async () => {
  const turn = new Turn()
  expect(turn.hasTime()).toBe(true)
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(turn.hasTime()).toBe(true)
})
