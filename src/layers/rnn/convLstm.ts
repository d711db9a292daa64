import type { Tensor } from '../../graph/tensor.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { PerAxis } from '../checks.js'
import type { Tensors } from '../tensors.js'
import { cellOptions } from './cellOptions.js'
import { ConvLSTMCell, type ConvLSTMCellOptions } from './convLstmCell.js'
import type { LSTMOutputs } from './lstm.js'
import { RecurrentLayer, type RecurrentOptions, type TakesStates } from './recurrentLayer.js'

export interface ConvLSTMOptions extends ConvLSTMCellOptions, RecurrentOptions {}

/**
 * A long short-term memory along sequences of images, whose products are convolutions. Kernel `[...kernelSize, channels, 4 filters]`,
 * recurrent kernel `[...kernelSize, filters, 4 filters]`, bias `[4 filters]`; formulas as for `LSTMCell`.
 *
 * Source: Shi et al., Convolutional LSTM network: a machine learning approach for precipitation nowcasting, 2015.
 */
abstract class ConvLSTM<Out extends Tensors> extends RecurrentLayer<Out, ConvLSTMCell> {
  static override readonly positional = ['filters', 'kernel_size']
  /** How many spatial axes the class's inputs have. */
  static readonly rank: number
  static override readonly options: OptionKeys<ConvLSTMOptions> = {
    ...RecurrentLayer.options,
    ...ConvLSTMCell.options,
  }

  constructor(filters: number, kernelSize: PerAxis, options: ConvLSTMOptions = {}) {
    super(new ConvLSTMCell(new.target.rank, filters, kernelSize, cellOptions(options, new.target)), options)
  }

  override getConfig(): Config {
    return { ...this.cell.getConfig(), ...this.sequenceConfig() }
  }
}

/**
 * A convolutional LSTM along sequences of sequences (Keras's `ConvLSTM1D`): `[batch, time, steps, channels]` to
 * `[batch, newSteps, filters]` of the last time, or `[batch, time, newSteps, filters]` of all.
 */
export class ConvLSTM1D<Out extends Tensors = Tensor> extends ConvLSTM<Out> {
  static override readonly className = 'ConvLSTM1D'
  static override readonly samplewise = true
  static override readonly rank = 1
}

/**
 * A convolutional LSTM along sequences of images (Keras's `ConvLSTM2D`): `[batch, time, height, width, channels]` to
 * `[batch, newHeight, newWidth, filters]` of the last time, or with all times in front.
 *
 * @example layers.convLstm2d(16, 3, { padding: 'same', returnSequences: true })
 */
export class ConvLSTM2D<Out extends Tensors = Tensor> extends ConvLSTM<Out> {
  static override readonly className = 'ConvLSTM2D'
  static override readonly samplewise = true
  static override readonly rank = 2
}

/**
 * A convolutional LSTM along sequences of volumes (Keras's `ConvLSTM3D`): `[batch, time, depth, height, width, channels]` to
 * `[batch, newDepth, newHeight, newWidth, filters]` of the last time, or with all times in front.
 */
export class ConvLSTM3D<Out extends Tensors = Tensor> extends ConvLSTM<Out> {
  static override readonly className = 'ConvLSTM3D'
  static override readonly samplewise = true
  static override readonly rank = 3
}

/** Makes a layer: one that gives its states, too, where it is asked to. */
interface Maker<WithStates, Plain> {
  (
    filters: number,
    kernelSize: PerAxis,
    options: ConvLSTMOptions & { readonly returnState: true },
  ): TakesStates<WithStates, LSTMOutputs>
  (filters: number, kernelSize: PerAxis, options?: ConvLSTMOptions): TakesStates<Plain, Tensor>
}

/** See `ConvLSTM1D`. */
export const convLstm1d = ((...settings: ConstructorParameters<typeof ConvLSTM1D>) =>
  new ConvLSTM1D(...settings)) as Maker<ConvLSTM1D<LSTMOutputs>, ConvLSTM1D>
/** See `ConvLSTM2D`. */
export const convLstm2d = ((...settings: ConstructorParameters<typeof ConvLSTM2D>) =>
  new ConvLSTM2D(...settings)) as Maker<ConvLSTM2D<LSTMOutputs>, ConvLSTM2D>
/** See `ConvLSTM3D`. */
export const convLstm3d = ((...settings: ConstructorParameters<typeof ConvLSTM3D>) =>
  new ConvLSTM3D(...settings)) as Maker<ConvLSTM3D<LSTMOutputs>, ConvLSTM3D>
