import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Executor } from '../graph/executor.js'
import { randomGraph } from '../testing/randomGraph.js'
import { referenceEvaluate } from '../testing/referenceEvaluate.js'
import { testTargets } from '../testing/testExecutors.js'

describe.each(await testTargets())('random graphs on $name', ({ name, create }) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await create(3)
  })
  afterAll(() => executor.close())

  const seeds = Array.from({ length: name === 'interpreter' ? 150 : 60 }, (_, i) => i + 1)
  it.each(seeds)('give what the float64 references give (seed %i)', async (seed) => {
    const results = randomGraph(seed, 6 + (seed % 25))
    const arrays = await executor.evaluate(results)
    const references = referenceEvaluate(results)
    arrays.forEach((array, i) => {
      const scale = references[i].data.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
      const worst = references[i].data.reduce(
        (most, value, k) => Math.max(most, Math.abs(value - array[k])),
        0,
      )
      expect(array.length).toBe(references[i].data.length)
      expect(worst / scale).toBeLessThan(2e-5)
    })
  })
})
