import { type FanOptions, NamedScaling } from './varianceScaling.js'

/**
 * Glorot's (Xavier's) initialisation, for linear, tanh, logistic and softmax units: truncated normal values of mean 0 and standard deviation `sqrt(2 / (fanIn + fanOut))`.
 * Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.
 */
export class GlorotNormal extends NamedScaling {
  static override readonly className = 'GlorotNormal'

  constructor(options?: FanOptions) {
    super(options, { scale: 1, mode: 'fan_avg', distribution: 'truncated_normal' })
  }
}

/**
 * Glorot's (Xavier's) initialisation, for linear, tanh, logistic and softmax units: uniform values within `sqrt(6 / (fanIn + fanOut))`.
 * Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.
 */
export class GlorotUniform extends NamedScaling {
  static override readonly className = 'GlorotUniform'

  constructor(options?: FanOptions) {
    super(options, { scale: 1, mode: 'fan_avg', distribution: 'uniform' })
  }
}

/** See `GlorotNormal`. */
export const glorotNormal = (options?: FanOptions): GlorotNormal => new GlorotNormal(options)
/** See `GlorotUniform`. */
export const glorotUniform = (options?: FanOptions): GlorotUniform => new GlorotUniform(options)
