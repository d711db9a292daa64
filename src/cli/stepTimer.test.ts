import { expect, it } from 'vitest'
import { StepTimer } from './stepTimer.js'

function timed(...epochs: readonly (readonly number[])[]): number | undefined {
  let time = 100
  const timer = new StepTimer(() => time)
  for (const steps of epochs) {
    timer.onEpochBegin()
    for (const step of steps) {
      time += step
      timer.onTrainBatchEnd()
    }
    // Validation.
    time += 10_000
  }
  return timer.medianStep
}

it('gives the median step, without the first one and without validation', () => {
  expect(timed([900, 10, 12], [30, 11])).toBe(11.5)
})

it('gives the only step there is', () => {
  expect(timed([900])).toBe(900)
})

it('gives nothing where there was no step', () => {
  expect(timed([])).toBeUndefined()
})
