import type { Config } from '../utils/config.js'
import type { SeededOptions } from './initializer.js'
import { VarianceScaling } from './varianceScaling.js'

/**
 * LeCun's initialisation, for SELU: truncated normal values of mean 0 and standard deviation `sqrt(1 / fanIn)`.
 * Source: LeCun et al., Efficient BackProp, 1998; Klambauer et al., Self-normalizing neural networks, 2017.
 */
export class LecunNormal extends VarianceScaling {
  static override readonly className = 'LecunNormal'

  constructor({ seed }: SeededOptions = {}) {
    super({ scale: 1, mode: 'fan_in', distribution: 'truncated_normal', seed })
  }

  override getConfig(): Config {
    return { seed: this.seed ?? null }
  }
}

/**
 * LeCun's initialisation, for SELU: uniform values within `sqrt(3 / fanIn)`.
 * Source: LeCun et al., Efficient BackProp, 1998; Klambauer et al., Self-normalizing neural networks, 2017.
 */
export class LecunUniform extends VarianceScaling {
  static override readonly className = 'LecunUniform'

  constructor({ seed }: SeededOptions = {}) {
    super({ scale: 1, mode: 'fan_in', distribution: 'uniform', seed })
  }

  override getConfig(): Config {
    return { seed: this.seed ?? null }
  }
}

/** See `LecunNormal`. */
export const lecunNormal = (options?: SeededOptions): LecunNormal => new LecunNormal(options)
/** See `LecunUniform`. */
export const lecunUniform = (options?: SeededOptions): LecunUniform => new LecunUniform(options)
