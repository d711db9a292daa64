import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { peersFolder } from './peer.js'
import { median } from './statistics.js'

/** What compiling a model's training step costs a process that has compiled nothing before. Keys are those of JSON. */
export interface CompileRow {
  readonly name: string
  /** Milliseconds from the traced step to a Program that can be run, the median over processes. */
  readonly compile_ms: number
  /** Milliseconds of one of its steps, in the same processes. */
  readonly step_ms: number
  /** `compile_ms / step_ms` */
  readonly steps: number
}

interface ColdModel {
  readonly name: string
  readonly model: string
  readonly batch: number
  /** Steps that are measured in each process. */
  readonly steps: number
}

/** Steps of both kinds: many that are short, and few that are long. */
const coldModels: readonly ColdModel[] = [
  { name: 'LeNet, batch 128', model: 'lenet', batch: 128, steps: 60 },
  { name: 'ResNet-50, batch 8', model: 'resnet50', batch: 8, steps: 5 },
]

export interface CompileOptions {
  readonly threads: number
  /** Default: what Gradus takes by itself. */
  readonly target?: string
  /** Processes for each model, of which the median counts. */
  readonly rounds: number
  readonly signal?: AbortSignal
  readonly onRow: (row: CompileRow) => void
}

/** Compiles each model in fresh processes, one after another. */
export async function measureCompile(options: CompileOptions): Promise<CompileRow[]> {
  const rows: CompileRow[] = []
  for (const model of coldModels) {
    const runs: Pick<CompileRow, 'compile_ms' | 'step_ms'>[] = []
    for (let round = 0; round < options.rounds; round++) runs.push(await compileCold(model, options))
    const compile_ms = median(runs.map((run) => run.compile_ms))
    const step_ms = median(runs.map((run) => run.step_ms))
    const row = { name: model.name, compile_ms, step_ms, steps: compile_ms / step_ms }
    rows.push(row)
    options.onRow(row)
  }
  return rows
}

async function compileCold(
  { model, batch, steps }: ColdModel,
  { threads, target, signal }: CompileOptions,
): Promise<Pick<CompileRow, 'compile_ms' | 'step_ms'>> {
  const script = `${peersFolder}gradus/coldCompile.js`
  const env = {
    ...process.env,
    ...(target === undefined ? {} : { GRADUS_TARGET: target }),
    GRADUS_BENCH_THREADS: String(threads),
  }
  const words = [script, model, String(batch), String(steps)]
  const { stdout } = await promisify(execFile)(process.execPath, words, { env, signal })
  return JSON.parse(stdout)
}
