import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import { isTracing } from '../../graph/trace.js'
import { Variable } from '../../graph/variable.js'
import { truncatedNormal } from '../../initializers/random.js'
import { add } from '../../ops/add.js'
import { any } from '../../ops/any.js'
import { divide } from '../../ops/divide.js'
import { logicalNot } from '../../ops/logicalNot.js'
import { matmul } from '../../ops/matmul.js'
import { maximum } from '../../ops/maximum.js'
import { multiply } from '../../ops/multiply.js'
import { notEqual } from '../../ops/notEqual.js'
import { reshape } from '../../ops/reshape.js'
import { rsqrt } from '../../ops/rsqrt.js'
import { square } from '../../ops/square.js'
import { stopGradient } from '../../ops/stopGradient.js'
import { subtract } from '../../ops/subtract.js'
import { sum } from '../../ops/sum.js'
import { where } from '../../ops/where.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import { type Config, optionsOf } from '../../utils/config.js'
import { show } from '../../utils/show.js'
import type { BatchShape } from '../batchShape.js'
import type { CallContext } from '../callContext.js'
import { integer } from '../checks.js'
import { Layer, type LayerOptions } from '../layer.js'
import { layerFromConfig } from '../registry.js'
import { serializeSettings } from '../serializeLayer.js'

export interface SpectralNormalizationOptions extends LayerOptions {
  /** Steps of the power iteration in each training step. Default: 1. */
  readonly powerIterations?: number
}

/** Keeps vectors of zeros from being divided by 0. */
const SMALLEST_SQUARE = 1e-14

/**
 * A layer whose kernel is divided, at each training step, by its spectral norm, the largest factor by which it stretches a vector
 * (Keras's `SpectralNormalization`): so the layer changes at most as fast as its input. The norm is estimated by power iteration on
 * `vector_u`, which goes on from step to step. In inference, and outside of a model's step, the kernel is used as it is.
 *
 * The layer is one with a `kernel` or `embeddings`; all axes but the last count as one.
 *
 * Source: Miyato et al., Spectral normalization for generative adversarial networks, 2018.
 *
 * @example layers.spectralNormalization(layers.conv2d(64, 3))
 */
export class SpectralNormalization extends Layer {
  static override readonly className = 'SpectralNormalization'
  static override readonly samplewise = true
  static override readonly positional = ['layer']
  static override readonly options: OptionKeys<SpectralNormalizationOptions> = {
    ...Layer.options,
    powerIterations: true,
  }

  readonly powerIterations: number
  /** The vector of the power iteration, once built: `[1, outputs]`. */
  vectorU: Variable | undefined

  constructor(
    readonly layer: Layer,
    options: SpectralNormalizationOptions = {},
  ) {
    super(options)
    if (!(layer instanceof Layer)) {
      throw new ArgumentError(
        `${this.title}: expected a layer such as layers.dense(10), received ${show(layer)}.`,
      )
    }
    this.powerIterations = integer(options.powerIterations ?? 1, `${this.title}: powerIterations`)
    this.supportsMasking = layer.supportsMasking
  }

  override build(inputShape: BatchShape): void {
    if (!this.layer.built) this.layer.build(inputShape)
    const { shape } = this.kernel
    this.vectorU = this.addWeight({
      name: 'vector_u',
      shape: [1, shape[shape.length - 1]],
      initializer: truncatedNormal({ stddev: 0.02 }),
      trainable: false,
    })
  }

  /** As in Keras, the kernel counts as one of the wrapper's own weights, and stands first. */
  override get ownWeights(): readonly Variable[] {
    return this.layer.built ? [this.kernel, ...super.ownWeights] : super.ownWeights
  }

  override call(inputs: Tensor, { training }: CallContext): Tensor {
    if (training && isTracing()) this.normalize()
    return this.layer.invoke(inputs)
  }

  override computeMask(inputs: Tensor, mask: Tensor | undefined): Tensor | undefined {
    return this.layer.computeMask(inputs, mask)
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return this.layer.computeOutputShape(inputShape)
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      layer: serializeSettings(this.layer),
      power_iterations: this.powerIterations,
    }
  }

  static override fromConfig(config: Config): SpectralNormalization {
    const layer = config.layer as { readonly class_name: string; readonly config: Config }
    return new SpectralNormalization(
      layerFromConfig(layer) as unknown as Layer,
      optionsOf(config, ['layer', 'dtype']),
    )
  }

  private get kernel(): Variable {
    const { kernel, embeddings } = this.layer as { readonly kernel?: unknown; readonly embeddings?: unknown }
    const found = [kernel, embeddings].find((each) => each instanceof Variable)
    if (found) return found
    throw new ArgumentError(
      `${this.title}: expected a layer with a kernel or embeddings, received ${String(this.layer)}.`,
    )
  }

  /** Inside a step: the kernel becomes itself over its norm, and its gradient is that of the new one. */
  private normalize(): void {
    const { kernel } = this
    const [vectorU] = this.ownBuiltWeights
    const value = kernel.value()
    const matrix = stopGradient(reshape(value, [-1, vectorU.size]))
    let u = vectorU.value()
    let v = u
    for (let i = 0; i < this.powerIterations; i++) {
      v = unit(matmul(u, matrix, { transposeB: true }))
      u = unit(matmul(v, matrix))
    }
    const norm = sum(multiply(matmul(v, matrix), u))
    const isZero = logicalNot(any(notEqual(matrix, 0)))
    vectorU.assign(where(isZero, vectorU.value(), u))
    const divided = stopGradient(divide(value, where(isZero, 1, norm)))
    kernel.assign(add(value, subtract(divided, stopGradient(value))))
  }
}

const unit = (vector: Tensor): Tensor =>
  multiply(vector, rsqrt(maximum(sum(square(vector)), SMALLEST_SQUARE)))

/** A layer whose kernel stretches nothing: see `SpectralNormalization`. */
export const spectralNormalization = (
  layer: Layer,
  options?: SpectralNormalizationOptions,
): SpectralNormalization => new SpectralNormalization(layer, options)
