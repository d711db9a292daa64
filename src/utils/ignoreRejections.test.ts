import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkOutputs } from '../layers/checkOutputs.js'
import { expectTensor } from './expectTensor.js'
import { ignoreRejections } from './ignoreRejections.js'

const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)
beforeAll(() => void process.on('unhandledRejection', note))
afterAll(() => void process.off('unhandledRejection', note))

const failing = () => Promise.reject(new Error('too late'))

it('leaves alone promises that fail after they were refused', async () => {
  ignoreRejections([1, undefined, failing()])
  expect(() => expectTensor(failing(), 'loss')).toThrow(/received a Promise/)
  expect(() => checkOutputs(failing(), 'Layer')).toThrow(/received a Promise/)
  expect(() => checkOutputs([failing()], 'Layer')).toThrow(/received \[a Promise/)
  // Node looks for unhandled rejections when the microtasks are done.
  await new Promise((resolve) => setTimeout(resolve, 10))
  expect(unhandled).toEqual([])
})
