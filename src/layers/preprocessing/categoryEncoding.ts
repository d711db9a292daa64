import type { Tensor } from '../../graph/tensor.js'
import { cast } from '../../ops/cast.js'
import { max } from '../../ops/max.js'
import { oneHot } from '../../ops/oneHot.js'
import { squeeze } from '../../ops/squeeze.js'
import { sum } from '../../ops/sum.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { oneOf } from '../../utils/oneOf.js'
import type { BatchShape } from '../batchShape.js'
import { integer } from '../checks.js'
import { Layer, type LayerOptions } from '../layer.js'

const outputModes = ['one_hot', 'multi_hot', 'count'] as const
export type EncodingMode = (typeof outputModes)[number]

export interface CategoryEncodingOptions extends LayerOptions {
  /** Default: `'multi_hot'`. */
  readonly outputMode?: EncodingMode
}

/**
 * Whole numbers below `numTokens` as rows of that length (Keras's `CategoryEncoding`), in float32:
 * - `'one_hot'`: a row for each number, 1 at its place: `[batch, ..., n]` to `[batch, ..., n, numTokens]`, and `[batch, ..., 1]` to
 *   `[batch, ..., numTokens]`
 * - `'multi_hot'`: a row for each set of n numbers, 1 for each that is in it: `[batch, ..., n]` to `[batch, ..., numTokens]`
 * - `'count'`: how often each is in it
 *
 * Numbers outside are refused in a model's data; where a model computes them, they leave no mark.
 */
export class CategoryEncoding extends Layer {
  static override readonly className = 'CategoryEncoding'
  static override readonly samplewise = true
  static override readonly positional = ['num_tokens']
  static override readonly options: OptionKeys<CategoryEncodingOptions> = {
    ...Layer.options,
    outputMode: true,
  }

  readonly numTokens: number
  readonly outputMode: EncodingMode
  override readonly tableRows: number

  constructor(numTokens: number, options: CategoryEncodingOptions = {}) {
    super(options)
    this.numTokens = integer(numTokens, `${this.title}: numTokens`)
    this.tableRows = this.numTokens
    this.outputMode = oneOf(options.outputMode ?? 'multi_hot', outputModes, `${this.title}: outputMode`)
    this.inputSpec = { minRank: 2, form: '[batch, ..., numbers]' }
  }

  override call(inputs: Tensor): Tensor {
    const rows = oneHot(cast(inputs, 'int32'), this.numTokens)
    if (this.outputMode === 'multi_hot') return max(rows, { axis: -2 })
    if (this.outputMode === 'count') return sum(rows, { axis: -2 })
    return inputs.shape.at(-1) === 1 ? squeeze(rows, -2) : rows
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    const isEach = this.outputMode === 'one_hot' && inputShape.at(-1) !== 1
    return [...(isEach ? inputShape : inputShape.slice(0, -1)), this.numTokens]
  }

  override getConfig(): Config {
    return { ...super.getConfig(), num_tokens: this.numTokens, output_mode: this.outputMode }
  }
}

/** Whole numbers as rows of zeros and ones, or counts: see `CategoryEncoding`. @example layers.categoryEncoding(10, { outputMode: 'one_hot' }) */
export const categoryEncoding = (numTokens: number, options?: CategoryEncodingOptions): CategoryEncoding =>
  new CategoryEncoding(numTokens, options)
