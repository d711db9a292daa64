/** What a check gave, and where and when. */
export interface CheckResult {
  readonly title: string
  readonly command: string
  readonly passed: boolean
  readonly seconds: number
  readonly lines: readonly string[]
  readonly date: string
  readonly commit: string
  readonly machine: string
}

const opening = [
  '# Verification',
  '',
  'Written by `npm run verify`, which runs every check there is; `npm run verify -- --only kills` runs one, and writes its part anew. Each change',
  'runs all tests, and samples of the others.',
  '',
].join('\n')

/**
 * `docs/verification.md`: what the checks that take minutes gave when each of them last ran.
 * @param before the page as it was; parts of checks that are not among the results stay
 * @param titles all parts, in order
 */
export function verificationPage(
  before: string,
  results: readonly CheckResult[],
  titles: readonly string[],
): string {
  const parts = new Map(
    before
      .split(/^(?=## )/m)
      .slice(1)
      .map((part) => [part.slice(3, part.indexOf('\n')), part.trimEnd()]),
  )
  for (const result of results) parts.set(result.title, partOf(result))
  const kept = titles.flatMap((title) => parts.get(title) ?? [])
  return `${[opening, ...kept].join('\n').replaceAll(/\n+## /g, '\n\n## ')}\n`
}

const partOf = ({ title, command, passed, seconds, lines, date, commit, machine }: CheckResult): string =>
  [
    `## ${title}`,
    '',
    `${passed ? 'Passed' : '**Failed**'} on ${date} at commit ${commit}, in ${(seconds / 60).toFixed(1)} minutes, on ${machine}: \`${command}\``,
    '',
    ...lines.map((line) => `- ${line}`),
  ].join('\n')
