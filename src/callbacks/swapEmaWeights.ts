import { ArgumentError } from '../errors.js'
import type { TypedArray } from '../graph/dtype.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { Callback } from './callback.js'

export interface SwapEmaWeightsOptions {
  /**
   * Whether the averages stand in the model from the end of each epoch to the beginning of the next one too, for the callbacks
   * behind: a checkpoint then holds them. Default: false.
   */
  readonly swapOnEpoch?: boolean
}

/**
 * Puts the moving averages of the weights into the model while it is evaluated or predicts (Keras's `SwapEMAWeights`), and the weights
 * back afterwards. The optimizer must keep them: `optimizers.adam({ useEma: true })`. At the end of training `fit` leaves the model with
 * the averages, as it does without this callback.
 *
 * @throws ArgumentError, before the first batch, if the optimizer keeps no averages
 * @example
 * model.compile({ loss: 'mse', optimizer: optimizers.sgd({ useEma: true }) })
 * await model.fit(x, y, { validationSplit: 0.1, callbacks: [callbacks.swapEmaWeights()] })
 */
export class SwapEMAWeights extends Callback {
  static override readonly className = 'SwapEMAWeights'
  static readonly options: OptionKeys<SwapEmaWeightsOptions> = { swapOnEpoch: true }
  private readonly swapOnEpoch: boolean
  /** The weights, while averages stand in their place. */
  private kept: readonly TypedArray[] | undefined

  constructor(options: SwapEmaWeightsOptions = {}) {
    super()
    checkOptions(options, this.className, '{ swapOnEpoch: true }', new.target.options)
    this.swapOnEpoch = options.swapOnEpoch ?? false
  }

  override onTrainBegin(): void {
    this.kept = undefined
    this.averages()
  }

  override onEpochBegin(): void {
    this.takeOut()
  }

  override async onEpochEnd(): Promise<void> {
    if (this.swapOnEpoch) await this.putIn()
  }

  /** Training that went well has left the averages in the model, for good. */
  override onTrainEnd(_logs: unknown, failure?: unknown): void {
    if (failure === undefined) this.kept = undefined
    else this.takeOut()
  }

  override async onTestBegin(): Promise<void> {
    await this.putIn()
  }

  override onTestEnd(): void {
    this.takeOut()
  }

  override async onPredictBegin(): Promise<void> {
    await this.putIn()
  }

  override onPredictEnd(): void {
    this.takeOut()
  }

  override getState(): SwapEmaWeightsState {
    return { kept: this.kept }
  }

  override setState({ kept }: SwapEmaWeightsState): void {
    this.kept = kept
  }

  private async putIn(): Promise<void> {
    const { optimizer, averages } = this.averages()
    // Before the first step averages are zeros.
    if (this.kept || (await optimizer.iterations.data())[0] === 0) return
    const { trainableWeights } = this.model
    const means = await Promise.all(averages.map((average) => average.data()))
    this.kept = await Promise.all(trainableWeights.map((weight) => weight.data()))
    trainableWeights.forEach((weight, i) => {
      weight.write(means[i])
    })
  }

  private takeOut(): void {
    const { kept } = this
    if (!kept) return
    this.model.trainableWeights.forEach((weight, i) => {
      weight.write(kept[i])
    })
    this.kept = undefined
  }

  private averages() {
    const { optimizer, trainableWeights, title } = this.model
    const averages = trainableWeights.flatMap((weight) => optimizer?.averageOf(weight) ?? [])
    if (optimizer && averages.length === trainableWeights.length) return { optimizer, averages }
    throw new ArgumentError(
      `${this.className}: the optimizer of ${title} keeps no moving averages of the weights. Make it with useEma: true, and train first.`,
    )
  }
}

interface SwapEmaWeightsState {
  readonly kept?: readonly TypedArray[]
}

/** See `SwapEMAWeights`. */
export const swapEmaWeights = (options?: SwapEmaWeightsOptions): SwapEMAWeights => new SwapEMAWeights(options)
