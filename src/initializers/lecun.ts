import { type FanOptions, NamedScaling } from './varianceScaling.js'

/**
 * LeCun's initialisation, for SELU: truncated normal values of mean 0 and standard deviation `sqrt(1 / fanIn)`.
 * Source: LeCun et al., Efficient BackProp, 1998; Klambauer et al., Self-normalizing neural networks, 2017.
 */
export class LecunNormal extends NamedScaling {
  static override readonly className = 'LecunNormal'

  constructor(options?: FanOptions) {
    super(options, { scale: 1, mode: 'fan_in', distribution: 'truncated_normal' })
  }
}

/**
 * LeCun's initialisation, for SELU: uniform values within `sqrt(3 / fanIn)`.
 * Source: LeCun et al., Efficient BackProp, 1998; Klambauer et al., Self-normalizing neural networks, 2017.
 */
export class LecunUniform extends NamedScaling {
  static override readonly className = 'LecunUniform'

  constructor(options?: FanOptions) {
    super(options, { scale: 1, mode: 'fan_in', distribution: 'uniform' })
  }
}

/** See `LecunNormal`. */
export const lecunNormal = (options?: FanOptions): LecunNormal => new LecunNormal(options)
/** See `LecunUniform`. */
export const lecunUniform = (options?: FanOptions): LecunUniform => new LecunUniform(options)
