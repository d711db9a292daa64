import { expect } from 'vitest'
import { GradusError } from '../../index.js'

/** What an error must say, for a user to mend what is wrong. */
export interface Refusal {
  readonly type: new (message?: string) => GradusError
  /** The layer or argument. */
  readonly names: string | RegExp
  readonly expected: string | RegExp
  readonly received: string | RegExp
  readonly fix: string | RegExp
}

/** Runs something that must be refused, synchronously or by a rejected promise, and looks at every part of the message. */
export async function expectRefusal(run: () => unknown, refusal: Refusal): Promise<void> {
  const error = await caught(run)
  expect(error).toBeInstanceOf(GradusError)
  expect(error).toBeInstanceOf(refusal.type)
  const { message } = error as GradusError
  for (const part of ['names', 'expected', 'received', 'fix'] as const) {
    const pattern = refusal[part]
    const found = typeof pattern === 'string' ? message.includes(pattern) : pattern.test(message)
    if (!found) expect.fail(`the message does not say ${part} ${pattern}: ${message}`)
  }
}

async function caught(run: () => unknown): Promise<unknown> {
  try {
    await run()
  } catch (error) {
    return error
  }
  return undefined
}
