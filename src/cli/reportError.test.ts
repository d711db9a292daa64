import { expect, it } from 'vitest'
import { InternalError, ShapeError } from '../errors.js'
import { reportError } from './reportError.js'

function reported(error: unknown, debug?: string): string {
  let text = ''
  reportError(error, { write: (part) => (text += part) }, debug)
  return text
}

it('says in one line what the user can mend', () => {
  expect(reported(new ShapeError('expected [2]'))).toBe('gradus: expected [2]\n')
  const missing = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT', syscall: 'open' })
  expect(reported(missing)).toBe('gradus: ENOENT: no such file\n')
})

it('shows the stack on demand', () => {
  expect(reported(new ShapeError('expected [2]'), 'plan')).toMatch(
    /^gradus: ShapeError: expected \[2\]\n +at /,
  )
  expect(reported(new ShapeError('expected [2]'), 'plan')).not.toContain('defect')
})

it('asks to report what is a defect', () => {
  for (const error of [new InternalError('no launch'), new TypeError('no launch')]) {
    expect(reported(error)).toMatch(/^gradus: \w+Error: no launch\n +at .*\nThis is a defect of Gradus\./s)
  }
  expect(reported('text')).toMatch(/^gradus: text\nThis is a defect/)
})
