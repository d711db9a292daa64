import { checkedOptions } from '../utils/checkOptions.js'
import { Adam, type AdamOptions } from './adam.js'

/**
 * Adam with decoupled weight decay (Keras's `AdamW`): before Adam's update, `w -= w weightDecay learningRate`. Default
 * `weightDecay`: 0.004.
 *
 * Source: Loshchilov and Hutter, Decoupled weight decay regularization, 2017.
 */
export class AdamW extends Adam {
  static override readonly className = 'AdamW'

  constructor(options: AdamOptions = {}) {
    const { weightDecay = 0.004, ...others } = checkedOptions(options, new.target, '{ learningRate: 0.1 }')
    super({ ...others, weightDecay })
  }
}

/** Adam with weight decay: see `AdamW`. */
export const adamw = (options?: AdamOptions): AdamW => new AdamW(options)
