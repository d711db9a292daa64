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
export type { TextOutput } from './textOutput.js'
