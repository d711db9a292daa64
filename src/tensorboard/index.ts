export type { HyperParameters } from './hparams.js'
export {
  createFileWriter,
  type FileWriterOptions,
  type HistogramOptions,
  type ImageOptions,
  type SummaryOptions,
  SummaryWriter,
} from './summaryWriter.js'
export type { SummaryText } from './text.js'
