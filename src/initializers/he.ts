import type { Config } from '../utils/config.js'
import type { SeededOptions } from './initializer.js'
import { VarianceScaling } from './varianceScaling.js'

/**
 * He's initialisation, for the ReLU family: truncated normal values of mean 0 and standard deviation `sqrt(2 / fanIn)`.
 * Source: He et al., Delving deep into rectifiers, 2015.
 */
export class HeNormal extends VarianceScaling {
  static override readonly className = 'HeNormal'

  constructor({ seed }: SeededOptions = {}) {
    super({ scale: 2, mode: 'fan_in', distribution: 'truncated_normal', seed })
  }

  override getConfig(): Config {
    return { seed: this.seed ?? null }
  }
}

/**
 * He's initialisation, for the ReLU family: uniform values within `sqrt(6 / fanIn)`.
 * Source: He et al., Delving deep into rectifiers, 2015.
 */
export class HeUniform extends VarianceScaling {
  static override readonly className = 'HeUniform'

  constructor({ seed }: SeededOptions = {}) {
    super({ scale: 2, mode: 'fan_in', distribution: 'uniform', seed })
  }

  override getConfig(): Config {
    return { seed: this.seed ?? null }
  }
}

/** See `HeNormal`. */
export const heNormal = (options?: SeededOptions): HeNormal => new HeNormal(options)
/** See `HeUniform`. */
export const heUniform = (options?: SeededOptions): HeUniform => new HeUniform(options)
