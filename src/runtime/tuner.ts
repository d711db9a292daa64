import type { compile } from '../compiler/compile.js'
import { type Cut, modelCut } from '../compiler/cut.js'
import type { CutOf } from '../compiler/lowerGraph.js'
import { microKernelOps, opAlone } from '../compiler/microKernelOps.js'
import type { Program } from '../compiler/program.js'
import { isCut } from '../compiler/templates/cutCandidates.js'
import type { CanonicalTrace } from '../graph/canonical.js'
import type { TuningOptions } from '../graph/executor.js'
import type { OperationNode } from '../graph/node.js'
import { searchCut } from './searchCut.js'
import type { Device } from './timedOp.js'

/** Where cuts are kept from one process to the next. */
export interface TuningStore {
  /** In words for people. */
  readonly place: string
  /** What is kept for a machine: for each op's key, what `keep` was given, unless somebody else wrote there. */
  read(machine: string): Promise<ReadonlyMap<string, unknown>>
  /** Adds to it. False if it cannot be kept. */
  keep(machine: string, cuts: ReadonlyMap<string, KeptCut>): Promise<boolean>
}

/** A cut with the milliseconds that the op took by itself, and those with the cost model's cut. */
export interface KeptCut {
  readonly cut: Cut
  readonly ms: number
  readonly model_ms: number
}

export interface TunerOptions extends TuningOptions {
  readonly compile: typeof compile
  /** Undefined where there are no files: then results are for this process alone. */
  readonly store?: TuningStore
  /** What else, beside target and threads, decides which cut is the quickest: the processor. */
  readonly machine: string
}

const defaultBudget = 10_000

/**
 * Measures which cuts of matrix products and convolutions are the quickest on a device. Each op is measured by itself, with the shapes
 * that it has, on operands of its own; what a cut may be is such that no result changes.
 */
export class Tuner {
  /** For ops that were met: by their key. */
  private readonly known = new Map<string, ReturnType<CutOf>>()
  private readonly keys = new WeakMap<OperationNode, string>()
  private readonly machine: string
  private stored: Promise<ReadonlyMap<string, unknown>> | undefined
  private last: Promise<void> = Promise.resolve()

  constructor(
    private readonly device: Device,
    private readonly options: TunerOptions,
  ) {
    const { traits, threads } = device.backend
    const { name, width, fusedMulAdd, tile, accumulators, cache } = traits
    this.machine = [
      options.machine,
      name,
      `${width} lanes`,
      fusedMulAdd ? 'fused' : 'not fused',
      `tile ${tile.rows}x${tile.vectors} of ${accumulators}`,
      `caches ${cache.l1}/${cache.l2}`,
      `${threads} threads`,
    ].join(', ')
  }

  /** How an op is to be cut, as far as is known. */
  readonly cutOf: CutOf = (node) => this.known.get(this.keyOf(node)) ?? byModel

  /** Sees to it that the cuts of a trace's ops are known, as far as the budget goes. One trace after the other. */
  prepare(canonical: CanonicalTrace): Promise<void> {
    const prepared = this.last.then(() => this.tune(canonical))
    this.last = prepared.catch(() => {})
    return prepared
  }

  private async tune(canonical: CanonicalTrace): Promise<void> {
    const { store, budget = defaultBudget, onProgress } = this.options
    this.stored ??= store?.read(this.machine) ?? Promise.resolve(new Map())
    const stored = await this.stored
    const ops = new Map<string, { readonly compileWith: (cut: Cut) => Program; readonly flops: number }>()
    for (const node of microKernelOps(canonical)) {
      const key = this.keyOf(node)
      if (this.known.has(key) || ops.has(key)) continue
      const kept = stored.get(key)
      if (isKept(kept) && isCut(kept.cut, this.device.backend.traits)) {
        this.known.set(key, { cut: kept.cut, by: 'cached' })
        continue
      }
      const compileWith = this.compilerOf(node)
      const { launches } = compileWith(modelCut).report
      if (!launches.some(({ matrix }) => matrix)) this.known.set(key, byModel)
      else ops.set(key, { compileWith, flops: launches.reduce((sum, { flops }) => sum + flops, 0) })
    }
    if (ops.size === 0) return
    const begin = performance.now()
    const found = new Map<string, KeptCut>()
    let faster = 0
    const tell = (done: number, keptIn?: string, finished = false): void =>
      onProgress?.({
        total: ops.size,
        done,
        faster,
        milliseconds: performance.now() - begin,
        finished,
        keptIn,
      })
    // The small ones first: what they do not use of their share of the time goes to the large ones.
    const inOrder = [...ops].sort(([, a], [, b]) => a.flops - b.flops)
    for (const [i, [key, { compileWith }]] of inOrder.entries()) {
      tell(found.size)
      const left = budget - (performance.now() - begin)
      if (left <= 0) break
      const best = await searchCut(this.device, compileWith, left / (inOrder.length - i))
      if (!best) continue
      this.known.set(key, { cut: best.cut, by: 'measured' })
      found.set(key, { cut: best.cut, ms: best.ms, model_ms: best.modelMs })
      if (best.ms < best.modelMs) faster++
    }
    const isKeptNow = found.size > 0 && (await store?.keep(this.machine, found))
    tell(found.size, isKeptNow ? store?.place : undefined, true)
  }

  private compilerOf(node: OperationNode): (cut: Cut) => Program {
    const alone = opAlone(node)
    return (cut) =>
      this.options.compile(alone, this.device.backend.traits, { cutOf: () => ({ cut, by: 'measured' }) })
  }

  private keyOf(node: OperationNode): string {
    const known = this.keys.get(node)
    if (known !== undefined) return known
    const key = opAlone(node).key.replaceAll('\n', '; ')
    this.keys.set(node, key)
    return key
  }
}

const byModel = { cut: modelCut, by: 'model' } as const

const isKept = (value: unknown): value is { readonly cut: unknown } =>
  typeof value === 'object' && value !== null && 'cut' in value
