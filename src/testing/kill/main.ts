import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killRuns } from './killRuns.js'

/** `npm run verify:kill [kills] [seed]` */
const [kills = 50, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number)
const folder = await mkdtemp(join(tmpdir(), 'gradus-kill-'))
process.stdout.write(`${kills} processes are killed, at moments drawn from seed ${seed}.\n`)
const report = await killRuns({ kills, seed, folder, log: (line) => process.stdout.write(`${line}\n`) })
await rm(folder, { recursive: true })
process.stdout.write(
  `${report.kills} processes were killed. All ${report.runs} runs ended with the same weights, bit for bit, as one that was left alone; all files ` +
    'could be read at any time.\n',
)
