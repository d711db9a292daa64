import { expect, it } from 'vitest'
import { lenetStepFlops } from './lenetStep.js'

it('counts 1.69 GFLOP for a step of 128', () => {
  // By layers, forward: 73.728, 409.6, 102.4 and 1.28 MFLOP.
  expect(lenetStepFlops(128)).toBe(2 * 73_728_000 + 3 * (409_600_000 + 102_400_000 + 1_280_000))
  expect(lenetStepFlops(128) / 1e9).toBeCloseTo(1.69, 2)
})
