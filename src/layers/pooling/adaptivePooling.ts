import type { Tensor } from '../../graph/tensor.js'
import { averagePool } from '../../ops/averagePool.js'
import { cast } from '../../ops/cast.js'
import { concatenate } from '../../ops/concatenate.js'
import type { PoolOptions } from '../../ops/convolutionGeometry.js'
import { maxPool } from '../../ops/maxPool.js'
import { take } from '../../ops/take.js'
import { tensor } from '../../ops/tensor.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import { integersPerAxis, type PerAxis } from '../checks.js'
import { knownSize } from '../knownSize.js'
import type { LayerOptions } from '../layer.js'
import { SpatialLayer } from '../spatialLayer.js'

type Pool = (x: Tensor, options: PoolOptions) => Tensor

/**
 * Pooling to a size that is given: along each spatial axis of n places, output i of m is that of the places from `floor(i n / m)`
 * up to `ceil((i + 1) n / m)`, which may overlap.
 */
abstract class AdaptivePooling extends SpatialLayer {
  static override readonly positional = ['output_size']

  readonly outputSize: readonly number[]

  constructor(outputSize: PerAxis, options: LayerOptions = {}) {
    super(options)
    this.outputSize = integersPerAxis(outputSize, this.rank, `${this.title}: outputSize`)
  }

  protected abstract readonly pool: Pool

  override build(inputShape: BatchShape): void {
    for (const axis of this.outputSize.keys()) knownSize(this.title, inputShape, axis + 1, 'places')
  }

  override call(inputs: Tensor): Tensor {
    return this.outputSize.reduce(
      (x, count, axis) => poolAxis(x, axis, count, this.pool),
      cast(inputs, 'float32'),
    )
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return [inputShape[0], ...this.outputSize, inputShape[inputShape.length - 1]]
  }

  override getConfig(): Config {
    return { ...super.getConfig(), output_size: this.outputSize }
  }
}

/** Pools one spatial axis to `count` places. */
function poolAxis(x: Tensor, axis: number, count: number, pool: Pool): Tensor {
  const length = x.shape[axis + 1]
  const ones = x.shape.slice(1, -1).map(() => 1)
  const windows = (size: number, stride: number) =>
    pool(x, { size: ones.with(axis, size), strides: ones.with(axis, stride), padding: 'valid' })
  const short = Math.ceil(length / count)
  if (length % count === 0) return windows(short, short)
  const places = Array.from({ length: count }, (_, i) => ({
    begin: Math.floor((i * length) / count),
    end: Math.ceil(((i + 1) * length) / count),
  }))
  // A window holds n / m places, rounded up, or one more. Those of both sizes stand one behind the other, to be chosen from.
  const isLong = ({ begin, end }: (typeof places)[number]) => end - begin > short
  const all = [windows(short, 1), ...(places.some(isLong) ? [windows(short + 1, 1)] : [])]
  const chosen = places.map((place) => place.begin + (isLong(place) ? length - short + 1 : 0))
  return take(concatenate(all, axis + 1), tensor(Int32Array.from(chosen)), axis + 1)
}

abstract class AdaptiveAveragePooling extends AdaptivePooling {
  protected get pool(): Pool {
    return averagePool
  }
}

abstract class AdaptiveMaxPooling extends AdaptivePooling {
  protected get pool(): Pool {
    return maxPool
  }
}

/** Means of sequences, pooled to a given length (Keras's `AdaptiveAveragePooling1D`): `[batch, steps, channels]`. */
export class AdaptiveAveragePooling1D extends AdaptiveAveragePooling {
  static override readonly className = 'AdaptiveAveragePooling1D'
  static override readonly samplewise = true
  static override readonly rank = 1
}

/** Means of images, pooled to a given size (Keras's `AdaptiveAveragePooling2D`): `[batch, height, width, channels]`. */
export class AdaptiveAveragePooling2D extends AdaptiveAveragePooling {
  static override readonly className = 'AdaptiveAveragePooling2D'
  static override readonly samplewise = true
  static override readonly rank = 2
}

/** Means of volumes, pooled to a given size (Keras's `AdaptiveAveragePooling3D`): `[batch, depth, height, width, channels]`. */
export class AdaptiveAveragePooling3D extends AdaptiveAveragePooling {
  static override readonly className = 'AdaptiveAveragePooling3D'
  static override readonly samplewise = true
  static override readonly rank = 3
}

/** Largest values of sequences, pooled to a given length (Keras's `AdaptiveMaxPooling1D`): `[batch, steps, channels]`. */
export class AdaptiveMaxPooling1D extends AdaptiveMaxPooling {
  static override readonly className = 'AdaptiveMaxPooling1D'
  static override readonly samplewise = true
  static override readonly rank = 1
}

/** Largest values of images, pooled to a given size (Keras's `AdaptiveMaxPooling2D`): `[batch, height, width, channels]`. */
export class AdaptiveMaxPooling2D extends AdaptiveMaxPooling {
  static override readonly className = 'AdaptiveMaxPooling2D'
  static override readonly samplewise = true
  static override readonly rank = 2
}

/** Largest values of volumes, pooled to a given size (Keras's `AdaptiveMaxPooling3D`): `[batch, depth, height, width, channels]`. */
export class AdaptiveMaxPooling3D extends AdaptiveMaxPooling {
  static override readonly className = 'AdaptiveMaxPooling3D'
  static override readonly samplewise = true
  static override readonly rank = 3
}

/** See `AdaptiveAveragePooling1D`. */
export const adaptiveAveragePooling1d = (outputSize: PerAxis, options?: LayerOptions) =>
  new AdaptiveAveragePooling1D(outputSize, options)
/** See `AdaptiveAveragePooling2D`. @example layers.adaptiveAveragePooling2d([7, 7]) */
export const adaptiveAveragePooling2d = (outputSize: PerAxis, options?: LayerOptions) =>
  new AdaptiveAveragePooling2D(outputSize, options)
/** See `AdaptiveAveragePooling3D`. */
export const adaptiveAveragePooling3d = (outputSize: PerAxis, options?: LayerOptions) =>
  new AdaptiveAveragePooling3D(outputSize, options)
/** See `AdaptiveMaxPooling1D`. */
export const adaptiveMaxPooling1d = (outputSize: PerAxis, options?: LayerOptions) =>
  new AdaptiveMaxPooling1D(outputSize, options)
/** See `AdaptiveMaxPooling2D`. */
export const adaptiveMaxPooling2d = (outputSize: PerAxis, options?: LayerOptions) =>
  new AdaptiveMaxPooling2D(outputSize, options)
/** See `AdaptiveMaxPooling3D`. */
export const adaptiveMaxPooling3d = (outputSize: PerAxis, options?: LayerOptions) =>
  new AdaptiveMaxPooling3D(outputSize, options)
