export { history } from './history.js'
export { Picture, type PngOptions } from './picture.js'
export type { HistoryLike } from './runLog.js'
export { type CurveOptions, type Runs, runs } from './runs.js'
