import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as digits from '../data/datasets/digits.js'
import { autoTarget } from '../testing/testExecutors.js'

/** Where commands run: what they write is deleted in the end. */
let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'gradus-cli-'))
})
afterAll(() => rm(cwd, { recursive: true }))

const main = fileURLToPath(new URL('../node/gradus.js', import.meta.url))

interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `gradus` in a process of its own. `during` is told what has been written so far. */
function gradus(
  line: string,
  {
    env = {},
    during,
  }: { env?: NodeJS.ProcessEnv; during?: (text: string, child: ChildProcess) => void } = {},
): Promise<Outcome> {
  const {
    GRADUS_TARGET: _target,
    GRADUS_THREADS: _threads,
    GRADUS_TUNE: _tune,
    GRADUS_DEBUG: _debug,
    ...inherited
  } = process.env
  const child = spawn(process.execPath, [main, ...line.split(' ')], { cwd, env: { ...inherited, ...env } })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data) => {
    stdout += data
    during?.(stdout, child)
  })
  child.stderr.on('data', (data) => (stderr += data))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}

const small = 'train lenet --limit 300 --batch-size 100 --validation-split 0 --epochs 2 --json'
const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? ''

describe('gradus train', () => {
  it('ends with one JSON object; its history is the same on one thread and on two', async () => {
    const one = await gradus(`${small} --threads 1`)
    const two = await gradus(`${small} --threads 2`)
    expect(one).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\{.*\}\n$/) })
    expect(one.stderr).toContain('Total params: 431,080')
    const [first, second] = [one, two].map(({ stdout }) => JSON.parse(lastLine(stdout)))
    expect(Object.keys(first)).toEqual([
      ...['model', 'data', 'run', 'target', 'threads', 'params', 'epochs', 'steps_per_epoch'],
      ...['train_samples', 'ms_per_step', 'seconds', 'history', 'test_loss', 'test_accuracy'],
    ])
    expect(first).toMatchObject({
      model: 'lenet',
      data: 'digits',
      target: await autoTarget(),
      threads: 1,
      params: 431_080,
    })
    expect(first).toMatchObject({ epochs: 2, steps_per_epoch: 3, train_samples: 300 })
    expect(first.ms_per_step).toBeGreaterThan(0)
    expect(first.history.loss[1]).toBeLessThan(first.history.loss[0])
    const { ms_per_step: _ms, seconds: _seconds, run, threads, ...same } = second
    expect(threads).toBe(2)
    expect(first).toMatchObject(same)
    // Each is kept in a folder of its own.
    expect([first.run, run]).toEqual(['runs/lenet-1', 'runs/lenet-2'])
    expect((await readdir(join(cwd, run))).sort()).toEqual([
      'backup',
      'best.keras',
      'config.json',
      'curves.svg',
      'events',
      'last.keras',
      'log.csv',
    ])
    expect((await readdir(join(cwd, run, 'events'))).filter((name) => !name.startsWith('events.'))).toEqual([
      'train',
    ])
    const [header, ...rows] = (await readFile(join(cwd, run, 'log.csv'), 'utf8')).trimEnd().split('\r\n')
    expect(header).toBe('epoch,accuracy,loss,val_accuracy,val_loss')
    expect(rows.map((row) => row.split(',')[2])).toEqual(first.history.loss.map(String))
  })

  it('ends after the step under way when it is interrupted; resumed, it ends as if it had not been', async () => {
    const line = 'train lenet --epochs 6 --limit 500 --batch-size 50'
    const whole = await gradus(`${line} --run whole --json`)
    let sent = false
    const outcome = await gradus(`${line} --run stopped`, {
      during(text, child) {
        if (sent || !text.includes('Epoch 2/6')) return
        sent = true
        child.kill('SIGINT')
      },
    })
    expect(outcome).toMatchObject({ code: 130, signal: null, stderr: 'gradus: interrupted.\n' })
    const hint = 'runs/stopped keeps what was done. To go on:\n  npx gradus train --resume --run stopped\n'
    expect(outcome.stdout).toContain(hint)
    expect(outcome.stdout).not.toContain('Epoch 6/6')
    const resumed = await gradus('train --resume --run stopped --json')
    expect(resumed.code).toBe(0)
    expect(resumed.stderr).toContain('the run is kept in runs/stopped')
    const [expected, found] = [whole, resumed].map(({ stdout }) => JSON.parse(lastLine(stdout)))
    expect(found).toMatchObject({ history: expected.history, test_loss: expected.test_loss })
    // What is done is done; more epochs can follow.
    const again = await gradus('train --resume --run stopped --json')
    expect(JSON.parse(lastLine(again.stdout))).toMatchObject({ history: expected.history, ms_per_step: null })
    const more = await gradus('train lenet --resume --run stopped --epochs 7 --json')
    const { history } = JSON.parse(lastLine(more.stdout))
    expect(history.loss).toHaveLength(7)
    expect(history.loss.slice(0, 6)).toEqual(expected.history.loss)
  }, 120_000)

  it('leaves no run that failed before its first step, and takes names for names', async () => {
    const failed = await gradus('train lenet --limit 1 --run nothing')
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^gradus: fit: validationSplit 0.1 of 1 samples/),
    })
    expect(await readdir(join(cwd, 'runs'))).not.toContain('nothing')
    for (const name of ['../esc', 'a/b', '.']) {
      expect((await gradus(`train lenet --run ${name}`)).stderr).toMatch(
        /--run.*Expected a name without slashes/,
      )
    }
  })

  it('ends after the step under way when nobody reads on, and can be resumed', async () => {
    const outcome = await gradus('train lenet --epochs 50 --limit 500 --batch-size 50 --run unread', {
      during: (text, child) => {
        if (text.includes('Epoch 2/50')) child.stdout?.destroy()
      },
    })
    expect(outcome).toMatchObject({ code: 141, stderr: '' })
    const log = await readFile(join(cwd, 'runs', 'unread', 'log.csv'), 'utf8')
    expect(log.split('\n').length).toBeLessThan(50)
    expect(await readdir(join(cwd, 'runs', 'unread', 'backup'))).not.toEqual([])
  }, 60_000)

  // Only Linux has such a device.
  it.skipIf(process.platform !== 'linux')('says in a line that its output cannot be written', async () => {
    const full = openSync('/dev/full', 'w')
    try {
      const { status, stderr } = spawnSync(process.execPath, [main, 'summary', 'lenet'], {
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      })
      expect([status, stderr]).toEqual([1, 'gradus: ENOSPC: no space left on device, write\n'])
    } finally {
      closeSync(full)
    }
  })

  it('resumes no run that would become another one by it', async () => {
    const refused = async (line: string) => (await gradus(`train ${line}`)).stderr
    expect(await refused('--resume --run whole --batch-size 20')).toMatch(
      /^gradus: runs\/whole: this run was begun with --batch-size 50, with which it goes on. Leave the option out/,
    )
    expect(await refused('--resume --run whole --epochs 2')).toMatch(/was begun with --epochs 6/)
    expect(await refused('other.keras --resume --run whole')).toMatch(/was begun with model lenet/)
    expect(await refused('lenet --run whole')).toMatch(/runs\/whole: there is a run of this name/)
    expect((await gradus('train')).stderr).toMatch(
      /^gradus: train: expected what to train: lenet, or a model file/,
    )
  })

  it('ends at once when it is interrupted on the interpreter', async () => {
    const outcome = await gradus('train lenet --limit 100 --target interpreter', {
      during(text, child) {
        if (text.includes('Training with interpreter')) child.kill('SIGINT')
      },
    })
    expect(outcome).toMatchObject({ code: null, signal: 'SIGINT' })
  })
})

