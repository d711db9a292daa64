import { expect, it } from 'vitest'
import { suiteLines } from '../cli/benchText.js'
import type { SuiteResult } from './measureSuite.js'
import { benchmarksPage } from './suitePage.js'
import { suite, taskFlops, taskName } from './task.js'

const result: SuiteResult = {
  task: 'matmul 1024',
  fma_peak_gflops: 500,
  rows: [
    {
      name: 'PyTorch',
      mode: 'default',
      version: '2.1',
      ms: 5,
      gflops: 429.5,
      first_ms: 1500,
      peak_bytes: 3e8,
    },
    { name: 'Gradus, x64', version: '0.1', ms: 4.5678, gflops: 470.1, first_ms: 321, peak_bytes: 1.2e8 },
    { name: 'Keras, JAX', mode: 'jit', absent: 'pip failed\nwith details' },
  ],
  ratio: 0.9136,
}

it('names every task of the suite, each once', () => {
  const names = Object.values(suite).flatMap((tasks) => tasks.map(taskName))
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual(
    expect.arrayContaining([
      ...['LeNet step, batch 32', 'LeNet step, batch 128', 'LeNet step, batch 512'],
      ...[
        'MLP 784-300-100-10 step, batch 32',
        'MLP 784-300-100-10 step, batch 128',
        'ResNet-20 step, batch 128',
      ],
      ...[
        'convolution 3x3, 64x56x56, batch 8',
        'convolution 3x3, 512x7x7, batch 8',
        'depthwise 3x3, 128x28x28, batch 8',
      ],
      ...['matmul 256', 'matmul 2048', 'LeNet prediction, batch 1', 'ResNet-20 prediction, batch 128'],
    ]),
  )
})

it('counts operations of single ops by their definition', () => {
  expect(taskFlops({ kind: 'matmul', size: 1024 })).toBe(2 * 1024 ** 3)
  expect(taskFlops({ kind: 'convolution', batch: 8, size: 56, channels: 64 })).toBe(
    3 * 2 * 8 * 56 ** 2 * 64 * 9 * 64,
  )
  expect(taskFlops({ kind: 'depthwise', batch: 8, size: 28, channels: 128 })).toBe(
    3 * 2 * 8 * 28 ** 2 * 128 * 9,
  )
  expect(taskFlops({ kind: 'train', model: 'mlp', batch: 32 })).toBeUndefined()
})

it('is shown in a table of 80 characters, the fastest first', () => {
  const lines = suiteLines(result, { write: () => {} })
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(lines.slice(2)).toEqual([
    expect.stringMatching(/^Gradus, x64 +4\.568 +470\.1 +0\.32 s +120 MB$/),
    expect.stringMatching(/^PyTorch \(default\) +5\.000 +429\.5 +1\.50 s +300 MB$/),
    expect.stringMatching(/^Keras, JAX \(jit\) +pip failed$/),
    'FMA peak in turns with it: 500 GFLOP/s.',
    "Gradus takes 0.91 of the fastest peer's time.",
  ])
})

it('is written as a page with machine, versions and the command', () => {
  const features = ['avx2', 'fma']
  const machine = {
    ...{ cpu: 'A', features, cores: 2, threads: 2, memory_bytes: 2 ** 34 },
    ...{ system: 'Linux 6', node: '20.1.0' },
  }
  const compiling = [{ name: 'LeNet, batch 128', compile_ms: 210.4, step_ms: 9.96, steps: 21.12 }]
  const page = benchmarksPage({ machine, rounds: 7, results: [result], compiling })
  expect(page).toContain('Machine: A, 2 cores, 16 GiB; Linux 6; Node 20.1.0. Threads: 2.')
  expect(page).toContain('Vectors: avx2 fma.')
  expect(page).toContain('| LeNet, batch 128 | 210 | 10.0 | 21.1 |')
  expect(page).toContain('`npm run bench -- suite --peers --page --json`')
  expect(page).toContain('| Gradus, x64 | 4.568 | 470 | 94 % | 0.32 s | 120 MB |')
  expect(page).toContain("Gradus takes 0.91 of the fastest peer's time.")
  expect(page).toContain('Keras, JAX (jit) is absent: pip failed.')
  expect(page).toMatch(/## Versions\n\n- PyTorch: 2\.1\n- Gradus, x64: 0\.1\n$/)
})
