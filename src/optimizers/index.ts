export * as schedules from '../schedules/index.js'
export { Adadelta, type AdadeltaOptions, adadelta } from './adadelta.js'
export { Adafactor, type AdafactorOptions, adafactor } from './adafactor.js'
export { Adagrad, type AdagradOptions, adagrad } from './adagrad.js'
export { Adam, type AdamOptions, adam, type MomentsOptions } from './adam.js'
export { Adamax, adamax } from './adamax.js'
export { AdamW, adamw } from './adamw.js'
export { Ftrl, type FtrlOptions, ftrl } from './ftrl.js'
export {
  getOptimizer as get,
  type OptimizerLike,
  type OptimizerName,
  serializeOptimizer as serialize,
} from './get.js'
export { Lamb, lamb } from './lamb.js'
export { Lion, type LionOptions, lion } from './lion.js'
export { Muon, type MuonOptions, muon } from './muon.js'
export { Nadam, nadam } from './nadam.js'
export { type DecayExclusions, Optimizer, type UpdateContext } from './optimizer.js'
export type { CommonSettings, LearningRateLike, OptimizerOptions } from './options.js'
export { RMSprop, type RmspropOptions, rmsprop } from './rmsprop.js'
export {
  ScheduleFreeAdamW,
  type ScheduleFreeAdamwOptions,
  scheduleFreeAdamw,
} from './scheduleFreeAdamw.js'
export { SGD, type SgdOptions, sgd } from './sgd.js'
