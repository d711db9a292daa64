import { afterAll, beforeAll, describe, it } from 'vitest'
import type { Executor } from '../graph/executor.js'
import { createExecutor } from '../runtime/createExecutor.js'
import { opCases } from './opCases/index.js'
import { checkOnExecutor, targets } from './opTest.js'

describe.each(targets)('ops on the target %s', (target) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor({ target, threads: 2 })
  })
  afterAll(() => executor.close())

  it.each(opCases)('$name', (opCase) => checkOnExecutor(executor, opCase))
})
