import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A check that takes minutes: a command, and what of its output is worth keeping. */
export interface Check {
  readonly name: string
  readonly title: string
  /** A command that installs what the check does without where it fails, as on a machine without network. */
  readonly prepare?: readonly string[]
  /** Words of the command, to be run in the project's folder. */
  readonly command: readonly string[]
  /** Lines for the page, from what the command printed. */
  summarize(output: string): readonly string[]
}

const root = new URL('../../../', import.meta.url)

/** The project's folder. */
export const projectFolder = fileURLToPath(root)
const built = (file: string) => fileURLToPath(new URL(`dist/${file}`, root))
const report = fileURLToPath(new URL('.reports/verify.json', root))

/** What the JSON reporter of vitest writes, as far as it is read here. */
interface TestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly testResults: readonly { readonly assertionResults: readonly TestResult[] }[]
}

interface TestResult {
  readonly fullName: string
  readonly status: string
  readonly duration?: number | null
  readonly meta: { readonly figure?: string }
}

/** The lines of all tests, and of each test that kept a figure. */
export function summarizeTests(text: string): string[] {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(text) as TestReport
  const kept = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ meta }) => meta.figure !== undefined)
  return [
    `${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`,
    ...kept.map(
      ({ fullName, status, duration, meta }) =>
        `${fullName}: ${meta.figure} (${status}, ${((duration ?? 0) / 1000).toFixed(0)} s)`,
    ),
  ]
}

const allLines = (output: string): string[] => output.trimEnd().split('\n')
const lastLine = (output: string): string[] => [output.trimEnd().split('\n').at(-1) ?? '']

/** All checks, in the order in which they are run. */
export const checks = (seed: number): readonly Check[] => [
  {
    name: 'tests',
    title: 'All tests, those that take minutes too',
    prepare: ['python3', 'conformance/setup.py', 'tensorboard'],
    command: [
      ...[process.execPath, 'node_modules/vitest/vitest.mjs', 'run', '--mode', 'verify'],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    ],
    summarize: () => summarizeTests(readFileSync(report, 'utf8')),
  },
  {
    name: 'costs',
    title: 'What callbacks add to an epoch',
    command: [process.execPath, built('testing/costs/main.js')],
    summarize: allLines,
  },
  {
    name: 'kills',
    title: 'Fifty kills of a training run, each resumed',
    command: [process.execPath, built('testing/kill/main.js'), '50', String(seed)],
    summarize: lastLine,
  },
  {
    name: 'instructions',
    title: 'x86-64 instructions, encoded by Gradus and by GNU as',
    command: [process.execPath, built('testing/fuzzX64.js'), '--count', '1000000', '--seed', String(seed)],
    summarize: lastLine,
  },
  {
    name: 'conformance',
    title: 'Comparison with the real Keras',
    command: [process.execPath, built('conformance/main.js')],
    summarize: lastLine,
  },
]
