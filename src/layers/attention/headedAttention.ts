import type { Tensor } from '../../graph/tensor.js'
import { abs } from '../../ops/abs.js'
import { cast } from '../../ops/cast.js'
import { expandDims } from '../../ops/expandDims.js'
import { iota } from '../../ops/iota.js'
import { less } from '../../ops/less.js'
import { matmul } from '../../ops/matmul.js'
import { multiply } from '../../ops/multiply.js'
import { subtract } from '../../ops/subtract.js'
import { repeat } from '../../ops/tile.js'
import { transpose } from '../../ops/transpose.js'
import { getRegularizer, serializeRegularizer } from '../../regularizers/get.js'
import type { RegularizerFunction } from '../../regularizers/regularizer.js'
import { checkedOptions, type OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import type { CallContext } from '../callContext.js'
import type { CallForm } from '../callForm.js'
import { integer } from '../checks.js'
import { EinsumDense, type EinsumDenseOptions } from '../core/einsumDense.js'
import { knownSize } from '../knownSize.js'
import { maskOf } from '../masks.js'
import type { LayerParts } from '../parts.js'
import {
  type BiasOptions,
  biasOptions,
  biasSettings,
  type KernelOptions,
  kernelOptions,
  kernelSettings,
  type WeightSettings,
  weightConfig,
} from '../weightSettings.js'
import { QueryLayer, type QueryLayerOptions } from './queryLayer.js'
import { allOf, attend, causalMask } from './scores.js'

/** Options for the kernels and biases are those of each projection. */
export interface HeadedAttentionOptions extends QueryLayerOptions, KernelOptions, BiasOptions {
  /** Default: true. */
  readonly useBias?: boolean
  /** Each query sees the keys less than this many places away. Default: all. */
  readonly slidingWindow?: number
  /** Multiply the heads' outputs by a sigmoid of a projection of the query. Default: false. */
  readonly useGate?: boolean
}

/** How many heads there are, and of which sizes. */
export interface HeadSizes {
  readonly queryHeads: number
  /** A divisor of `queryHeads`: each head of keys and values serves as many heads of queries. */
  readonly keyHeads: number
  readonly keyDim: number
  readonly valueDim: number
  /** The output's axes behind the queries. */
  readonly outputSizes: readonly number[]
}

/** What attention in several heads shares: projections of query, key and value into heads, and of their results into the output. */
export abstract class HeadedAttention extends QueryLayer {
  static override readonly options: OptionKeys<HeadedAttentionOptions> = {
    ...QueryLayer.options,
    ...kernelOptions,
    ...biasOptions,
    useBias: true,
    slidingWindow: true,
    useGate: true,
  }
  override readonly callForm: CallForm = {
    names: ['query', 'value', 'key', 'attention_mask'],
    positional: 3,
    otherwise: { key: 'value' },
  }
  /** Whether Keras's layer has all its projections as private attributes; that of the gate it has in any case. */
  protected readonly hasPrivateParts: boolean = false
  readonly useBias: boolean
  readonly useGate: boolean
  readonly slidingWindow: number | undefined
  readonly kernelSettings: WeightSettings
  readonly biasSettings: WeightSettings
  /** The penalty for what each projection gives. */
  readonly projectionPenalty: RegularizerFunction | undefined
  /** Projections of query, key and value, of the gate if there is one, and of the heads' results; once built. */
  private projections: readonly EinsumDense[] = []

  constructor(options: HeadedAttentionOptions) {
    // Keras hands the penalty for activities on to the projections.
    super(4, { ...checkedOptions(options, new.target), activityRegularizer: undefined })
    this.projectionPenalty = getRegularizer(options.activityRegularizer)
    this.useBias = options.useBias ?? true
    this.useGate = options.useGate ?? false
    const { slidingWindow } = options
    if (slidingWindow !== undefined) integer(slidingWindow, `${this.title}: slidingWindow`)
    this.slidingWindow = slidingWindow
    this.kernelSettings = kernelSettings(options)
    this.biasSettings = biasSettings(options)
  }

  /** @param features the size of the query's last axis */
  protected abstract headSizes(features: number): HeadSizes

  override build([query, value, key = value]: readonly BatchShape[]): void {
    const sizes = this.headSizes(knownSize(this.title, query, -1, 'features'))
    const { queryHeads, keyHeads, keyDim, valueDim, outputSizes } = sizes
    const intoHeads = (name: string, inputShape: BatchShape, heads: number, size: number, options = {}) =>
      this.projection(name, inputShape, 'abc,cde->abde', [null, heads, size], 'de', options)
    // One letter for each axis of the output.
    const letters = outputSizes.map((_, axis) => String.fromCharCode('f'.charCodeAt(0) + axis)).join('')
    const fromHeads = `abde,de${letters}->ab${letters}`
    this.projections = [
      intoHeads('query', query, queryHeads, keyDim),
      intoHeads('key', key, keyHeads, keyDim),
      ...(this.useGate ? [intoHeads('gate', query, queryHeads, valueDim, { activation: 'sigmoid' })] : []),
      intoHeads('value', value, keyHeads, valueDim),
      this.projection(
        'attention_output',
        [null, null, queryHeads, valueDim],
        fromHeads,
        [null, ...outputSizes],
        letters,
      ),
    ]
  }

  override parts(): LayerParts {
    return Object.fromEntries(
      this.projections.map((projection) => [this.partName(projection.name), projection]),
    )
  }

  /** The attribute in which Keras keeps a projection. */
  private partName(projection: string): string {
    const attribute = projection === 'attention_output' ? 'output_dense' : `${projection}_dense`
    return this.hasPrivateParts || projection === 'gate' ? `_${attribute}` : attribute
  }

  override call(inputs: readonly Tensor[], context: CallContext): Tensor {
    const [query, value, key = value, given] = inputs
    const [ofQuery, ofKey, ...others] = this.projections
    const [ofValue, ofHeads] = others.slice(-2)
    const { queryHeads, keyHeads, keyDim } = this.headSizes(query.shape[query.rank - 1])
    const times = queryHeads / keyHeads
    const [q, k, v] = [
      ofQuery(query),
      ...[ofKey(key), ofValue(value)].map((heads) => (times === 1 ? heads : repeat(heads, times, 2))),
    ].map((heads) => transpose(heads, [0, 2, 1, 3]))
    const scores = matmul(multiply(q, 1 / Math.sqrt(keyDim)), k, { transposeB: true })
    const mask = this.maskFor([query, value, key], given)
    const { dropout, seed } = this
    const settings = { mask: mask && expandDims(mask, 1), dropout, seed }
    const { output, weights } = attend(scores, v, settings, context)
    const heads = transpose(output, [0, 2, 1, 3])
    const result = ofHeads(this.useGate ? multiply(heads, others[0](query)) : heads)
    return (this.callOptions.returnAttentionScores ? [result, weights] : result) as Tensor
  }

  override computeOutputShape([query, value]: readonly BatchShape[]): BatchShape {
    const { queryHeads, outputSizes } = this.headSizes(knownSize(this.title, query, -1, 'features'))
    const output: BatchShape = [...query.slice(0, 2), ...outputSizes]
    const shapes = [output, [query[0], queryHeads, query[1], value[1]]]
    return (this.callOptions.returnAttentionScores ? shapes : output) as BatchShape
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      dropout: this.dropout,
      use_bias: this.useBias,
      use_gate: this.useGate,
      sliding_window: this.slidingWindow ?? null,
      ...weightConfig('kernel', this.kernelSettings),
      ...weightConfig('bias', this.biasSettings),
      activity_regularizer: serializeRegularizer(this.projectionPenalty),
      seed: this.seed ?? null,
    }
  }

  private projection(
    name: string,
    inputShape: BatchShape,
    equation: string,
    outputShape: readonly (number | null)[],
    biasAxes: string,
    options: EinsumDenseOptions = {},
  ): EinsumDense {
    const { kernelSettings: kernel, biasSettings: bias } = this
    const projection = new EinsumDense(equation, outputShape, {
      name,
      biasAxes: this.useBias ? biasAxes : undefined,
      kernelInitializer: kernel.initializer,
      kernelRegularizer: kernel.regularizer,
      kernelConstraint: kernel.constraint,
      biasInitializer: bias.initializer,
      biasRegularizer: bias.regularizer,
      biasConstraint: bias.constraint,
      activityRegularizer: this.projectionPenalty,
      ...options,
    })
    projection.build(inputShape)
    return projection
  }

  /** Which keys each query sees, by all masks that there are: `[batch, queries, keys]`. */
  private maskFor([query, value, key]: readonly Tensor[], given: Tensor | undefined): Tensor | undefined {
    const [queries, keys] = [query.shape[1], value.shape[1]]
    const [queryMask, valueMask, keyMask] = [query, value, key].map(maskOf)
    return allOf([
      given && cast(given, 'bool'),
      queryMask && expandDims(queryMask, -1),
      valueMask && expandDims(valueMask, 1),
      keyMask && key !== value ? expandDims(keyMask, 1) : undefined,
      this.callOptions.useCausalMask ? expandDims(causalMask(queries, keys), 0) : undefined,
      this.slidingWindow === undefined ? undefined : expandDims(nearby(queries, keys, this.slidingWindow), 0),
    ])
  }
}

/** Whether a key stands less than `window` places from the query: `[queries, keys]`. */
const nearby = (queries: number, keys: number, window: number): Tensor =>
  less(abs(subtract(iota([queries, keys], 0), iota([queries, keys], 1))), window)
