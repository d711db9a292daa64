import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { spinWhile } from './spin.js'

it('sees that a word has changed, or changes', async () => {
  const words = new Int32Array(new SharedArrayBuffer(8))
  expect(spinWhile(words, 1, 7, 0)).toBe(true)
  const source = `
    import { workerData } from 'node:worker_threads'
    Atomics.store(new Int32Array(workerData), 1, 1)
  `
  const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`)
  const worker = new Worker(url, { workerData: words.buffer })
  const ended = new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject))
  expect(spinWhile(words, 1, 0, 30_000)).toBe(true)
  await ended
})

it('gives up by the clock', () => {
  const words = new Int32Array(2)
  const start = performance.now()
  expect(spinWhile(words, 0, 0, 5)).toBe(false)
  expect(performance.now() - start).toBeGreaterThanOrEqual(5)
})
