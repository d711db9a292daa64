/** What a check gave. */
export interface CheckResult {
  readonly title: string
  readonly command: string
  readonly passed: boolean
  readonly seconds: number
  readonly lines: readonly string[]
}

export interface VerificationReport {
  readonly date: string
  readonly commit: string
  readonly seed: number
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly system: string
    readonly node: string
  }
  readonly results: readonly CheckResult[]
}

/** `docs/verification.md`: what the checks that take minutes gave when they last ran. */
export function verificationPage({ date, commit, seed, machine, results }: VerificationReport): string {
  const { cpu, cores, system, node } = machine
  return `${[
    '# Verification',
    '',
    'Written by `npm run verify`, which runs every check there is. Each change runs all tests, and samples of the others.',
    '',
    `${date}, commit ${commit}, seed ${seed}. ${cpu}, ${cores} cores; ${system}; Node ${node}.`,
    ...results.flatMap(({ title, command, passed, seconds, lines }) => [
      '',
      `## ${title}`,
      '',
      `${passed ? 'Passed' : '**Failed**'} in ${(seconds / 60).toFixed(1)} minutes: \`${command}\``,
      '',
      ...lines.map((line) => `- ${line}`),
    ]),
  ].join('\n')}\n`
}
