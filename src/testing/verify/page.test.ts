import { describe, expect, it } from 'vitest'
import { summarizeTests } from './checks.js'
import { verificationPage } from './page.js'

describe('The page of a verification', () => {
  const lines = summarizeTests(
    JSON.stringify({
      numPassedTests: 2,
      numFailedTests: 1,
      numPendingTests: 3,
      testResults: [
        {
          assertionResults: [
            {
              fullName: 'MNIST, seed 1',
              status: 'passed',
              duration: 12_300,
              meta: { figure: 'test accuracy 0.98' },
            },
            { fullName: 'a quick one', status: 'passed', duration: 3, meta: {} },
          ],
        },
        {
          assertionResults: [
            { fullName: 'memory', status: 'failed', duration: null, meta: { figure: '1 MB' } },
          ],
        },
      ],
    }),
  )

  it('has the counts, and the tests that kept a figure', () => {
    expect(lines).toEqual([
      '2 passed, 1 failed, 3 skipped',
      'MNIST, seed 1: test accuracy 0.98 (passed, 12 s)',
      'memory: 1 MB (failed, 0 s)',
    ])
  })

  const check = {
    ...{ title: 'Tests', command: 'node tests', passed: true, seconds: 90, lines },
    ...{ date: '2026-01-02', commit: 'abc', machine: 'a processor' },
  }
  const titles = ['Tests', 'Kills']

  it('says of each check how, when and where it ended', () => {
    const page = verificationPage('', [check, { ...check, title: 'Kills', passed: false }], titles)
    expect(page).toContain(
      '## Tests\n\nPassed on 2026-01-02 at commit abc, in 1.5 minutes, on a processor: `node tests`\n\n- 2 passed, 1 failed, 3 skipped\n',
    )
    expect(page).toContain('## Kills\n\n**Failed** on 2026-01-02')
  })

  it('keeps the parts of checks that did not run', () => {
    const kills = { ...check, title: 'Kills' }
    const before = verificationPage('', [kills], titles)
    const after = verificationPage(before, [check], titles)
    expect(after).toBe(verificationPage('', [check, kills], titles))
    expect(verificationPage(after, [], titles)).toBe(after)
    expect(verificationPage(after, [], ['Kills'])).toBe(before)
  })
})
