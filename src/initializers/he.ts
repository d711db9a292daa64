import { type FanOptions, NamedScaling } from './varianceScaling.js'

/**
 * He's initialisation, for the ReLU family: truncated normal values of mean 0 and standard deviation `sqrt(2 / fanIn)`.
 * Source: He et al., Delving deep into rectifiers, 2015.
 */
export class HeNormal extends NamedScaling {
  static override readonly className = 'HeNormal'

  constructor(options?: FanOptions) {
    super(options, { scale: 2, mode: 'fan_in', distribution: 'truncated_normal' })
  }
}

/**
 * He's initialisation, for the ReLU family: uniform values within `sqrt(6 / fanIn)`.
 * Source: He et al., Delving deep into rectifiers, 2015.
 */
export class HeUniform extends NamedScaling {
  static override readonly className = 'HeUniform'

  constructor(options?: FanOptions) {
    super(options, { scale: 2, mode: 'fan_in', distribution: 'uniform' })
  }
}

/** See `HeNormal`. */
export const heNormal = (options?: FanOptions): HeNormal => new HeNormal(options)
/** See `HeUniform`. */
export const heUniform = (options?: FanOptions): HeUniform => new HeUniform(options)
