import { it } from 'vitest'
import type { GradusError } from '../../index.js'
import { expectRefusal, type Refusal } from './expectRefusal.js'

/** What somebody writes on the first day. Types refuse much of it; programs without types are to be told as clearly. */
export type Attempt = readonly [
  what: string,
  run: () => unknown,
  type: new (message?: string) => GradusError,
  ...parts: [
    names: Refusal['names'],
    expected: Refusal['expected'],
    received: Refusal['received'],
    fix: Refusal['fix'],
  ],
]

/** A test for each: that it is refused, with every part of the message. */
export const checkAttempts = (attempts: readonly Attempt[]) =>
  it.each(attempts)('%s', (_, run, type, names, expected, received, fix) =>
    expectRefusal(run, { type, names, expected, received, fix }),
  )

/** A value of whatever type is asked for. */
export const any = (value: unknown) => value as never
