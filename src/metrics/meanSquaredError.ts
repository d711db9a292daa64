import { meanSquaredError } from '../losses/meanSquaredError.js'
import type { MetricOptions } from './accuracy.js'
import { MeanOfFunction } from './mean.js'

/** The mean of squared differences between targets and predictions. */
export class MeanSquaredError extends MeanOfFunction {
  static override readonly className = 'MeanSquaredError'

  constructor({ name = 'mean_squared_error' }: MetricOptions = {}) {
    super(meanSquaredError, name)
  }
}
