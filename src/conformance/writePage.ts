import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gradusVersion } from '../cli/version.js'
import type { ExecutorStatistics } from '../graph/executor.js'
import { type Coverage, type EntryState, moduleOf } from './coverage.js'
import { type CaseResult, isFault, type Row } from './results.js'
import { errorText, limitText } from './textTable.js'

export interface Versions {
  readonly keras: string
  readonly tensorflow: string
  readonly numpy: string
  readonly python: string
}

export interface PageParts {
  readonly versions: Versions
  /** What Gradus ran on. */
  readonly machine: Pick<ExecutorStatistics, 'target' | 'threads'>
  readonly rows: readonly Row[]
  readonly results: readonly CaseResult[]
  readonly coverage: Coverage
  /** Suites that could not run on this machine. */
  readonly leftOut: readonly string[]
}

const page = fileURLToPath(new URL('../../docs/conformance.md', import.meta.url))

/** Writes docs/conformance.md. */
export async function writePage(parts: PageParts): Promise<void> {
  await writeFile(page, `${pageLines(parts).join('\n')}\n`)
}

function pageLines({ versions, machine, rows, results, coverage, leftOut }: PageParts): string[] {
  const count = (state: EntryState['state']) =>
    coverage.entries.filter((entry) => entry.state === state).length
  const tensors = results.reduce((total, { measurements }) => total + measurements.length, 0)
  return [
    '# Conformance with Keras',
    '',
    'Written by `npm run conformance`, which compares Gradus with the real Keras, live. Do not edit it.',
    '',
    `- Made on ${new Date().toISOString().slice(0, 10)} with Gradus ${gradusVersion()} on the target ${machine.target} with ` +
      `${machine.threads} ${machine.threads === 1 ? 'thread' : 'threads'}, Node ${process.versions.node}, Keras ${versions.keras}, ` +
      `TensorFlow ${versions.tensorflow} (CPU), NumPy ${versions.numpy}, Python ${versions.python}.`,
    `- ${results.length} cases, in which ${tensors} tensors and configs are compared; ` +
      `${rows.filter(({ verdict }) => isFault(verdict)).length} rows differ.`,
    `- Of ${coverage.entries.length} public entries of Keras ${count('done')} are done, ${count('later')} come later, ${count('out')} are out.`,
    ...leftOut.map((name) => `- Not compared, since it could not be installed: ${name}.`),
    '',
    "The error of a tensor is max|a - b| / max|b|, with a Gradus's and b Keras's. **agrees**: within the limit, which is 1e-5 for single",
    'ops, layers and losses and for predictions of models from files and of exported ones in onnxruntime, 1e-4 after 100 optimizer steps and after 10 steps of models from',
    'files, 1e-3 in the loss of whole runs of 50 steps; for what is random, the limit',
    "stands in the case. **near float64**: Gradus is no further from Keras's own float64 result than twice what Keras's float32 is.",
    "**Keras is off**: Gradus is within the limit of float64, Keras's float32 is not.",
    '',
    '## What was compared',
    '',
    '| what | cases | worst error | limit | verdict |',
    '| --- | ---: | ---: | ---: | --- |',
    ...rows.map(
      ({ what, cases, worst, verdict }) =>
        `| ${cell(what)} | ${cases} | ${errorText(worst.error)} | ${limitText(worst)} | ${verdict} |`,
    ),
    '',
    ...curveLines(results),
    ...remarkLines(rows),
    '## Every public entry of Keras',
    '',
    'An entry counts once, whatever number of names it has. Done means that there is a numeric case for it above.',
    '',
    ...moduleLines(coverage.entries),
  ]
}

/** Steps whose losses are shown. */
const stepsShown = [1, 2, 5, 10, 20, 30, 40, 50]

function curveLines(results: readonly CaseResult[]): string[] {
  const runs = results.flatMap(({ conformanceCase: { name }, measurements }) =>
    measurements.flatMap(({ curves }) => (curves ? [{ name, curves }] : [])),
  )
  const line = (name: string, side: string, losses: ArrayLike<number>) =>
    `| ${cell(name)} | ${side} | ${stepsShown.map((step) => losses[step - 1].toFixed(6)).join(' | ')} |`
  return [
    '### Loss curves of whole runs',
    '',
    'The loss of each step, before its update, from the same weights and on the same batches.',
    '',
    `| run | | ${stepsShown.map((step) => `step ${step}`).join(' | ')} |`,
    `| --- | --- | ${stepsShown.map(() => '---:').join(' | ')} |`,
    ...runs.flatMap(({ name, curves }) => [
      line(name, 'Gradus', curves.gradus),
      line('', 'Keras', curves.keras),
    ]),
    '',
  ]
}

function remarkLines(rows: readonly Row[]): string[] {
  const remarks = rows.flatMap(({ what, remarks: of }) => of.map((remark) => ({ what, ...remark })))
  if (remarks.length === 0) return []
  return [
    '### Where float64 decided',
    '',
    '| what | case | tensor | error | verdict | |',
    '| --- | --- | --- | ---: | --- | --- |',
    ...remarks.map(
      ({ what, name, measurement: { what: part, error, verdict, note = '' } }) =>
        `| ${cell(what)} | ${cell(name)} | ${part} | ${errorText(error)} | ${verdict} | ${cell(note)} |`,
    ),
    '',
  ]
}

function moduleLines(entries: readonly EntryState[]): string[] {
  const modules = [...new Set(entries.map(({ name }) => moduleOf(name)))]
  return modules.flatMap((module) => {
    const own = entries.filter(({ name }) => moduleOf(name) === module)
    const listed = (state: EntryState['state']) => own.filter((entry) => entry.state === state)
    const without = [...listed('differs'), ...listed('later'), ...listed('out')]
    return [
      `### ${module}`,
      '',
      `Done (${listed('done').length}): ${listed('done').map(nameText).join(', ') || 'none'}.`,
      '',
      ...(without.length === 0
        ? []
        : [
            '| entry | | reason |',
            '| --- | --- | --- |',
            ...without.map(
              (entry) => `| ${nameText(entry)} | ${entry.state} | ${cell(entry.reason ?? '')} |`,
            ),
            '',
          ]),
    ]
  })
}

function nameText({ name, aliases }: EntryState): string {
  const short = (full: string) =>
    moduleOf(full) === moduleOf(name) ? full.slice(moduleOf(full).length + 1) : full
  return aliases.length === 0
    ? `\`${short(name)}\``
    : `\`${short(name)}\` (also ${aliases.map(short).join(', ')})`
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
