import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { killRuns } from './killRuns.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-kill-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

// `npm run verify:kill` kills fifty, at other moments each time.
it('Training that is killed and resumed ends as if nothing had happened', async () => {
  const { kills, runs } = await killRuns({ kills: 5, seed: 1, folder })
  expect(kills).toBe(5)
  expect(runs).toBeGreaterThan(1)
}, 300_000)
