import type { Tensor } from '../graph/tensor.js'
import { Variable } from '../graph/variable.js'
import { type Config, type Configurable, classNameOf } from '../utils/config.js'
import { toSnakeCase } from '../utils/naming.js'

/**
 * A number gathered over batches. Its state is Variables, which the training or test step itself updates, so that no
 * prediction is copied out. Subclasses make state with `addState` in the constructor, and override `updateState` (inside
 * the step) and `result`.
 */
export abstract class Metric implements Configurable {
  /** The key in logs and History. */
  name: string
  private readonly state: { readonly variable: Variable; readonly initial: number }[] = []

  constructor(name?: string) {
    this.name = name ?? toSnakeCase(this.className)
  }

  /** The name of the metric's class, as it stands in saved files. */
  get className(): string {
    return classNameOf(this)
  }

  /** Takes in one batch: targets, predictions, and a weight for each sample `[batch]` (all 1 unless given). */
  abstract updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void

  /** The metric's value for all batches since the last reset, as a tensor of rank 0. */
  abstract result(): Tensor

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
