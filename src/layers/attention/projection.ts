import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import { add } from '../../ops/add.js'
import { cast } from '../../ops/cast.js'
import { matmul } from '../../ops/matmul.js'
import { reshape } from '../../ops/reshape.js'
import type { BatchShape } from '../batchShape.js'
import { knownSize } from '../knownSize.js'
import { Layer } from '../layer.js'
import type { WeightSettings } from '../weightSettings.js'

export interface ProjectionOptions {
  readonly name: string
  /** How many of the input's last axes are summed over. */
  readonly boundAxes: number
  /** The axes that take their place. */
  readonly outputSizes: readonly number[]
  readonly kernelSettings: WeightSettings
  /** Absent: no bias. */
  readonly biasSettings: WeightSettings | undefined
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1)

/**
 * A dense layer between several axes at once, as multi-head attention needs it: kernel `[...bound, ...outputs]`, bias
 * `[...outputs]`, as Keras's `EinsumDense` has them there.
 */
export class Projection extends Layer {
  static override readonly className = 'EinsumDense'

  private bias: Variable | undefined

  constructor(private readonly settings: ProjectionOptions) {
    super({ name: settings.name })
  }

  override build(inputShape: BatchShape): void {
    const { boundAxes, outputSizes, kernelSettings, biasSettings } = this.settings
    const bound = Array.from({ length: boundAxes }, (_, i) =>
      knownSize(this.title, inputShape, i - boundAxes, 'features'),
    )
    this.addWeight({ name: 'kernel', shape: [...bound, ...outputSizes], ...kernelSettings })
    if (biasSettings) this.bias = this.addWeight({ name: 'bias', shape: outputSizes, ...biasSettings })
  }

  override call(inputs: Tensor): Tensor {
    const { boundAxes, outputSizes } = this.settings
    const [kernel] = this.weights
    const free = inputs.shape.slice(0, -boundAxes)
    const bound = product(inputs.shape.slice(-boundAxes))
    const rows = reshape(cast(inputs, 'float32'), [product(free), bound])
    const sums = matmul(rows, reshape(kernel.value(), [bound, product(outputSizes)]))
    const outputs = reshape(sums, [...free, ...outputSizes])
    return this.bias ? add(outputs, this.bias.value()) : outputs
  }
}
