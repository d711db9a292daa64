import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { divide } from '../ops/divide.js'
import { matmul } from '../ops/matmul.js'
import { multiply } from '../ops/multiply.js'
import { sqrt } from '../ops/sqrt.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import { transpose } from '../ops/transpose.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { atLeast, fraction } from '../utils/numbers.js'
import { Optimizer, type UpdateContext } from './optimizer.js'
import type { OptimizerOptions } from './options.js'
import { correctedRate, moveTowards } from './rules.js'

export interface MuonOptions extends OptimizerOptions {
  /** For weights that AdamW updates. Default: 0.9. */
  readonly adamBeta1?: number
  /** For weights that AdamW updates. Default: 0.999. */
  readonly adamBeta2?: number
  /** Weight decay of those weights. Default: 0.004. */
  readonly adamWeightDecay?: number
  /** Added to AdamW's divisor. Default: 1e-7. */
  readonly epsilon?: number
  /** Regular expressions: weights whose names match one are updated by AdamW. Default: none. */
  readonly excludeLayers?: readonly string[]
  /** Whether weights with `embedding` in their names are updated by AdamW. Default: true. */
  readonly excludeEmbeddings?: boolean
  /** Coefficients of the iteration `X = a X + (b A + c A^2) X`, `A = X X^T`. Defaults: 3.4445, -4.775, 2.0315. */
  readonly muonA?: number
  readonly muonB?: number
  readonly muonC?: number
  /** AdamW's learning rate, as a multiple of Muon's. Default: 1. */
  readonly adamLrRatio?: number
  /** Default: 0.95. */
  readonly momentum?: number
  /** Iterations that make a matrix nearly orthogonal. Default: 5. */
  readonly nsSteps?: number
  /** Nesterov's form of momentum. Default: true. */
  readonly nesterov?: boolean
  /** Steps of a matrix [m, n] are scaled by `rmsRate sqrt(max(m, n))`. Default: 0.2. */
  readonly rmsRate?: number
}

/**
 * Muon (Keras's `Muon`): for matrices, momentum made orthogonal by Newton-Schulz iterations; AdamW for all other weights.
 * - `m = momentum m + g`; `d = g + momentum m` (Nesterov), else `m`
 * - `w -= learningRate rmsRate sqrt(max(shape)) orthogonal(d)`
 *
 * Default `weightDecay`: 0.004. Source: Jordan et al., Muon: an optimizer for hidden layers in neural networks, 2024.
 */
export class Muon extends Optimizer {
  static readonly className = 'Muon'
  static override readonly options: OptionKeys<MuonOptions> = {
    ...Optimizer.options,
    adamBeta1: true,
    adamBeta2: true,
    adamWeightDecay: true,
    epsilon: true,
    excludeLayers: true,
    excludeEmbeddings: true,
    muonA: true,
    muonB: true,
    muonC: true,
    adamLrRatio: true,
    momentum: true,
    nsSteps: true,
    nesterov: true,
    rmsRate: true,
  }
  private readonly options: Required<Omit<MuonOptions, keyof OptimizerOptions>>

  constructor(options: MuonOptions = {}) {
    const {
      weightDecay = 0.004,
      adamBeta1 = 0.9,
      adamBeta2 = 0.999,
      adamWeightDecay = 0.004,
      epsilon = 1e-7,
      excludeLayers = [],
      excludeEmbeddings = true,
      muonA = 3.4445,
      muonB = -4.775,
      muonC = 2.0315,
      adamLrRatio = 1,
      momentum = 0.95,
      nsSteps = 5,
      nesterov = true,
      rmsRate = 0.2,
      ...common
    } = checkedOptions(options, new.target, '{ learningRate: 0.1 }')
    super({ ...common, weightDecay })
    this.options = {
      adamBeta1: fraction(adamBeta1, 'Muon: adamBeta1'),
      adamBeta2: fraction(adamBeta2, 'Muon: adamBeta2'),
      adamWeightDecay: atLeast(adamWeightDecay, 0, 'Muon: adamWeightDecay'),
      epsilon: atLeast(epsilon, 0, 'Muon: epsilon'),
      excludeLayers,
      excludeEmbeddings,
      muonA,
      muonB,
      muonC,
      adamLrRatio,
      momentum: fraction(momentum, 'Muon: momentum'),
      nsSteps: atLeast(nsSteps, 0, 'Muon: nsSteps'),
      nesterov,
      rmsRate,
    }
  }