describe('gradus summary', () => {
  it('prints the rows of the courses', async () => {
    const { stdout } = await gradus('summary lenet')
    const counts = [...stdout.matchAll(/│ +([\d,]+) │$/gm)].map(([, count]) => count)
    expect(counts).toEqual(['0', '520', '0', '25,050', '0', '0', '400,500', '5,010'])
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })
})

describe('gradus evaluate, predict and convert', () => {
  const model = 'runs/whole/best.keras'

  it('measures a network on a data set', async () => {
    const { code, stdout } = await gradus(`evaluate ${model} --data digits --json`)
    expect(code).toBe(0)
    const result = JSON.parse(lastLine(stdout))
    expect(result).toMatchObject({ model, data: 'digits', on: 'test', samples: 2000 })
    expect(result.accuracy).toBeGreaterThan(0.5)
    expect((await gradus(`evaluate ${model}`)).stdout).toMatch(
      /on the 2000 test samples of digits:\n {2}accuracy +0\.\d{4}\n {2}loss /,
    )
  })

  it('reads pictures, of any size, in colours, dark on light', async () => {
    const { test } = await digits.load({ train: 1, test: 20, seed: 5 })
    const [images, labels] = [(await test.images.data()) as Uint8Array, Array.from(await test.labels.data())]
    const paths = await Promise.all(
      labels.map(async (_label, i) => {
        const image = images.subarray(i * 784, (i + 1) * 784)
        const picture = sharp(
          image.map((value) => 255 - value),
          { raw: { width: 28, height: 28, channels: 1 } },
        )
        await picture
          .resize(80, 80)
          .toColourspace('srgb')
          .png()
          .toFile(join(cwd, `${i}.png`))
        await writeFile(join(cwd, `${i}.pgm`), [new TextEncoder().encode('P5 28 28 255\n'), image])
        return { png: `${i}.png`, pgm: `${i}.pgm` }
      }),
    )
    const predicted = async (line: string): Promise<string[]> => {
      const { stdout, stderr } = await gradus(`predict ${model} ${line} --json`)
      const { predictions } = JSON.parse(lastLine(stdout))
      expect(stderr.trimEnd().split('\n')).toHaveLength(20)
      return predictions.map(({ top }: { top: { class: string }[] }) => top[0].class)
    }
    const right = (classes: string[]) => classes.filter((name, i) => Number(name) === labels[i]).length
    const plain = await predicted(paths.map(({ pgm }) => pgm).join(' '))
    expect(right(plain)).toBeGreaterThan(10)
    const photographed = await predicted(`--invert ${paths.map(({ png }) => png).join(' ')}`)
    expect(right(photographed)).toBeGreaterThanOrEqual(right(plain) - 4)
    const { stdout } = await gradus(`predict ${model} 0.pgm 10.pgm --top 2 --classes a,b,c,d,e,f,g,h,i,j`)
    expect(stdout).toMatch(/^0\.pgm {3}[a-j] +\d+\.\d % {3}[a-j] +\d+\.\d %\n10\.pgm {2}[a-j]/)
  })

  it('refuses pictures and names that do not fit', async () => {
    await writeFile(join(cwd, 'no.png'), 'no picture')
    expect((await gradus(`predict ${model} no.png`)).stderr).toMatch(
      /^gradus: no.png: is no picture that can be read/,
    )
    expect((await gradus(`predict ${model} missing.png`)).stderr).toMatch(
      /^gradus: missing.png: there is no such file/,
    )
    expect((await gradus(`predict ${model} 0.pgm --classes a,b`)).stderr).toMatch(
      /a name for each of 10 classes, received 2/,
    )
    expect((await gradus('predict weights.safetensors 0.pgm')).stderr).toMatch(
      /expected a model file that ends in .keras or .h5/,
    )
  })

  it('writes a network in other forms, and trains on with it', async () => {
    const convert = (line: string) => gradus(`convert ${line}`)
    const accuracy = async (file: string) =>
      JSON.parse(lastLine((await gradus(`evaluate ${file} --json`)).stdout)).accuracy
    for (const line of [
      `${model} a.h5`,
      'a.h5 b.weights.h5',
      'b.weights.h5 c.safetensors --model lenet',
      'c.safetensors d.keras --model lenet',
    ]) {
      expect(await convert(line)).toMatchObject({ code: 0, stderr: '' })
    }
    expect(await accuracy('a.h5')).toBe(await accuracy(model))
    expect(await accuracy('d.keras')).toBe(await accuracy(model))
    expect((await convert(`${model} a.h5`)).stderr).toMatch(
      /^gradus: a.h5: there is such a file already. Replace it with --force/,
    )
    expect(await convert(`${model} a.h5 --force`)).toMatchObject({ code: 0 })
    expect((await convert('c.safetensors e.keras')).stderr).toMatch(
      /holds weights alone, and does not say of which network/,
    )
    expect(await convert('a.h5 e.onnx')).toMatchObject({
      code: 0,
      stdout: 'e.onnx: the network and its weights of a.h5\n',
    })
    expect((await stat(join(cwd, 'e.onnx'))).size).toBeGreaterThan(4 * 431_080)
    expect((await convert('e.onnx f.keras')).stderr).toMatch(/e.onnx: ONNX files are written, not read/)
    expect((await convert('a.h5 e.pt')).stderr).toMatch(
      /e.pt: expected a file that ends in .keras, .h5, .onnx,/,
    )
    expect((await gradus('summary a.h5')).stdout).toContain('Trainable params: 431,080')
  }, 180_000)

  it('trains a network in a file; the run goes on without that file', async () => {
    const trained = await gradus('train d.keras --limit 100 --epochs 1 --json')
    expect(JSON.parse(lastLine(trained.stdout))).toMatchObject({ model: 'd.keras', run: 'runs/d-1' })
    expect(await readdir(join(cwd, 'runs/d-1'))).toContain('initial.keras')
    await rm(join(cwd, 'd.keras'))
    expect(await gradus('train --resume --epochs 2')).toMatchObject({ code: 0 })
  }, 120_000)
})

