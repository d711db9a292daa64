import { expect, it } from 'vitest'
import { type Machine, targetsOf } from './machine.js'
import { machineText } from './machineText.js'

const noX64 = { available: false, reason: 'The processor has no AVX2 with FMA and BMI2.' } as const

it('says why a target is missing', () => {
  const [x64, wasm, interpreter, webgpu] = targetsOf({ simd: false }, noX64)
  expect(wasm).toEqual({ name: 'wasm', available: false, note: 'this engine has no WebAssembly SIMD' })
  expect(interpreter.available).toBe(true)
  expect(x64).toEqual({ name: 'x64', available: false, note: 'The processor has no AVX2 with FMA and BMI2' })
  expect(webgpu).toEqual({ name: 'webgpu', available: false, note: 'not in this version yet' })
  expect(targetsOf({ simd: true }, noX64)[1].available).toBe(true)
})

it('fits into the width of the terminal', () => {
  const tileSpeeds = [{ tile: { rows: 4, vectors: 2 }, gflops: 52.6 }]
  const machine: Machine = {
    gradus: '0.1.0',
    node: '20.1.0',
    v8: '11',
    system: { name: 'Linux', release: '6', architecture: 'arm64' },
    cpu: { model: 'a', features: Array.from({ length: 40 }, (_, i) => `feature${i}`), cores: 8, usable: 2 },
    memoryBytes: 1.5 * 2 ** 30,
    chosen: { target: 'wasm', threads: 1, why: 'as GRADUS_THREADS says' },
    tuning: { on: false, path: '/c/tuning.json', kept: 11 },
    wasm: {
      simd: true,
      relaxedMadd: false,
      threads: false,
      maximumBytes: 2 ** 29,
      tile: { rows: 4, vectors: 2 },
      tileSpeeds,
    },
    targets: targetsOf({ simd: true }, noX64),
    folders: [
      { role: 'data', path: undefined, exists: false, contents: [] },
      { role: 'cache', path: '/c', exists: true, contents: ['mnist'] },
    ],
  }
  const text = machineText(machine, 60, (title) => `# ${title}`)
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60)
  expect(text).toContain('# Machine\n  Gradus           0.1.0\n')
  expect(text).toContain('  Cores            2 usable of 8\n')
  expect(text).toContain('  Memory           1.5 GiB\n')
  expect(text).toContain('wasm on 1 thread, as GRADUS_THREADS says\n')
  expect(text.replaceAll(/\s+/g, ' ')).toContain(
    'Tuning off (GRADUS_TUNE=1 or --tune turns it on); 11 measured cuts in /c/tuning.json',
  )
  expect(text).toMatch(/Shared +no, one worker, memory up to 512 MiB\n/)
  expect(text).toMatch(/Tile +4x2 \(GFLOP\/s on one thread: 4x2 53\)\n/)
  expect(text).toContain('feature39\n')
  expect(text).toContain('  Cache            /c (mnist)')
})
