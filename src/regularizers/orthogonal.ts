import { ShapeError } from '../errors.js'
import { showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { abs } from '../ops/abs.js'
import { eye } from '../ops/iota.js'
import { matmul } from '../ops/matmul.js'
import { minimum } from '../ops/minimum.js'
import { multiply } from '../ops/multiply.js'
import { rsqrt } from '../ops/rsqrt.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import { transpose } from '../ops/transpose.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { atLeast } from '../utils/numbers.js'
import { oneOf } from '../utils/oneOf.js'
import { Regularizer } from './regularizer.js'

export interface OrthogonalRegularizerOptions {
  /** What shall be orthogonal to each other. Default: `'rows'`. */
  readonly mode?: 'rows' | 'columns'
}

/** The largest `1 / |row|` that rows are scaled by, so that rows of zeros stay zeros: Keras's `1 / epsilon`. */
const LARGEST_SCALE = 1e7

/**
 * `factor * mean of |cos(angle)|` over all pairs of rows, or columns, of a matrix (Keras's `OrthogonalRegularizer`).
 * Default factor: 0.01.
 */
export class OrthogonalRegularizer extends Regularizer {
  static readonly className = 'OrthogonalRegularizer'
  static override readonly positional = ['factor']
  static readonly options: OptionKeys<OrthogonalRegularizerOptions> = { mode: true }

  readonly mode: 'rows' | 'columns'

  constructor(
    readonly factor = 0.01,
    options: OrthogonalRegularizerOptions = {},
  ) {
    const { mode = 'rows' } = checkedOptions(options, new.target, "{ mode: 'columns' }")
    super()
    atLeast(factor, 0, 'OrthogonalRegularizer: factor')
    this.mode = oneOf(mode, ['rows', 'columns'], 'OrthogonalRegularizer: mode')
  }

  /** @throws ShapeError unless `x` is a matrix */
  override call(x: Tensor): Tensor {
    if (x.rank !== 2) {
      throw new ShapeError(`OrthogonalRegularizer: expected a matrix, received shape ${showShape(x.shape)}.`)
    }
    const rows = this.mode === 'rows' ? x : transpose(x)
    const inverseNorms = minimum(rsqrt(sum(square(rows), { axis: 1, keepDims: true })), LARGEST_SCALE)
    const units = multiply(rows, inverseNorms)
    const cosines = matmul(units, transpose(units))
    const [size] = rows.shape
    const pairs = (size * (size - 1)) / 2
    const total = sum(abs(multiply(cosines, subtract(1, eye(size)))))
    return multiply(total, (0.5 * this.factor) / pairs)
  }

  override getConfig(): Config {
    return { factor: this.factor, mode: this.mode }
  }
}

/** The mean cosine between rows: see `OrthogonalRegularizer`. */
export const orthogonalRegularizer = (
  factor?: number,
  options?: OrthogonalRegularizerOptions,
): OrthogonalRegularizer => new OrthogonalRegularizer(factor, options)
