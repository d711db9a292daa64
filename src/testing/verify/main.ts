/**
 * `npm run verify [-- --only tests,kills] [--seed N]`: every check, those that take minutes too, one after another. Writes
 * what each gave to docs/verification.md.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, type } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Check, checks, projectFolder } from './checks.js'
import { type CheckResult, verificationPage } from './page.js'

const { values } = parseArgs({ options: { only: { type: 'string' }, seed: { type: 'string' } } })
const seed = Number(values.seed ?? Math.floor(Date.now() / 1000) % 1_000_000)
const all = checks(seed)
const names = all.map(({ name }) => name)
const only = values.only?.split(',') ?? names
const strange = only.find((name) => !names.includes(name))
if (strange !== undefined || !Number.isSafeInteger(seed) || seed < 0) {
  console.error(`verify: expected --only as some of ${names.join(',')}, and --seed as a whole number`)
  process.exit(2)
}

const page = join(projectFolder, 'docs/verification.md')
const titles = all.map(({ title }) => title)
const results: CheckResult[] = []
for (const check of all.filter(({ name }) => only.includes(name))) {
  results.push(await runCheck(check))
  writeFileSync(page, verificationPage(existsSync(page) ? readFileSync(page, 'utf8') : '', results, titles))
}
for (const { title, passed, lines } of results) {
  console.log(`${passed ? 'passed' : 'FAILED'}  ${title}: ${lines[0]}`)
}
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1

async function runCheck(check: Check): Promise<CheckResult> {
  if (check.prepare) {
    const [program, ...words] = check.prepare
    spawnSync(program, words, { cwd: projectFolder, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  const [program, ...words] = check.command
  const start = performance.now()
  const child = spawn(program, words, {
    cwd: projectFolder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (data: Buffer) => {
    output += data
    process.stdout.write(data)
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return {
    title: check.title,
    // The project's own folder is nobody's business.
    command: ['node', ...words].join(' ').replaceAll(projectFolder, ''),
    passed: code === 0,
    seconds: (performance.now() - start) / 1000,
    lines: summaryOf(check, output),
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    machine: `${cpus()[0]?.model.trim() ?? 'an unknown processor'}, ${cpus().length} cores, ${type()} ${release().split('.', 2).join('.')}, Node ${process.versions.node}`,
  }
}

/** A check that broke off has nothing to be summarized. */
function summaryOf(check: Check, output: string): readonly string[] {
  try {
    return check.summarize(output)
  } catch (error) {
    return [`no summary: ${error instanceof Error ? error.message : error}`]
  }
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: projectFolder,
      encoding: 'utf8',
    }).trim()
  } catch {
    return 'unknown'
  }
}
