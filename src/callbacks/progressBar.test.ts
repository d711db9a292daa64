import { describe, expect, it } from 'vitest'
import { resolveVerbosity } from '../models/options.js'
import { ProgbarLogger } from './progbarLogger.js'
import { ProgressBar } from './progressBar.js'

/** An output that remembers, and a clock that is set by hand. */
function stage(isTerminal: boolean, columns?: number) {
  const written: string[] = []
  const stageOf = {
    written,
    time: 0,
    output: { isTerminal, columns, write: (text: string) => written.push(text) },
  }
  return { ...stageOf, now: () => stageOf.time, at: (time: number) => (stageOf.time = time) }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for.
const plain = (text: string) => text.replaceAll(/\x1b\[\d*[mK]/g, '').replaceAll('\r', '')

describe('the progress bar on a terminal', () => {
  const logs = { accuracy: 0.65184, loss: 1.14231 }

  it('has the form of Keras 3', () => {
    const { output, now, at, written } = stage(true)
    const bar = new ProgressBar({ output, now, target: 47, live: true })
    at(1000)
    bar.update(1, logs)
    at(1000 + 46 * 65)
    bar.update(47, logs)
    at(9000)
    bar.finish(logs)
    expect(plain(written[0])).toBe(' 1/47 ━━━━━━━━━━━━━━━━━━━━ 46s 1s/step - accuracy: 0.6518 - loss: 1.1423')
    expect(written[0]).toBe(
      `\r\x1b[1m 1/47\x1b[0m \x1b[37m${'━'.repeat(20)}\x1b[0m \x1b[1m46s\x1b[0m 1s/step - accuracy: 0.6518 - loss: 1.1423\x1b[K`,
    )
    expect(plain(written[1])).toContain(' 0s 65ms/step')
    expect(plain(written[2])).toBe(
      '47/47 ━━━━━━━━━━━━━━━━━━━━ 9s 65ms/step - accuracy: 0.6518 - loss: 1.1423',
    )
    expect(written[2]).toContain(`\x1b[32m${'━'.repeat(20)}\x1b[0m`)
    expect(written[3]).toBe('\n')
  })

  it('has no colours where its output has none', () => {
    const { output, now, at, written } = stage(true)
    const bar = new ProgressBar({ output: { ...output, hasColors: false }, now, target: 2, live: true })
    at(1000)
    bar.update(1, logs)
    expect(written).toEqual([`\r1/2 ${'━'.repeat(20)} 1s 1s/step - accuracy: 0.6518 - loss: 1.1423\x1b[K`])
  })

  it('is drawn at most every 50 ms', () => {
    const { output, now, at, written } = stage(true)
    const bar = new ProgressBar({ output, now, target: 100, live: true })
    for (let step = 1; step <= 100; step++) {
      at(step * 10)
      bar.update(step, {})
    }
    expect(written.length).toBe(20)
  })

  it('does not wrap before its end, where all is shown', () => {
    const { output, now, at, written } = stage(true, 40)
    const bar = new ProgressBar({ output, now, target: 3, live: true })
    at(60)
    bar.update(1, logs)
    expect(plain(written[0])).toHaveLength(39)
    bar.finish(logs)
    expect(plain(written[1])).toMatch(/ - accuracy: 0\.6518 - loss: 1\.1423$/)
  })

  it('writes times and small numbers as Keras does', () => {
    const { output, now, at, written } = stage(true)
    const bar = new ProgressBar({ output, now, target: 1001, live: true })
    at(100)
    bar.update(1, { loss: 0.00012345 })
    expect(plain(written[0])).toContain('1:40 100ms/step - loss: 1.2345e-04')
    at(100 + 0.25 * 1000)
    bar.update(1001, {})
    bar.finish({ loss: 0, val_loss: Number.NaN })
    expect(plain(written[2])).toContain('0s 250us/step - loss: 0.0000e+00 - val_loss: NaN')
  })
})

describe('progress where there is no terminal', () => {
  it('is one plain line for each epoch', () => {
    const { output, now, at, written } = stage(false)
    const logger = new ProgbarLogger(now)
    logger.setParams({ epochs: 2, steps: 47, verbose: 2, output })
    logger.onEpochBegin(0)
    logger.onTrainBatchEnd(0, { loss: 2 })
    at(3000)
    logger.onTrainBatchEnd(46, { loss: 2 })
    logger.onEpochEnd(0, { accuracy: 0.5, loss: 1, val_loss: 2 })
    expect(written).toEqual([
      'Epoch 1/2 - 47/47 - 3s - 65ms/step - accuracy: 0.5000 - loss: 1.0000 - val_loss: 2.0000\n',
    ])
  })

  it('is chosen by itself', () => {
    const { output } = stage(false)
    const terminal = stage(true).output
    expect(resolveVerbosity('auto', output, 2).verbose).toBe(2)
    expect(resolveVerbosity('auto', output, 0).verbose).toBe(0)
    expect(resolveVerbosity(1, output, 0).verbose).toBe(2)
    expect(resolveVerbosity('auto', terminal, 0).verbose).toBe(1)
    expect(() => resolveVerbosity(3 as 2, output, 0)).toThrow(
      /verbose: expected 'auto', 0, 1 or 2, received 3/,
    )
  })
})
