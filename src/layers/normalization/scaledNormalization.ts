import type { ConstraintLike } from '../../constraints/get.js'
import type { Shape } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import type { InitializerLike } from '../../initializers/get.js'
import { add } from '../../ops/add.js'
import { multiply } from '../../ops/multiply.js'
import { reshape } from '../../ops/reshape.js'
import type { RegularizerLike } from '../../regularizers/get.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { LayerOptions } from '../layer.js'
import { SameShapeLayer } from '../sameShape.js'
import { type WeightSettings, weightConfig, weightSettings } from '../weightSettings.js'

/** Options of the layers that normalise, and learn a scale and a shift. */
export interface ScaledNormalizationOptions extends LayerOptions {
  /** Added to the variance. Default: 0.001. */
  readonly epsilon?: number
  /** Whether a learned `beta` is added. Default: true. */
  readonly center?: boolean
  /** Whether a learned `gamma` scales. Default: true. */
  readonly scale?: boolean
  /** Default: `'zeros'`. */
  readonly betaInitializer?: InitializerLike
  /** Default: `'ones'`. */
  readonly gammaInitializer?: InitializerLike
  /** A penalty for `beta`. Default: none. */
  readonly betaRegularizer?: RegularizerLike
  /** A penalty for `gamma`. Default: none. */
  readonly gammaRegularizer?: RegularizerLike
  /** What `beta` must satisfy after each update. Default: none. */
  readonly betaConstraint?: ConstraintLike
  /** What `gamma` must satisfy after each update. Default: none. */
  readonly gammaConstraint?: ConstraintLike
}

/** What batch, layer and group normalisation share: a learned scale `gamma` and shift `beta`, either of which may be left out. */
export abstract class ScaledNormalization extends SameShapeLayer {
  static override readonly options: OptionKeys<ScaledNormalizationOptions> = {
    ...SameShapeLayer.options,
    epsilon: true,
    center: true,
    scale: true,
    betaInitializer: true,
    gammaInitializer: true,
    betaRegularizer: true,
    gammaRegularizer: true,
    betaConstraint: true,
    gammaConstraint: true,
  }
  readonly epsilon: number
  readonly center: boolean
  readonly scale: boolean
  readonly betaSettings: WeightSettings
  readonly gammaSettings: WeightSettings
  /** The scale, once built and if asked for. */
  gamma: Variable | undefined
  /** The shift, once built and if asked for. */
  beta: Variable | undefined

  constructor(options: ScaledNormalizationOptions) {
    super(options)
    this.epsilon = options.epsilon ?? 1e-3
    this.center = options.center ?? true
    this.scale = options.scale ?? true
    this.betaSettings = weightSettings(
      options.betaInitializer ?? 'zeros',
      options.betaRegularizer,
      options.betaConstraint,
    )
    this.gammaSettings = weightSettings(
      options.gammaInitializer ?? 'ones',
      options.gammaRegularizer,
      options.gammaConstraint,
    )
  }

  /** Makes `gamma` and `beta`, as far as they are asked for. For use in `build`. */
  protected addScaleAndShift(shape: Shape): void {
    if (this.scale) this.gamma = this.addWeight({ name: 'gamma', shape, ...this.gammaSettings })
    if (this.center) this.beta = this.addWeight({ name: 'beta', shape, ...this.betaSettings })
  }

  /** `gamma x + beta`, as far as they are there. @param shape the one in which they broadcast to `x` */
  protected scaleAndShift(x: Tensor, shape: Shape): Tensor {
    const scaled = this.gamma ? multiply(x, reshape(this.gamma.value(), shape)) : x
    return this.beta ? add(scaled, reshape(this.beta.value(), shape)) : scaled
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      epsilon: this.epsilon,
      center: this.center,
      scale: this.scale,
      ...weightConfig('beta', this.betaSettings),
      ...weightConfig('gamma', this.gammaSettings),
    }
  }
}
