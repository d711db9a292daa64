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

  it('says of each check how it ended', () => {
    const machine = { cpu: 'A processor', cores: 2, system: 'Linux 6', node: '20.0.0' }
    const check = { title: 'All tests', command: 'node tests', seconds: 90, lines }
    const page = verificationPage({
      ...{ date: '2026-01-02', commit: 'abc', seed: 5, machine },
      results: [
        { ...check, passed: true },
        { ...check, title: 'Kills', passed: false },
      ],
    })
    expect(page).toContain('2026-01-02, commit abc, seed 5. A processor, 2 cores; Linux 6; Node 20.0.0.')
    expect(page).toContain(
      '## All tests\n\nPassed in 1.5 minutes: `node tests`\n\n- 2 passed, 1 failed, 3 skipped\n',
    )
    expect(page).toContain('## Kills\n\n**Failed** in 1.5 minutes')
  })
})
