import { afterAll, beforeAll, describe, it } from 'vitest'
import type { Executor } from '../graph/executor.js'
import { opCases } from './opCases/index.js'
import { checkOnExecutor } from './opTest.js'
import { testTargets } from './testExecutors.js'

describe.each(await testTargets())('ops on the target $name', ({ create }) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await create(2)
  })
  afterAll(() => executor.close())

  it.each(opCases)('$name', (opCase) => checkOnExecutor(executor, opCase))
})
