import type { Config } from '../utils/config.js'
import type { SeededOptions } from './initializer.js'
import { VarianceScaling } from './varianceScaling.js'

/**
 * Glorot's (Xavier's) initialisation, for linear, tanh, logistic and softmax units: truncated normal values of mean 0 and standard deviation `sqrt(2 / (fanIn + fanOut))`.
 * Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.
 */
export class GlorotNormal extends VarianceScaling {
  static override readonly className = 'GlorotNormal'

  constructor({ seed }: SeededOptions = {}) {
    super({ scale: 1, mode: 'fan_avg', distribution: 'truncated_normal', seed })
  }

  override getConfig(): Config {
    return { seed: this.seed ?? null }
  }
}

/**
 * Glorot's (Xavier's) initialisation, for linear, tanh, logistic and softmax units: uniform values within `sqrt(6 / (fanIn + fanOut))`.
 * Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.
 */
export class GlorotUniform extends VarianceScaling {
  static override readonly className = 'GlorotUniform'

  constructor({ seed }: SeededOptions = {}) {
    super({ scale: 1, mode: 'fan_avg', distribution: 'uniform', seed })
  }

  override getConfig(): Config {
    return { seed: this.seed ?? null }
  }
}

/** See `GlorotNormal`. */
export const glorotNormal = (options?: SeededOptions): GlorotNormal => new GlorotNormal(options)
/** See `GlorotUniform`. */
export const glorotUniform = (options?: SeededOptions): GlorotUniform => new GlorotUniform(options)