describe('gradus doctor', () => {
  it('says what there is, and why something is missing', async () => {
    const { code, stdout } = await gradus('doctor', { env: { GRADUS_DATA_DIR: '' } })
    expect(code).toBe(0)
    expect(stdout).toContain(`Node             ${process.versions.node}`)
    expect(stdout).toMatch(/webgpu +no: not in this version yet/)
    expect(stdout).toMatch(/GRADUS_DATA_DIR +not set/)
    expect(stdout).toMatch(/Tile +\d+x\d+/)
  })

  it('says why machine code is not taken', async () => {
    const narrow = (await gradus('doctor', { env: { GRADUS_SIMD: 'none' } })).stdout.replace(/\s+/g, ' ')
    const reason = 'Vectors of the processor are not to be used (GRADUS_SIMD is "none")'
    expect(narrow).toMatch(/Gradus takes wasm on \d+ threads?, as there is no machine code here: /)
    expect(narrow).toContain(`no machine code here: ${reason}`)
    expect(narrow).toContain(`x64 no: ${reason}`)
    const asked = await gradus('doctor', { env: { GRADUS_SIMD: 'none', GRADUS_TARGET: 'x64' } })
    expect(asked).toMatchObject({ code: 0 })
    expect(asked.stdout).toMatch(/Gradus takes +nothing: The target "x64" was asked for, but/)
  })

  it('says it as JSON', async () => {
    const { stdout } = await gradus('doctor --json', { env: { GRADUS_THREADS: '1' } })
    const machine = JSON.parse(stdout)
    expect(machine.chosen).toEqual({ target: await autoTarget(), threads: 1, why: 'as GRADUS_THREADS says' })
    expect(machine.wasm.simd).toBe(true)
  })
})

