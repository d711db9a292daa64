import type { AnyLayer } from '../layers/layer.js'
import type { AnyModel } from './model.js'

/** Whether copies behind the samples of a batch change nothing of what a model gives for these. */
export const allowsPadding = (model: AnyModel): boolean =>
  model.fixedBatchSize === undefined && !couplesSamples(model as unknown as AnyLayer)

const couplesSamples = (layer: AnyLayer): boolean =>
  layer.couplesSamples || layer.sublayers().some(couplesSamples)
