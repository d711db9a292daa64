import type { TypedArray } from '../../graph/dtype.js'
import { readTensors } from '../../graph/executor.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import { cast } from '../../ops/cast.js'
import { matmul } from '../../ops/matmul.js'
import { reshape } from '../../ops/reshape.js'
import { subtract } from '../../ops/subtract.js'
import { tensor } from '../../ops/tensor.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { above } from '../../utils/numbers.js'
import type { BatchShape } from '../batchShape.js'
import { knownSize } from '../knownSize.js'
import type { LayerOptions } from '../layer.js'
import { SameShapeLayer } from '../sameShape.js'
import { type AdaptData, batchesOf } from './adaptData.js'
import { symmetricEigen } from './symmetricEigen.js'

export interface ZCAWhiteningOptions extends LayerOptions {
  /** Added to the variance along each principal direction, so that directions without any are not blown up. Default: 0.000001. */
  readonly epsilon?: number
}

/** Samples whose products are summed in float32 before they join the float64 sums. */
const CHUNK = 1024

/**
 * `(x - mean) C^(-1/2)`: features of variance 1 that are not correlated, and as near to the original ones as such can be. `C` is
 * the covariance, plus epsilon, of the data that the layer was adapted to; all axes of a sample but the batch are its features.
 * The shape stays. Keras has no layer for it. To adapt to n features takes about n^3 steps: seconds for 1,000.
 *
 * Source: Bell and Sejnowski, The "independent components" of natural scenes are edge filters, 1997.
 *
 * @example
 * const whitening = layers.zcaWhitening({ epsilon: 0.1 })
 * await whitening.adapt(train.images)
 */
export class ZCAWhitening extends SameShapeLayer {
  static override readonly className = 'ZCAWhitening'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<ZCAWhiteningOptions> = {
    ...SameShapeLayer.options,
    epsilon: true,
  }

  readonly epsilon: number
  /** The means of the features, once built. */
  mean: Variable | undefined
  /** `C^(-1/2)`, once built: symmetric. */
  kernel: Variable | undefined

  constructor(options: ZCAWhiteningOptions = {}) {
    super(options)
    this.epsilon = above(options.epsilon ?? 1e-6, 0, `${this.title}: epsilon`)
    this.inputSpec = { minRank: 2, form: '[batch, ...]' }
  }

  override build(inputShape: BatchShape): void {
    const sizes = inputShape.slice(1).map((_, i) => knownSize(this.title, inputShape, i + 1, 'features'))
    const features = sizes.reduce((a, b) => a * b, 1)
    this.inputSpec = {
      rank: inputShape.length,
      axes: Object.fromEntries(sizes.map((size, i) => [i + 1, size])),
      form: '[batch, ...]',
    }
    this.mean = this.addWeight({ name: 'mean', shape: [features], initializer: 'zeros', trainable: false })
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [features, features],
      initializer: 'identity',
      trainable: false,
    })
  }

  /**
   * Takes mean and (biased) covariance of samples, in place of those that the layer had. In a stream, batches are as `fit` takes them.
   * @throws ShapeError if samples do not fit what the layer was built for
   */
  async adapt(data: AdaptData): Promise<void> {
    let covariance: Covariance | undefined
    const batches = batchesOf(data, this.title, this.builtInputShape?.slice(1), (batch) => {
      if (!this.built) this.build(batch.shape)
      this.checkInput(batch.shape)
      return cast(batch, 'float32')
    })
    for await (const { data: elements, shape } of batches) {
      const features = elements.length / shape[0]
      covariance ??= new Covariance(features)
      for (let row = 0; row < shape[0]; row += CHUNK) {
        await covariance.take(elements.subarray(row * features, (row + CHUNK) * features) as TypedArray)
      }
    }
    if (!covariance) return
    this.mean?.write(covariance.mean)
    this.kernel?.write(inverseRoot(covariance.matrix, this.epsilon))
  }

  override call(inputs: Tensor): Tensor {
    const [mean, kernel] = this.ownBuiltWeights
    const rows = reshape(cast(inputs, 'float32'), [-1, mean.size])
    return reshape(matmul(subtract(rows, mean.value()), kernel.value()), inputs.shape)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), epsilon: this.epsilon }
  }
}

/** Means and covariances of features over chunks of samples, summed in float64. */
class Covariance {
  private count = 0
  readonly mean: Float64Array
  /** Sums of products of differences from the means. */
  private readonly products: Float64Array[]

  constructor(private readonly features: number) {
    this.mean = new Float64Array(features)
    this.products = Array.from({ length: features }, () => new Float64Array(features))
  }

  get matrix(): Float64Array[] {
    return this.products.map((row) => row.map((sum) => sum / this.count))
  }

  async take(samples: TypedArray): Promise<void> {
    const { features, mean } = this
    const count = samples.length / features
    const own = new Float64Array(features)
    for (let i = 0; i < samples.length; i++) own[i % features] += samples[i] / count
    // Differences first: products of large numbers would lose what lies between them.
    const apart = samples.map((value, i) => value - own[i % features])
    const rows = tensor(apart, { shape: [count, features] })
    const [products] = await readTensors([matmul(rows, rows, { transposeA: true })])
    // Sums around the chunk's means become sums around the common ones (Chan, Golub and LeVeque, 1979).
    const total = this.count + count
    const weight = (this.count * count) / total
    const shift = own.map((value, i) => value - mean[i])
    this.products.forEach((row, i) => {
      for (let j = 0; j < features; j++) row[j] += products[i * features + j] + shift[i] * shift[j] * weight
    })
    for (let i = 0; i < features; i++) mean[i] += (shift[i] * count) / total
    this.count = total
  }
}

/** `(C + epsilon)^(-1/2)`: in the directions of the eigenvectors, one over the root of the variance. */
function inverseRoot(covariance: readonly Float64Array[], epsilon: number): Float64Array {
  const { values, vectors } = symmetricEigen(covariance)
  const n = covariance.length
  const result = new Float64Array(n * n)
  vectors.forEach((vector, k) => {
    // Rounding may leave a variance of 0 a little below it.
    const factor = 1 / Math.sqrt(Math.max(values[k], 0) + epsilon)
    for (let i = 0; i < n; i++) {
      const scaled = factor * vector[i]
      for (let j = 0; j < n; j++) result[i * n + j] += scaled * vector[j]
    }
  })
  return result
}

/** Takes correlations out of features: see `ZCAWhitening`. */
export const zcaWhitening = (options?: ZCAWhiteningOptions): ZCAWhitening => new ZCAWhitening(options)
