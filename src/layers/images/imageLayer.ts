import { ArgumentError } from '../../errors.js'
import type { Shape } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import { cast } from '../../ops/cast.js'
import { foldIn } from '../../ops/foldIn.js'
import { keyFromSeed } from '../../ops/hostRandom.js'
import { randomUniform } from '../../ops/randomUniform.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { show } from '../../utils/show.js'
import type { CallContext, RandomKeys } from '../callContext.js'
import type { LayerOptions } from '../layer.js'
import { SameShapeLayer } from '../sameShape.js'
import { spatialForm } from '../spatialForm.js'

export interface RandomImageOptions extends LayerOptions {
  /** Fixes what this layer draws, whatever the model's seed. */
  readonly seed?: number
}

/** Both ends of a range to draw from. */
export type Range = readonly [lower: number, upper: number]

/**
 * Base of layers that change images `[batch, height, width, channels]` at random in training, each image in a way of its own, and
 * pass them on in inference: for data augmentation. In float32; the shape stays.
 */
export abstract class RandomImageLayer extends SameShapeLayer {
  static override readonly options: OptionKeys<RandomImageOptions> = { ...SameShapeLayer.options, seed: true }
  readonly seed: number | undefined

  constructor(options: RandomImageOptions) {
    super(options)
    if (options.seed !== undefined) keyFromSeed(options.seed)
    this.seed = options.seed
    this.inputSpec = { rank: 4, form: spatialForm(2) }
  }

  /** The random numbers for a batch of images of this shape. */
  abstract draws(shape: Shape, random: RandomKeys): readonly Tensor[]

  /** The images as such numbers change them. */
  protected abstract change(images: Tensor, draws: readonly Tensor[]): Tensor

  override call(inputs: Tensor, { training, random }: CallContext): Tensor {
    const images = cast(inputs, 'float32')
    return training ? this.change(images, this.draws(images.shape, random)) : images
  }

  /** Uniform numbers of these shapes and ranges. */
  protected uniform(random: RandomKeys, ...wanted: readonly { shape: Shape; range: Range }[]): Tensor[] {
    const key = random.next(this.seed)
    return wanted.map(({ shape, range: [min, max] }, i) => randomUniform(foldIn(key, i), shape, { min, max }))
  }

  override getConfig(): Config {
    return { ...super.getConfig(), seed: this.seed ?? null }
  }
}

/**
 * A factor given as one number f, which stands for -f to f, or as both ends.
 * @throws ArgumentError unless it lies within the bounds
 */
export function rangeOf(factor: number | Range, what: string, [least, most]: Range): Range {
  const given = typeof factor === 'number' ? [-Math.abs(factor), Math.abs(factor)] : factor
  const isFine = (value: unknown) => typeof value === 'number' && value <= most && value >= least
  const isOne = typeof factor === 'number' && isFine(factor)
  if (!isOne && !(Array.isArray(factor) && factor.length === 2 && factor.every(isFine))) {
    throw new ArgumentError(
      `${what}: expected a number from ${least} to ${most}, or two of them, received ${show(factor)}.`,
    )
  }
  const [lower, upper] = given.toSorted((a, b) => a - b)
  return [Math.max(lower, least), upper]
}
