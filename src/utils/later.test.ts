import { expect, it } from 'vitest'
import { isPending } from './later.js'

it('tells promises from values, also where a page has replaced Promise', () => {
  const native = globalThis.Promise
  globalThis.Promise = class extends native<unknown> {} as PromiseConstructor
  try {
    const pending = (async () => 1)()
    expect(pending instanceof Promise).toBe(false)
    expect(isPending(pending)).toBe(true)
  } finally {
    globalThis.Promise = native
  }
  for (const value of [[], new Float32Array(1), undefined, null, 0]) expect(isPending(value)).toBe(false)
})
