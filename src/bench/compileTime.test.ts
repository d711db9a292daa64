import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { peersFolder } from './peer.js'

it('compiles a model in a process of its own, once, and takes steps of it', async () => {
  const script = `${peersFolder}gradus/coldCompile.js`
  const env = { ...process.env, GRADUS_BENCH_THREADS: '2' }
  const { stdout } = await promisify(execFile)(process.execPath, [script, 'lenet', '8', '5'], { env })
  const { compile_ms, step_ms } = JSON.parse(stdout)
  expect(step_ms).toBeGreaterThan(0)
  // The first step of a batch of 8 is compiling above all.
  expect(compile_ms).toBeGreaterThan(2 * step_ms)
})
