export { BackupAndRestore, type BackupAndRestoreOptions, backupAndRestore } from './backupAndRestore.js'
export {
  Callback,
  type CallbackLike,
  type CallbackModel,
  type LoggedMetric,
  type Logs,
  type RunParameters,
  type VerboseOption,
} from './callback.js'
export { CallbackList } from './callbackList.js'
export { CSVLogger, type CsvLoggerOptions, csvLogger } from './csvLogger.js'
export { EarlyStopping, type EarlyStoppingOptions, earlyStopping } from './earlyStopping.js'
export { History } from './history.js'
export type { Inspection } from './inspection.js'
export { LambdaCallback, lambdaCallback } from './lambdaCallback.js'
export {
  type EpochSchedule,
  LearningRateScheduler,
  learningRateScheduler,
} from './learningRateScheduler.js'
export { ModelCheckpoint, type ModelCheckpointOptions, modelCheckpoint } from './modelCheckpoint.js'
export { MonitorCallback, type MonitorOptions } from './monitorCallback.js'
export {
  ReduceLROnPlateau,
  type ReduceLrOnPlateauOptions,
  reduceLrOnPlateau,
} from './reduceLrOnPlateau.js'
export type { SaveFrequency } from './saveFrequency.js'
export { SwapEMAWeights, type SwapEmaWeightsOptions, swapEmaWeights } from './swapEmaWeights.js'
export { TensorBoard, type TensorBoardOptions, tensorBoard } from './tensorBoard.js'
export { TerminateOnNaN, type TerminateOnNanOptions, terminateOnNan } from './terminateOnNan.js'
export type { TextOutput } from './textOutput.js'
export type { CaptureState, SavedTraining, TrainingMoment, TrainingState } from './trainingState.js'
