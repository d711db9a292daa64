import { describe, expect, it } from 'vitest'
import { RunQueue } from './runQueue.js'

/** A promise to be settled by hand. */
function deferred() {
  let resolve = () => {}
  let reject = (_: Error) => {}
  const promise = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

function setUp(maximumInFlight: number) {
  const queue = new RunQueue(maximumInFlight)
  const events: string[] = []
  const add = (name: string, options: { alone?: boolean; ready?: Promise<unknown> } = {}) => {
    const end = deferred()
    const done = queue.push({
      ready: options.ready,
      alone: options.alone ?? false,
      start: () => {
        events.push(`start ${name}`)
        return end.promise.then(() => name)
      },
      finish: () => events.push(`finish ${name}`),
    })
    done.catch(() => {})
    return { ...end, done }
  }
  return { queue, events, add }
}

describe('RunQueue', () => {
  it('starts in order, and no more at once than allowed', async () => {
    const { events, add } = setUp(2)
    const [a, b, c] = ['a', 'b', 'c'].map((name) => add(name))
    expect(events).toEqual(['start a', 'start b'])
    b.resolve()
    expect(await b.done).toBe('b')
    expect(events).toEqual(['start a', 'start b', 'finish b', 'start c'])
    a.resolve()
    c.resolve()
    expect(await Promise.all([a.done, c.done])).toEqual(['a', 'c'])
  })

  it('runs a task alone', async () => {
    const { events, add } = setUp(4)
    const a = add('a')
    const b = add('b', { alone: true })
    const c = add('c')
    expect(events).toEqual(['start a'])
    a.resolve()
    await settled()
    expect(events).toEqual(['start a', 'finish a', 'start b'])
    b.resolve()
    await settled()
    expect(events.at(-1)).toBe('start c')
    c.resolve()
    await c.done
  })

  it('keeps the order when a task has to wait for something', async () => {
    const { events, add } = setUp(4)
    const ready = deferred()
    add('a', { ready: ready.promise })
    add('b')
    await settled()
    expect(events).toEqual([])
    ready.resolve()
    await settled()
    expect(events).toEqual(['start a', 'start b'])
  })

  it('goes on after failures, before the start and after it', async () => {
    const { queue, events, add } = setUp(1)
    const ready = deferred()
    const a = add('a', { ready: ready.promise })
    const b = add('b')
    const c = add('c')
    ready.reject(new Error('not compiled'))
    await expect(a.done).rejects.toThrow('not compiled')
    b.reject(new Error('trapped'))
    await expect(b.done).rejects.toThrow('trapped')
    c.resolve()
    expect(await c.done).toBe('c')
    await queue.idle()
    expect(events).toEqual(['finish a', 'start b', 'finish b', 'start c', 'finish c'])
  })
})
