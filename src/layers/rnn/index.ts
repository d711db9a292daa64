export {
  Bidirectional,
  type BidirectionalOptions,
  bidirectional,
  type MergeMode,
} from './bidirectional.js'
export {
  ConvLSTM1D,
  ConvLSTM2D,
  ConvLSTM3D,
  type ConvLSTMOptions,
  convLstm1d,
  convLstm2d,
  convLstm3d,
} from './convLstm.js'
export type { CellOptions } from './gatedCell.js'
export { GRU, type GRUOptions, type GRUOutputs, gru } from './gru.js'
export { GRUCell, type GRUCellOptions, gruCell } from './gruCell.js'
export { LSTM, type LSTMOptions, type LSTMOutputs, lstm } from './lstm.js'
export { LSTMCell, type LSTMCellOptions, lstmCell } from './lstmCell.js'
export { type CellPass, type CellStep, RecurrentCell } from './recurrentCell.js'
export { RecurrentLayer, type RecurrentOptions } from './recurrentLayer.js'
export { RNN, rnn } from './rnn.js'
export { SimpleRNN, type SimpleRNNOptions, type SimpleRNNOutputs, simpleRnn } from './simpleRnn.js'
export { SimpleRNNCell, simpleRnnCell } from './simpleRnnCell.js'
export { StackedRNNCells, stackedRnnCells } from './stackedRnnCells.js'
export { TimeDistributed, timeDistributed } from './timeDistributed.js'
