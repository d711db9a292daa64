import { expect, it } from 'vitest'
import { measureInTurns, type Subject } from './measureInTurns.js'

/** A clock that work moves on by itself. */
function fakeClock() {
  let time = 0
  return {
    now: () => time,
    subject: (name: string, durations: () => number): Subject => ({
      name,
      run(times) {
        for (let i = 0; i < times; i++) time += durations()
      },
    }),
  }
}

it('takes the median over turns, and repeats short work', async () => {
  const clock = fakeClock()
  const order: string[] = []
  const watched = (subject: Subject): Subject => ({
    ...subject,
    run(times) {
      order.push(`${subject.name} ${times}`)
      return subject.run(times)
    },
  })
  let calls = 0
  const steady = watched(clock.subject('steady', () => 0.5))
  // Every fifth run takes ten times as long.
  const uneven = watched(clock.subject('uneven', () => (++calls % 5 === 0 ? 1000 : 100)))
  const medians = await measureInTurns([steady, uneven], { rounds: 5, warmUpTime: 1, now: clock.now })
  expect(medians).toEqual([0.5, 100])
  expect(order.slice(-4)).toEqual(['steady 50', 'uneven 1', 'steady 50', 'uneven 1'])
})

it('warms up for the time asked for, which does not count', async () => {
  const clock = fakeClock()
  let runs = 0
  const [time] = await measureInTurns([clock.subject('slow first', () => (runs++ < 3 ? 90 : 30))], {
    warmUpTime: 250,
    rounds: 3,
    now: clock.now,
  })
  expect(time).toBe(30)
})

it('ends between samples when it is aborted', async () => {
  const controller = new AbortController()
  const reason = new Error('stop')
  let runs = 0
  const subject: Subject = {
    name: 'aborts',
    run() {
      if (++runs === 4) controller.abort(reason)
    },
  }
  await expect(measureInTurns([subject], { signal: controller.signal, warmUpTime: 1e9 })).rejects.toBe(reason)
  expect(runs).toBe(4)
})
