import { describe, expect, it } from 'vitest'
import { BackgroundWrites } from './backgroundWrites.js'

/** A write that ends when it is told to. */
function write() {
  let end = () => {}
  const done = new Promise<void>((resolve) => {
    end = resolve
  })
  return { run: () => done, end }
}

const settles = async (promise: Promise<unknown>) => {
  const late = new Promise((resolve) => setTimeout(() => resolve('late'), 5))
  return (await Promise.race([promise.then(() => 'done'), late])) === 'done'
}

describe('BackgroundWrites', () => {
  it('begins when it is released, or waited for', async () => {
    const writes = new BackgroundWrites()
    const begun: string[] = []
    await writes.start(async () => void begun.push('first'))
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(begun).toEqual([])
    writes.release()
    // Whoever releases it goes on first.
    expect(begun).toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(begun).toEqual(['first'])
    await writes.start(async () => void begun.push('second'))
    await writes.finish()
    writes.release()
    expect(begun).toEqual(['first', 'second'])
  })

  it('does not wait for a write, but lets the next one wait', async () => {
    const [first, second] = [write(), write()]
    const writes = new BackgroundWrites()
    await writes.start(first.run)
    writes.release()
    let started = false
    const next = writes.start(() => {
      started = true
      return second.run()
    })
    expect(await settles(next)).toBe(false)
    expect(started).toBe(false)
    first.end()
    await next
    writes.release()
    expect(started).toBe(false)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(started).toBe(true)
    expect(await settles(writes.finish())).toBe(false)
    second.end()
    await writes.finish()
  })

  it('gives up a write that has not begun', async () => {
    const [first, second] = [write(), write()]
    const writes = new BackgroundWrites()
    await writes.start(first.run)
    writes.release()
    writes.drop()
    expect(await settles(writes.finish())).toBe(false)
    first.end()
    await writes.start(second.run)
    writes.drop()
    expect(writes.isWaiting).toBe(false)
    expect(await settles(writes.finish())).toBe(true)
  })

  it('throws what made a write fail, once, when the next one starts or all is over', async () => {
    const writes = new BackgroundWrites()
    for (const later of [() => writes.start(async () => {}), () => writes.finish()]) {
      await writes.start(() => Promise.reject(new Error('no room')))
      await expect(later()).rejects.toThrow('no room')
      await writes.finish()
    }
  })
})
