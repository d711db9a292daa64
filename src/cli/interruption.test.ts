import { afterEach, describe, expect, it, vi } from 'vitest'
import { InterruptedError, Interruption } from './interruption.js'

describe('Interruption', () => {
  const running: Interruption[] = []
  const started = () => {
    const interruption = new Interruption()
    interruption.start()
    running.push(interruption)
    return interruption
  }
  afterEach(() => {
    for (const interruption of running.splice(0)) interruption.stop()
    vi.restoreAllMocks()
  })

  it('turns a signal into an abort', () => {
    const { signal } = started()
    expect(signal.aborted).toBe(false)
    process.emit('SIGTERM', 'SIGTERM')
    expect(signal.reason).toBeInstanceOf(InterruptedError)
    expect(signal.reason.signal).toBe('SIGTERM')
  })

  it('ends the process at the second one, but not at the same keystroke passed on by npm', () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
    const clock = vi.spyOn(performance, 'now').mockReturnValue(5000)
    started()
    process.emit('SIGINT', 'SIGINT')
    clock.mockReturnValue(5020)
    process.emit('SIGINT', 'SIGINT')
    expect(exit).not.toHaveBeenCalled()
    clock.mockReturnValue(6000)
    process.emit('SIGINT', 'SIGINT')
    expect(exit).toHaveBeenCalledWith(130)
  })

  it('leaves no handlers behind', () => {
    const before = process.listenerCount('SIGINT')
    const interruption = started()
    expect(process.listenerCount('SIGINT')).toBe(before + 1)
    interruption.stop()
    expect(process.listenerCount('SIGINT')).toBe(before)
  })
})
