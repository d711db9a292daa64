import { ArgumentError } from '../errors.js'
import type { Shape } from '../graph/shape.js'
import { resolveAxis, sizeOf } from '../graph/shape.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { type ConfiguredClass, construct } from '../utils/construct.js'
import type { RandomStream } from '../utils/randomStream.js'
import { RandomInitializer, type SeededOptions } from './initializer.js'

/** Standard deviation of a standard normal cut at two standard deviations; values are divided by it. */
const TRUNCATED_DEVIATION = 0.87962566103423978

/** Which count of units the variance is divided by. */
export type FanMode = 'fan_in' | 'fan_out' | 'fan_avg'
export type ScalingDistribution = 'truncated_normal' | 'untruncated_normal' | 'uniform'

export interface FanOptions extends SeededOptions {
  /** Axes whose sizes make up the fan-in. Used only with `outputAxes`. Default: by the kernel's form. */
  readonly inputAxes?: readonly number[]
  /** Axes whose sizes make up the fan-out. Used only with `inputAxes`. Default: by the kernel's form. */
  readonly outputAxes?: readonly number[]
}

export interface VarianceScalingOptions extends FanOptions {
  /** Positive factor. Default: 1. */
  readonly scale?: number
  /** Default: `'fan_in'`. */
  readonly mode?: FanMode
  /** Default: `'truncated_normal'`; `'normal'` means the same. */
  readonly distribution?: ScalingDistribution | 'normal'
}

/**
 * How many inputs a unit has, and how many units an input reaches. Kernels are `[inputs, units]` or
 * `[...kernelSize, channels, filters]`, unless both lists of axes are given.
 */
export function computeFans(
  shape: Shape,
  { inputAxes, outputAxes }: Omit<FanOptions, 'seed'> = {},
): { readonly fanIn: number; readonly fanOut: number } {
  if (inputAxes && outputAxes) {
    const sizeAlong = (axes: readonly number[]) =>
      sizeOf(axes.map((axis) => shape[resolveAxis(axis, shape.length, 'VarianceScaling')]))
    return { fanIn: sizeAlong(inputAxes), fanOut: sizeAlong(outputAxes) }
  }
  if (shape.length === 0) return { fanIn: 1, fanOut: 1 }
  if (shape.length === 1) return { fanIn: shape[0], fanOut: shape[0] }
  const field = sizeOf(shape.slice(0, -2))
  return { fanIn: field * shape[shape.length - 2], fanOut: field * shape[shape.length - 1] }
}

/**
 * Random values of mean 0 and variance `scale / n`, where n is the kernel's fan-in, fan-out or their average (Keras's
 * `VarianceScaling`). Uniform ones lie within `sqrt(3 scale / n)`; truncated normal ones within two deviations, which
 * are widened so that the variance after the cut is right.
 */
export class VarianceScaling extends RandomInitializer {
  static readonly className: string = 'VarianceScaling'
  static override readonly options: OptionKeys<VarianceScalingOptions> = {
    ...RandomInitializer.options,
    inputAxes: true,
    outputAxes: true,
    scale: true,
    mode: true,
    distribution: true,
  }
  readonly scale: number
  readonly mode: FanMode
  readonly distribution: ScalingDistribution
  readonly inputAxes: readonly number[] | undefined
  readonly outputAxes: readonly number[] | undefined

  constructor(options: VarianceScalingOptions = {}) {
    super(options)
    const { scale = 1, mode = 'fan_in', distribution = 'truncated_normal' } = options
    if (!(scale > 0 && Number.isFinite(scale))) {
      throw new ArgumentError(`VarianceScaling: expected a scale above 0, received ${scale}.`)
    }
    if (!['fan_in', 'fan_out', 'fan_avg'].includes(mode)) {
      throw new ArgumentError(
        `VarianceScaling: expected mode 'fan_in', 'fan_out' or 'fan_avg', received '${mode}'.`,
      )
    }
    if (!['truncated_normal', 'untruncated_normal', 'uniform', 'normal'].includes(distribution)) {
      throw new ArgumentError(
        "VarianceScaling: expected distribution 'truncated_normal', 'untruncated_normal' or 'uniform', " +
          `received '${distribution}'.`,
      )
    }
    this.scale = scale
    this.mode = mode
    this.distribution = distribution === 'normal' ? 'truncated_normal' : distribution
    this.inputAxes = options.inputAxes
    this.outputAxes = options.outputAxes
  }

  protected override sampler(shape: Shape, stream: RandomStream): () => number {
    const { fanIn, fanOut } = computeFans(shape, this)
    const fan = { fan_in: fanIn, fan_out: fanOut, fan_avg: (fanIn + fanOut) / 2 }[this.mode]
    const variance = this.scale / Math.max(1, fan)
    switch (this.distribution) {
      case 'truncated_normal': {
        const deviation = Math.sqrt(variance) / TRUNCATED_DEVIATION
        return () => deviation * stream.truncatedNormal()
      }
      case 'untruncated_normal': {
        const deviation = Math.sqrt(variance)
        return () => deviation * stream.normal()
      }
      case 'uniform': {
        const limit = Math.sqrt(3 * variance)
        return () => limit * (2 * stream.uniform() - 1)
      }
    }
  }

  /** One with the same settings that takes its fans from these axes, unless it was given some. */
  withAxes(inputAxes: readonly number[], outputAxes: readonly number[]): VarianceScaling {
    if (this.inputAxes && this.outputAxes) return this
    const type = this.constructor as unknown as ConfiguredClass<VarianceScaling>
    return construct(type, { ...this.getConfig(), input_axes: inputAxes, output_axes: outputAxes })
  }

  /** The seed, and the axes where they were given: what all that scale variances have in their configs. */
  protected fanConfig(): Config {
    return {
      ...super.getConfig(),
      ...(this.inputAxes && { input_axes: this.inputAxes }),
      ...(this.outputAxes && { output_axes: this.outputAxes }),
    }
  }

  override getConfig(): Config {
    return { ...this.fanConfig(), scale: this.scale, mode: this.mode, distribution: this.distribution }
  }
}

/** A `VarianceScaling` whose scale, mode and distribution follow from its name. */
export abstract class NamedScaling extends VarianceScaling {
  static override readonly options: typeof VarianceScaling.options = {
    ...VarianceScaling.options,
    scale: false,
    mode: false,
    distribution: false,
  }

  constructor(
    options: FanOptions = {},
    fixed: Required<Pick<VarianceScalingOptions, 'scale' | 'mode' | 'distribution'>>,
  ) {
    super({ ...checkedOptions(options, new.target, '{ seed: 1 }'), ...fixed })
  }

  override getConfig(): Config {
    return this.fanConfig()
  }
}

/** Variance scaled to the kernel's size: see `VarianceScaling`. */
export const varianceScaling = (options?: VarianceScalingOptions): VarianceScaling =>
  new VarianceScaling(options)
