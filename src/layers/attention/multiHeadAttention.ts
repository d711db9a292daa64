import type { ConstraintLike } from '../../constraints/get.js'
import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import type { InitializerLike } from '../../initializers/get.js'
import { abs } from '../../ops/abs.js'
import { cast } from '../../ops/cast.js'
import { expandDims } from '../../ops/expandDims.js'
import { iota } from '../../ops/iota.js'
import { less } from '../../ops/less.js'
import { matmul } from '../../ops/matmul.js'
import { multiply } from '../../ops/multiply.js'
import { sigmoid } from '../../ops/sigmoid.js'
import { subtract } from '../../ops/subtract.js'
import { transpose } from '../../ops/transpose.js'
import { type RegularizerLike, serializeRegularizer } from '../../regularizers/get.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import type { CallContext } from '../callContext.js'
import { integer } from '../checks.js'
import { knownSize } from '../knownSize.js'
import { maskOf } from '../masks.js'
import type { LayerParts } from '../parts.js'
import { type WeightSettings, weightConfig, weightSettings } from '../weightSettings.js'
import { Projection } from './projection.js'
import { type AttentionCall, QueryLayer, type QueryLayerOptions } from './queryLayer.js'
import { allOf, attend, causalMask } from './scores.js'

export interface MultiHeadAttentionOptions extends QueryLayerOptions {
  /** Size of each head's values. Default: `keyDim`. */
  readonly valueDim?: number
  /** Default: true. */
  readonly useBias?: boolean
  /** The output's size or, for several axes, their sizes. Default: the query's size. */
  readonly outputShape?: number | readonly number[]
  /** The axes over which attention goes. Gradus has axis 1 alone. Default: 1. */
  readonly attentionAxes?: number | readonly number[]
  /** Each query sees the keys less than this many places away. Default: all. */
  readonly slidingWindow?: number
  /** Multiply the heads' outputs by a sigmoid of a projection of the query. Default: false. */
  readonly useGate?: boolean
  /** Default: `'glorot_uniform'`. */
  readonly kernelInitializer?: InitializerLike
  /** Default: `'zeros'`. */
  readonly biasInitializer?: InitializerLike
  /** A penalty for each kernel. Default: none. */
  readonly kernelRegularizer?: RegularizerLike
  /** A penalty for each bias. Default: none. */
  readonly biasRegularizer?: RegularizerLike
  /** What each kernel must satisfy after each update. Default: none. */
  readonly kernelConstraint?: ConstraintLike
  /** What each bias must satisfy after each update. Default: none. */
  readonly biasConstraint?: ConstraintLike
}

/**
 * Multi-head attention (Keras's `MultiHeadAttention`). Each head projects query, key and value, and gives
 * `softmax(q k^T / sqrt(keyDim)) v`; the output is a projection of all heads' results.
 *
 * Called on a list of a query `[batch, queries, size]`, a value `[batch, keys, valueSize]`, if it differs from the value a key
 * `[batch, keys, keySize]`, and a boolean mask `[batch, queries, keys]` if there is one; gives `[batch, queries, outputShape]`.
 * Masks of the inputs are heeded. Kernels: query `[size, heads, keyDim]`, key, value, output `[heads, valueDim, size]`.
 *
 * Source: Vaswani et al., Attention is all you need, 2017.
 *
 * @example layers.multiHeadAttention(8, 64)([x, x], { useCausalMask: true })
 */
export class MultiHeadAttention extends QueryLayer {
  static override readonly className = 'MultiHeadAttention'
  static override readonly positional = ['num_heads', 'key_dim']

  readonly numHeads: number
  readonly keyDim: number
  readonly valueDim: number
  readonly useBias: boolean
  readonly useGate: boolean
  readonly slidingWindow: number | undefined
  /** Sizes of the output's axes behind the queries, if they were given. */
  readonly outputSizes: readonly number[] | undefined
  readonly kernelSettings: WeightSettings
  readonly biasSettings: WeightSettings
  /** Projections of query, key and value, of the gate if there is one, and of the heads' results; once built. */
  private projections: readonly Projection[] = []

  constructor(numHeads: number, keyDim: number, options: MultiHeadAttentionOptions = {}) {
    super(4, options)
    this.numHeads = integer(numHeads, `${this.title}: numHeads`)
    this.keyDim = integer(keyDim, `${this.title}: keyDim`)
    this.valueDim = integer(options.valueDim ?? keyDim, `${this.title}: valueDim`)
    this.useBias = options.useBias ?? true
    this.useGate = options.useGate ?? false
    const { outputShape, slidingWindow, attentionAxes = 1 } = options
    if (slidingWindow !== undefined) integer(slidingWindow, `${this.title}: slidingWindow`)
    this.slidingWindow = slidingWindow
    this.outputSizes = typeof outputShape === 'number' ? [outputShape] : outputShape
    if (String(attentionAxes) !== '1') {
      throw new ArgumentError(
        `${this.title}: attentionAxes: expected 1, received ${JSON.stringify(attentionAxes)}. Bring the axes of attention together ` +
          'as axis 1 by a reshape.',
      )
    }
    this.kernelSettings = weightSettings(
      options.kernelInitializer ?? 'glorot_uniform',
      options.kernelRegularizer,
      options.kernelConstraint,
    )
    this.biasSettings = weightSettings(
      options.biasInitializer ?? 'zeros',
      options.biasRegularizer,
      options.biasConstraint,
    )
  }

