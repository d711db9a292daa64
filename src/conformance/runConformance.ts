import { configure, getExecutor } from '../graph/executor.js'
import { setRandomSeed } from '../utils/randomSeed.js'
import type { ConformanceArguments } from './arguments.js'
import type { Measurement } from './compare.js'
import { accountFor, type Inventory } from './coverage.js'
import { KerasPeer, type OtherPeer } from './kerasPeer.js'
import { type CaseResult, isFault, rowsOf, worstVerdict } from './results.js'
import { sampleCases } from './sampleCases.js'
import type { ConformanceCase, Suite } from './suite.js'
import { faultLines, tableLines } from './textTable.js'
import { type Versions, writePage } from './writePage.js'

/** Compares Gradus with Keras, prints the table and returns the exit code: 0 if nothing differs. */
export async function runConformance(
  suites: readonly Suite[],
  options: ConformanceArguments,
): Promise<number> {
  const start = performance.now()
  const peer = KerasPeer.start()
  try {
    const versions = await peer.ask<Versions>('versions')
    const inventory = await peer.ask<Inventory>('inventory')
    const chosen = suites.filter(({ name }) => options.only.length === 0 || options.only.includes(name))
    const results: CaseResult[] = []
    const leftOut: string[] = []
    for (const suite of chosen) {
      const cases = casesOf(suite, options)
      if (cases.length > 0 && suite.needs && !isThere(peer, suite.needs)) {
        leftOut.push(suite.name)
        continue
      }
      process.stderr.write(`${suite.name}: ${cases.length} of ${suite.cases.length} cases\n`)
      for (const conformanceCase of cases) {
        results.push({
          suite: suite.name,
          conformanceCase,
          measurements: await measure(conformanceCase, peer),
        })
      }
    }
    const rows = rowsOf(results)
    const differing = results.filter(({ measurements }) => isFault(worstVerdict(measurements)))
    const differingEntries = differing.flatMap(({ conformanceCase: { entries } }) => entries)
    const coverage = accountFor(inventory, suites, new Set(differingEntries))
    const faults = coverage.faults.filter(
      ({ module }) => options.only.length === 0 || options.only.includes(module),
    )
    for (const line of tableLines(rows)) print(line)
    for (const line of faultLines(rows)) print(line)
    for (const { text } of faults) print(text)
    for (const name of leftOut) print(`NOT COMPARED: ${name}, which cannot be installed here: see above`)
    const seconds = (performance.now() - start) / 1000
    print(
      `\n${results.length} cases, ${differing.length} differ; Keras ${versions.keras} on TensorFlow ${versions.tensorflow}; ` +
        `${seconds.toFixed(0)} s`,
    )
    const { statistics: machine } = await getExecutor()
    const isWhole = options.only.length === 0 && !options.filter && options.sample === undefined
    if (isWhole) await writePage({ versions, machine, rows, results, coverage, leftOut })
    return differing.length + faults.length > 0 ? 1 : 0
  } finally {
    peer.close()
    // Workers end here, whatever happened.
    await configure({})
  }
}

/** Whether an older Keras, or onnxruntime, could be installed and started; if not, its set-up has said why. */
function isThere(peer: KerasPeer, needs: OtherPeer): boolean {
  try {
    if (needs === 'onnx') peer.onnx()
    else peer.files(needs)
    return true
  } catch {
    return false
  }
}

function casesOf(suite: Suite, { filter, sample }: ConformanceArguments): readonly ConformanceCase[] {
  if (filter) return suite.cases.filter(({ name }) => name.includes(filter))
  if (sample === undefined) return suite.cases
  return suite.needs ? [] : sampleCases(suite, sample)
}

/** Compares as it would alone, and in every run: what no case seeds is drawn alike. */
async function measure(conformanceCase: ConformanceCase, peer: KerasPeer): Promise<readonly Measurement[]> {
  setRandomSeed(7)
  try {
    return await conformanceCase.run(peer)
  } catch (error) {
    const note = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    return [{ what: 'all', error: Number.POSITIVE_INFINITY, limit: 0, verdict: 'fails', note }]
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)