describe('--tune', () => {
  it('measures at first and never again, keeps what was found, and changes no number', async () => {
    const line = 'train lenet --limit 40 --batch-size 20 --validation-split 0 --epochs 1 --threads 2 --json'
    const env = { GRADUS_CACHE_DIR: join(cwd, 'cache') }
    const outcomes = [await gradus(line, { env })]
    outcomes.push(await gradus(`${line} --tune`, { env }), await gradus(`${line} --tune`, { env }))
    const results = outcomes.map(({ stdout }) => JSON.parse(lastLine(stdout)))
    expect(results[1].history).toEqual(results[0].history)
    expect(results[2].history).toEqual(results[0].history)
    const told = outcomes.map(({ stderr }) => stderr.includes('Tuned '))
    expect(told).toEqual([false, true, false])
    expect(outcomes[1].stderr).toContain(`Kept in ${join(cwd, 'cache', 'tuning.json')}.`)
    const { stdout } = await gradus('doctor --json', { env: { ...env, GRADUS_TUNE: '1' } })
    const { tuning } = JSON.parse(stdout)
    expect(tuning).toMatchObject({ on: true, path: join(cwd, 'cache', 'tuning.json') })
    expect(tuning.kept).toBeGreaterThan(0)
    const { stdout: profile } = await gradus(
      'profile lenet --batch-size 20 --runs 2 --threads 2 --json --tune',
      {
        env,
      },
    )
    const cuts = JSON.parse(lastLine(profile)).launches.map(({ cut_by }: { cut_by?: string }) => cut_by)
    expect(new Set(cuts)).toEqual(new Set([undefined, 'cached']))
  })

  it('refuses what it does not know', async () => {
    const outcome = await gradus('train lenet --limit 40', { env: { GRADUS_TUNE: 'yes' } })
    expect(outcome).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('GRADUS_TUNE: expected 1 or 0; received "yes".'),
    })
  })
})

