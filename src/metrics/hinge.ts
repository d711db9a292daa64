import { categoricalHinge } from '../losses/categoricalHinge.js'
import { hinge } from '../losses/hinge.js'
import { squaredHinge } from '../losses/squaredHinge.js'
import { checkedOptions } from '../utils/checkOptions.js'
import { MeanOfFunction } from './mean.js'
import type { MetricOptions } from './metric.js'

/** The mean of `max(1 - yTrue yPred, 0)` for labels -1 and 1 (or 0 and 1). */
export class Hinge extends MeanOfFunction {
  static override readonly className = 'Hinge'
  override readonly direction = 'down'

  constructor(options: MetricOptions = {}) {
    const { name = 'hinge' } = checkedOptions(options, new.target)
    super(hinge, name)
  }
}

/** The mean of `max(1 - yTrue yPred, 0)^2` for labels -1 and 1 (or 0 and 1). */
export class SquaredHinge extends MeanOfFunction {
  static override readonly className = 'SquaredHinge'
  override readonly direction = 'down'

  constructor(options: MetricOptions = {}) {
    const { name = 'squared_hinge' } = checkedOptions(options, new.target)
    super(squaredHinge, name)
  }
}

/** The mean of `max(neg - pos + 1, 0)` for one-hot labels: see `losses.categoricalHinge`. */
export class CategoricalHinge extends MeanOfFunction {
  static override readonly className = 'CategoricalHinge'
  override readonly direction = 'down'

  constructor(options: MetricOptions = {}) {
    const { name = 'categorical_hinge' } = checkedOptions(options, new.target)
    super(categoricalHinge, name)
  }
}
