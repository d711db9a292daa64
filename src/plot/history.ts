import type { Drawing } from './drawing.js'
import { Picture } from './picture.js'
import { type HistoryLike, logOfHistory } from './runLog.js'
import { type CurveOptions, checkHistory, drawRuns } from './runs.js'

/**
 * The curves of a run, training and validation in one diagram for each metric: what `history.plot()` gives. Epochs are counted from 1.
 *
 * @param history what `fit` gave, or plain data of its form
 * @throws ArgumentError, when it is drawn, for what is no history, and for a metric that was not measured
 * @example
 * await plot.history(history, { yScale: { loss: 'log' } }).save('curves.png')
 */
export const history = (history: HistoryLike, options: CurveOptions = {}): Picture =>
  new Picture(async () => drawHistory(history, options))

/** See `history`. */
export const drawHistory = (history: HistoryLike, options: CurveOptions): Promise<Drawing> =>
  drawRuns([logOfHistory(checkHistory(history, 'plot.history'), 'Training')], options)
