import type { ConstraintLike } from '../../constraints/get.js'
import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import type { InitializerLike } from '../../initializers/get.js'
import { cast } from '../../ops/cast.js'
import { multiply } from '../../ops/multiply.js'
import { negative } from '../../ops/negative.js'
import { relu } from '../../ops/relu.js'
import { subtract } from '../../ops/subtract.js'
import type { RegularizerLike } from '../../regularizers/get.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { type BatchShape, showBatchShape } from '../batchShape.js'
import { knownSize } from '../knownSize.js'
import type { LayerOptions } from '../layer.js'
import { SameShapeLayer } from '../sameShape.js'
import { type WeightSettings, weightConfig, weightSettings } from '../weightSettings.js'

export interface PReLUOptions extends LayerOptions {
  /** How the slopes begin. Default: `'zeros'`. */
  readonly alphaInitializer?: InitializerLike
  /** A penalty for the slopes. Default: none. */
  readonly alphaRegularizer?: RegularizerLike
  /** What the slopes must satisfy after each update. Default: none. */
  readonly alphaConstraint?: ConstraintLike
  /** Axes along which one slope serves all, the batch being axis 0: `[1, 2]` gives one to each channel of images. Default: none. */
  readonly sharedAxes?: number | readonly number[]
}

/**
 * `x` for `x > 0`, else `alpha x`, elementwise, with slopes `alpha` that are learned (Keras's `PReLU`). `alpha` has the
 * shape of one sample, with 1 for the shared axes. The shape stays.
 *
 * Source: He et al., Delving deep into rectifiers, 2015.
 */
export class PReLU extends SameShapeLayer {
  static override readonly className = 'PReLU'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<PReLUOptions> = {
    ...SameShapeLayer.options,
    alphaInitializer: true,
    alphaRegularizer: true,
    alphaConstraint: true,
    sharedAxes: true,
  }

  readonly sharedAxes: readonly number[] | undefined
  readonly alphaSettings: WeightSettings
  /** The slopes, once built. */
  alpha: Variable | undefined

  constructor(options: PReLUOptions = {}) {
    super(options)
    const { sharedAxes } = options
    this.sharedAxes = typeof sharedAxes === 'number' ? [sharedAxes] : sharedAxes
    this.alphaSettings = weightSettings(
      options.alphaInitializer ?? 'zeros',
      options.alphaRegularizer,
      options.alphaConstraint,
    )
  }

  override build(inputShape: BatchShape): void {
    const rank = inputShape.length
    const shared = this.sharedAxes ?? []
    if (shared.some((axis) => !Number.isInteger(axis) || axis < 1 || axis >= rank)) {
      throw new ArgumentError(
        `${this.title}: sharedAxes: expected axes from 1 to ${rank - 1} of an input ${showBatchShape(inputShape)}, received ` +
          `${JSON.stringify(shared)}.`,
      )
    }
    const sizes = inputShape.map((_, axis) =>
      axis === 0 || shared.includes(axis) ? 1 : knownSize(this.title, inputShape, axis, 'slopes'),
    )
    this.alpha = this.addWeight({ name: 'alpha', shape: sizes.slice(1), ...this.alphaSettings })
    const own = sizes.flatMap((size, axis) => (axis === 0 || shared.includes(axis) ? [] : [[axis, size]]))
    this.inputSpec = { rank, axes: Object.fromEntries(own), form: '[batch, ...]' }
  }

  override call(inputs: Tensor): Tensor {
    const [alpha] = this.ownBuiltWeights
    const x = cast(inputs, 'float32')
    return subtract(relu(x), multiply(alpha.value(), relu(negative(x))))
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      ...weightConfig('alpha', this.alphaSettings),
      shared_axes: this.sharedAxes ?? null,
    }
  }
}

/** The rectifier with learned slopes: see `PReLU`. @example layers.prelu({ sharedAxes: [1, 2] }) */
export const prelu = (options?: PReLUOptions): PReLU => new PReLU(options)
