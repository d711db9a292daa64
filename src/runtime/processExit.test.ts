import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { x64Status } from './createX64Backend.node.js'

/** Runs a program in a Node of its own, from the folder of this test. */
function runNode(source: string): Promise<{ code: number | null; output: string }> {
  const here = new URL('.', import.meta.url).href
  const text = source.replaceAll('RUNTIME/', here).replaceAll('TESTING/', new URL('../testing/', here).href)
  const child = spawn(process.execPath, ['--input-type=module', '-e', text])
  let output = ''
  child.stdout.on('data', (data) => (output += data))
  child.stderr.on('data', (data) => (output += data))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}

const withMachineCode = (await x64Status()).available

const setUp = `
  const { createWasmBackend } = await import('RUNTIME/createWasmBackend.js')
  const { Debug } = await import('RUNTIME/debug.js')
  const { DeviceExecutor } = await import('RUNTIME/deviceExecutor.js')
  const { compileHandMade, handMadeTrace } = await import('TESTING/handMadePrograms.js')
  const debug = new Debug('')
  const newExecutor = async (threads, shared) => new DeviceExecutor({
    backend: await createWasmBackend({ threads, debug, shared }), compile: compileHandMade, debug })
`

describe('A process', () => {
  it.each([
    [1, true],
    [3, true],
    [1, false],
  ])(
    'on %i threads, shared memory %s, waits for its runs and then ends by itself',
    async (threads, shared) => {
      const outcome = await runNode(`${setUp}
      const executor = await newExecutor(${threads}, ${shared})
      const step = await executor.compile(handMadeTrace('add', 2))
      const [first] = await step.run([Float32Array.of(1, 2)])
      await new Promise((resolve) => setTimeout(resolve, 20))
      const [second] = await step.run([first])
      console.log(second.join())
    `)
      expect(outcome).toEqual({ code: 0, output: '4,8\n' })
    },
  )

  it.runIf(withMachineCode)(
    'ends as it means to while its workers load native code',
    async () => {
      const start = (milliseconds: number) => `
        const { createX64Backend } = await import('RUNTIME/createX64Backend.node.js')
        const { Debug } = await import('RUNTIME/debug.js')
        const backend = await createX64Backend({ threads: 2, debug: new Debug('') })
        backend.start()
        await new Promise((resolve) => setTimeout(resolve, ${milliseconds}))
      `
      const ends: readonly (readonly [text: string, code: number])[] = [
        ['', 0],
        ['await backend.close()', 0],
        ['process.exit(3)', 3],
        ["setTimeout(() => { throw new Error('planned') }); await new Promise(() => {})", 1],
      ]
      // Workers are there after some 30 ms. Without the gate, one of six of these runs was aborted.
      for (let milliseconds = 10; milliseconds <= 60; milliseconds += 5) {
        const outcomes = await Promise.all(ends.map(([text]) => runNode(start(milliseconds) + text)))
        expect(outcomes.map(({ code }) => code)).toEqual(ends.map(([, code]) => code))
      }
    },
    60_000,
  )

  it('ends by itself after close', async () => {
    const outcome = await runNode(`${setUp}
      const executor = await newExecutor(2, true)
      const step = await executor.compile(handMadeTrace('add', 2))
      await step.run([Float32Array.of(1, 2)])
      await executor.close()
      console.log('closed')
    `)
    expect(outcome).toEqual({ code: 0, output: 'closed\n' })
  })

  it('stays small over thousands of runs', async () => {
    const { code, output } = await runNode(`${setUp}
      const { Variable } = await import('RUNTIME/../graph/variable.js')
      const executor = await newExecutor(2, true)
      const sum = new Variable(new Float32Array(10000), [10000])
      const step = await executor.compile(handMadeTrace('accumulate', 10000, sum))
      const x = new Float32Array(10000).fill(1)
      const run = async (count) => { for (let i = 0; i < count; i++) await step.run([x]) }
      await run(1000)
      const before = { rss: process.memoryUsage().rss, ...executor.statistics }
      await run(2000)
      const after = { rss: process.memoryUsage().rss, ...executor.statistics }
      console.log(JSON.stringify({
        grown: after.rss - before.rss,
        reserved: after.reservedBytes - before.reservedBytes,
        used: after.usedBytes - before.usedBytes,
        last: (await executor.readVariable(sum))[9999],
      }))
    `)
    expect({ code, output }).toMatchObject({ code: 0 })
    const { grown, reserved, used, last } = JSON.parse(output)
    expect({ reserved, used, last }).toEqual({ reserved: 0, used: 0, last: 3000 })
    // The results alone, 40 KB a run, would be 80 MB.
    expect(grown).toBeLessThan(30e6)
  })
})
