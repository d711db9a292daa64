import type { Tensor } from '../../graph/tensor.js'
import { L1L2 } from '../../regularizers/l1l2.js'
import { checkedOptions, type OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { LayerOptions } from '../layer.js'
import { SameShapeLayer } from '../sameShape.js'

export interface ActivityRegularizationOptions extends Omit<LayerOptions, 'activityRegularizer'> {
  /** Factor of the sum of absolute values, at least 0. Default: 0. */
  readonly l1?: number
  /** Factor of the sum of squares, at least 0. Default: 0. */
  readonly l2?: number
}

/**
 * Gives what it is given, and adds `l1 sum(|x|) + l2 sum(x^2)`, divided by the number of samples, to the loss (Keras's
 * `ActivityRegularization`). The shape stays.
 */
export class ActivityRegularization extends SameShapeLayer {
  static override readonly className = 'ActivityRegularization'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<ActivityRegularizationOptions> &
    typeof SameShapeLayer.options = {
    ...SameShapeLayer.options,
    l1: true,
    l2: true,
    activityRegularizer: false,
  }

  readonly l1: number
  readonly l2: number

  constructor(options: ActivityRegularizationOptions = {}) {
    const { l1 = 0, l2 = 0, ...others } = checkedOptions(options, new.target)
    super({ ...others, activityRegularizer: new L1L2(l1, l2) })
    this.l1 = l1
    this.l2 = l2
  }

  override call(inputs: Tensor): Tensor {
    return inputs
  }

  override getConfig(): Config {
    const { activity_regularizer: _, ...config } = super.getConfig()
    return { ...config, l1: this.l1, l2: this.l2 }
  }
}

/** A penalty for what passes: see `ActivityRegularization`. */
export const activityRegularization = (options?: ActivityRegularizationOptions): ActivityRegularization =>
  new ActivityRegularization(options)