  override build([query, value, key = value]: readonly BatchShape[]): void {
    const { numHeads, keyDim, valueDim, kernelSettings, useBias } = this
    const biasSettings = useBias ? this.biasSettings : undefined
    const make = (
      name: string,
      inputShape: BatchShape,
      boundAxes: number,
      outputSizes: readonly number[],
    ) => {
      const projection = new Projection({ name, boundAxes, outputSizes, kernelSettings, biasSettings })
      projection.build(inputShape)
      return projection
    }
    const size = knownSize(this.title, query, -1, 'features')
    const heads: BatchShape = [null, null, numHeads, valueDim]
    this.projections = [
      make('query', query, 1, [numHeads, keyDim]),
      make('key', key, 1, [numHeads, keyDim]),
      ...(this.useGate ? [make('gate', query, 1, [numHeads, valueDim])] : []),
      make('value', value, 1, [numHeads, valueDim]),
      make('attention_output', heads, 2, this.outputSizes ?? [size]),
    ]
  }

  override parts(): LayerParts {
    return Object.fromEntries(this.projections.map((projection) => [partName(projection.name), projection]))
  }

  override call(inputs: readonly Tensor[], context: CallContext): Tensor {
    const [query, value, key = value, given] = inputs
    const [ofQuery, ofKey, ...others] = this.projections
    const [ofValue, ofHeads] = others.slice(-2)
    const [queries, keys] = [query.shape[1], value.shape[1]]
    const { useCausalMask, returnAttentionScores } = this.callOptions
    const [queryMask, valueMask, keyMask] = [query, value, key].map(maskOf)
    const mask = allOf([
      given && cast(given, 'bool'),
      queryMask && expandDims(queryMask, -1),
      valueMask && expandDims(valueMask, 1),
      keyMask && key !== value ? expandDims(keyMask, 1) : undefined,
      useCausalMask ? expandDims(causalMask(queries, keys), 0) : undefined,
      this.slidingWindow === undefined ? undefined : expandDims(nearby(queries, keys, this.slidingWindow), 0),
    ])
    const [q, k, v] = [ofQuery(query), ofKey(key), ofValue(value)].map((x) => transpose(x, [0, 2, 1, 3]))
    const scores = matmul(multiply(q, 1 / Math.sqrt(this.keyDim)), k, { transposeB: true })
    const { dropout, seed } = this
    const settings = { mask: mask && expandDims(mask, 1), dropout, seed }
    const { output, weights } = attend(scores, v, settings, context)
    const heads = transpose(output, [0, 2, 1, 3])
    const gated = this.useGate ? multiply(heads, sigmoid(others[0](query))) : heads
    const result = ofHeads(gated)
    return (returnAttentionScores ? [result, weights] : result) as Tensor
  }

  override computeOutputShape([query, value]: readonly BatchShape[]): BatchShape {
    const output: BatchShape = [...query.slice(0, 2), ...(this.outputSizes ?? query.slice(2))]
    const shapes = [output, [query[0], this.numHeads, query[1], value[1]]]
    return (this.callOptions.returnAttentionScores ? shapes : output) as BatchShape
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      num_heads: this.numHeads,
      key_dim: this.keyDim,
      value_dim: this.valueDim,
      dropout: this.dropout,
      use_bias: this.useBias,
      use_gate: this.useGate,
      output_shape: this.outputSizes ?? null,
      attention_axes: null,
      sliding_window: this.slidingWindow ?? null,
      ...weightConfig('kernel', this.kernelSettings),
      ...weightConfig('bias', this.biasSettings),
      activity_regularizer: serializeRegularizer(this.activityRegularizer),
      seed: this.seed ?? null,
    }
  }
}

/** The attribute in which Keras keeps a projection. */
const partName = (projection: string): string =>
  projection === 'attention_output' ? '_output_dense' : `_${projection}_dense`

/** Whether a key stands less than `window` places from the query: `[queries, keys]`. */
const nearby = (queries: number, keys: number, window: number): Tensor =>
  less(abs(subtract(iota([queries, keys], 0), iota([queries, keys], 1))), window)

/** Multi-head attention: see `MultiHeadAttention`. */
export const multiHeadAttention = (
  numHeads: number,
  keyDim: number,
  options?: MultiHeadAttentionOptions,
): AttentionCall & MultiHeadAttention =>
  new MultiHeadAttention(numHeads, keyDim, options) as AttentionCall & MultiHeadAttention
