export { BackupAndRestore, type BackupAndRestoreOptions, backupAndRestore } from './backupAndRestore.js'
export {
  Callback,
  type CallbackLike,
  type CallbackModel,
  type LoggedMetric,
  type Logs,
  type RunParameters,
} from './callback.js'
export { CallbackList } from './callbackList.js'
export { History } from './history.js'
export type { SaveFrequency } from './saveFrequency.js'
export type { TextOutput } from './textOutput.js'
export type { CaptureState, SavedTraining, TrainingMoment, TrainingState } from './trainingState.js'