  private usesAdam({ shape, name }: Variable): boolean {
    const { excludeEmbeddings, excludeLayers } = this.options
    if (shape.length !== 2) return true
    if (excludeEmbeddings && name.toLowerCase().includes('embedding')) return true
    return excludeLayers.some((pattern) => new RegExp(pattern).test(name))
  }

  protected override makeSlots(weights: readonly Variable[]): void {
    for (const weight of weights) {
      this.addSlots([weight], this.usesAdam(weight) ? ['momentum', 'velocity'] : ['momentum'])
    }
  }

  protected override decayOf(weight: Variable): number | undefined {
    return this.usesAdam(weight) ? this.options.adamWeightDecay : super.decayOf(weight)
  }

  protected override update(weight: Variable, gradient: Tensor, context: UpdateContext): Tensor {
    return this.usesAdam(weight)
      ? this.adamUpdate(weight, gradient, context)
      : this.muonUpdate(weight, gradient, context)
  }

  private adamUpdate(weight: Variable, gradient: Tensor, { learningRate, step }: UpdateContext): Tensor {
    const { adamBeta1, adamBeta2, adamLrRatio, epsilon } = this.options
    const rate = correctedRate(multiply(learningRate, adamLrRatio), step, adamBeta1, adamBeta2)
    const m = moveTowards(this.slot(weight, 'momentum'), gradient, 1 - adamBeta1)
    const v = moveTowards(this.slot(weight, 'velocity'), square(gradient), 1 - adamBeta2)
    return subtract(weight.value(), divide(multiply(m, rate), add(sqrt(v), epsilon)))
  }

  private muonUpdate(weight: Variable, gradient: Tensor, { learningRate }: UpdateContext): Tensor {
    const { momentum, nesterov, rmsRate } = this.options
    const slot = this.slot(weight, 'momentum')
    const m = slot.assign(add(slot.value(), add(gradient, multiply(slot.value(), momentum - 1))))
    const direction = this.orthogonalized(nesterov ? add(gradient, multiply(m, momentum)) : m)
    const scale = Math.sqrt(Math.max(...weight.shape)) * rmsRate
    return subtract(weight.value(), multiply(multiply(direction, learningRate), scale))
  }

  /** A matrix with about the same singular vectors, and singular values near 1. */
  private orthogonalized(matrix: Tensor): Tensor {
    const { muonA, muonB, muonC, nsSteps } = this.options
    const [rows, columns] = matrix.shape
    let x = rows > columns ? transpose(matrix) : matrix
    x = divide(x, add(sqrt(sum(square(x))), 1e-7))
    for (let i = 0; i < nsSteps; i++) {
      const a = matmul(x, transpose(x))
      const b = add(multiply(a, muonB), matmul(multiply(a, muonC), a))
      x = add(multiply(x, muonA), matmul(b, x))
    }
    return rows > columns ? transpose(x) : x
  }

  override getConfig(): Config {
    const { options } = this
    return {
      ...super.getConfig(),
      adam_beta_1: options.adamBeta1,
      adam_beta_2: options.adamBeta2,
      epsilon: options.epsilon,
      exclude_layers: options.excludeLayers,
      muon_a: options.muonA,
      muon_b: options.muonB,
      muon_c: options.muonC,
      adam_lr_ratio: options.adamLrRatio,
      momentum: options.momentum,
      ns_steps: options.nsSteps,
      nesterov: options.nesterov,
      exclude_embeddings: options.excludeEmbeddings,
      adam_weight_decay: options.adamWeightDecay,
      rms_rate: options.rmsRate,
    }
  }
}

/** Orthogonal steps for matrices: see `Muon`. */
export const muon = (options?: MuonOptions): Muon => new Muon(options)
