import { getExecutor, readTensors } from '../graph/executor.js'
import type { TensorType } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { trace } from '../graph/trace.js'
import { Variable } from '../graph/variable.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import type { OptionKeys } from '../utils/checkOptions.js'
import { type Config, type Configurable, classNameOf } from '../utils/config.js'
import { automaticName } from '../utils/naming.js'
import { updateMetric } from './callMetric.js'

export interface MetricOptions {
  /** The key in logs. Default: the class's name in snake case; some classes number themselves, as in Keras. */
  readonly name?: string
}

/**
 * A number, or several, gathered over batches. Its state is Variables, which the training or test step itself updates, so
 * that no prediction is copied out. Subclasses make state with `addState`, in the constructor or when the first shapes are
 * seen, and override `updateState` (inside the step) and `result`.
 */
export abstract class Metric implements Configurable {
  /** Config keys of the constructor's positional arguments, in order; the rest are options. */
  static readonly positional: readonly string[] = []
  /** The names of the constructor's options. */
  static readonly options: OptionKeys<MetricOptions> = { name: true }

  /** The key in logs and History. */
  name: string
  /** Whether more of it is better (`up`), or less (`down`), where that is known: what callbacks go by that monitor it. */
  readonly direction: 'up' | 'down' | undefined = undefined
  private readonly state: { readonly variable: Variable; readonly initial: number }[] = []

  /** @param name default: the class's name in snake case with a number if it was given before, as in Keras */
  constructor(name?: string) {
    this.name = name ?? automaticName(this.className)
  }

  /** The name of the metric's class, as it stands in saved files. */
  get className(): string {
    return classNameOf(this)
  }

  /** Whether predictions must be probabilities: for logits the metric would be meaningless. */
  get needsProbabilities(): boolean {
    return false
  }

  /**
   * Whether a batch cannot be taken in sample by sample, so that it must not be filled up with copies of weight 0. Default: where
   * `updateState` takes no weights, which would count them.
   */
  couplesSamples(_yTrue: TensorType, _yPred: TensorType): boolean {
    return this.updateState.length < 3
  }

  /** Takes in one batch, inside a step: targets, predictions, and a weight for each sample `[batch]` (default: all 1). */
  abstract updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void

  /** The metric's value for all batches since the last reset: of rank 0, or one number for each class or threshold. */
  abstract result(): Tensor

  /**
   * The number that stands for the result in logs: of several their mean, as Keras's progress bar shows it (all of them are
   * read with `await metric.result().array()`). `undefined`: there is none.
   */
  logValue(result: ArrayLike<number>): number | undefined {
    return Array.from(result).reduce((total, value) => total + value, 0) / result.length
  }

  /**
   * Takes in one batch outside of training, at once: Keras's `update_state`.
   * @example
   * const matrix = new metrics.ConfusionMatrix({ numClasses: 3 })
   * await matrix.observe(labels, await model.predict(images))
   * console.log(await matrix.result().array())
   */
  async observe(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): Promise<void> {
    const given = [yTrue, yPred, ...(sampleWeight === undefined ? [] : [sampleWeight])]
    const batch = given.map((value) => asTensor(value))
    const arrays = await readTensors(batch)
    const names = ['y_true', 'y_pred', 'sample_weight']
    const inputs = batch.map(({ shape, dtype }, i) => ({ name: names[i], shape, dtype }))
    const executor = await getExecutor()
    const step = await executor.compile(
      trace(inputs, (targets, predictions, weights) => {
        updateMetric(this, targets, predictions, weights)
        return []
      }),
    )
    await step.run(arrays)
  }

  /** Forgets all batches. */
  resetState(): void {
    for (const { variable, initial } of this.state) {
      variable.write(new Float32Array(variable.size).fill(initial))
    }
  }

  /** The state, in the order it was made. */
  get variables(): Variable[] {
    return this.state.map(({ variable }) => variable)
  }

  /** Makes a state variable, which starts and restarts with each element `initial`. */
  protected addState(name: string, shape: readonly number[] = [], initial = 0): Variable {
    const size = shape.reduce((a, b) => a * b, 1)
    const variable = new Variable(new Float32Array(size).fill(initial), shape, {
      name: `${this.name}/${name}`,
      trainable: false,
    })
    this.state.push({ variable, initial })
    return variable
  }

  /** The settings under Keras's keys. */
  getConfig(): Config {
    return { name: this.name, dtype: 'float32' }
  }
}