describe('gradus profile', () => {
  it('times each launch, and writes a trace', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gradus-'))
    try {
      const file = join(folder, 'trace.json')
      const line = `profile lenet --batch-size 8 --runs 4 --threads 2 --json --trace ${file}`
      const { code, stdout, stderr } = await gradus(line)
      expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(file) })
      const result = JSON.parse(lastLine(stdout))
      expect(result).toMatchObject({
        model: 'lenet',
        what: 'training step',
        batch_size: 8,
        threads: 2,
        runs: 4,
      })
      expect(result.target).toBe(await autoTarget())
      expect(result.peaks.gflops).toBeGreaterThan(0)
      expect(result.peaks.gigabytes_per_second).toBeGreaterThan(0)
      const launches: { function: string; ms: number; gflops: number; share_of_fma_peak: number }[] =
        result.launches
      const convolution = launches.find((launch) => launch.function.startsWith('convolution forward'))
      expect(convolution?.gflops).toBeGreaterThan(0)
      expect(convolution?.share_of_fma_peak).toBeCloseTo((convolution?.gflops ?? 0) / result.peaks.gflops, 6)
      const { traceEvents } = JSON.parse(await readFile(file, 'utf8'))
      const names = new Set(traceEvents.map(({ name }: { name: string }) => name))
      for (const launch of launches) expect(names).toContain(launch.function)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('refuses what it cannot time, and what it cannot write', async () => {
    const slow = await gradus('profile lenet --target interpreter')
    expect(slow).toMatchObject({ code: 1, stderr: expect.stringContaining('the interpreter is not timed') })
    const nowhere = await gradus('profile lenet --trace /no/such/folder/trace.json')
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('/no/such/folder/trace.json') })
  })
})

describe('gradus bench', () => {
  it('measures the suite, each task in a process of its own', async () => {
    const target = await autoTarget()
    const { code, stdout } = await gradus(`bench suite --only mlp --rounds 1 --target ${target} --json`)
    expect(code).toBe(0)
    const { bench, machine, results } = JSON.parse(lastLine(stdout))
    expect({ bench, threads: machine.threads }).toEqual({ bench: 'suite', threads: machine.cores })
    expect(results).toMatchObject(
      [32, 128].map((batch) => ({
        task: `MLP 784-300-100-10 step, batch ${batch}`,
        rows: [
          {
            name: `Gradus, ${target}`,
            version: target,
            ms: expect.any(Number),
            first_ms: expect.any(Number),
          },
        ],
      })),
    )
  })

  it('measures, beside the bare micro-kernel', async () => {
    const { code, stdout } = await gradus('bench matmul --threads 1,2 --rounds 1 --json')
    expect(code).toBe(0)
    const { bench, target, tile, rows } = JSON.parse(lastLine(stdout))
    expect({ bench, target }).toEqual({ bench: 'matmul', target: await autoTarget() })
    expect(tile.rows * tile.vectors).toBeGreaterThan(0)
    const named = rows.map(({ name, threads }: { name: string; threads: number }) => `${name} on ${threads}`)
    expect(named).toEqual([256, 512, 1024].flatMap((size) => [`matmul ${size} on 1`, `matmul ${size} on 2`]))
    for (const row of rows) {
      const flops = 2 * Number(row.name.split(' ')[1]) ** 3
      expect(row.gflops).toBeCloseTo(flops / row.ms / 1e6, 6)
      expect(row.share_of_micro_kernel).toBeCloseTo(row.gflops / row.micro_kernel_gflops, 6)
    }
  })
})

describe('A wrong command line', () => {
  it('ends with code 1 and a suggestion', async () => {
    const { code, stdout, stderr } = await gradus('trian lenet')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe("error: unknown command 'trian'\n(Did you mean train?)\n")
  })
})

describe('An error', () => {
  const made: string[] = []
  afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true }))))

  it('is one line; GRADUS_DEBUG adds where it came from', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gradus-'))
    made.push(folder)
    await mkdir(join(folder, 'mnist'))
    await writeFile(join(folder, 'mnist', 'train-images-idx3-ubyte'), new Uint8Array(100))
    const env = { GRADUS_DATA_DIR: folder }
    const { code, stderr } = await gradus('train lenet --data mnist', { env })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^gradus: .*train-images-idx3-ubyte.*\n$/)
    const debugged = await gradus('train lenet --data mnist', { env: { ...env, GRADUS_DEBUG: 'plan' } })
    expect(debugged.code).toBe(1)
    expect(debugged.stderr).toMatch(/^gradus: DataError: .*train-images-idx3-ubyte.*\n +at /)
  })
})
