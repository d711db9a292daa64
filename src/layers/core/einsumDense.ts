import {
  type ActivationFunction,
  type ActivationLike,
  getActivation,
  serializeActivation,
} from '../../activations/get.js'
import { ArgumentError, ShapeError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import { VarianceScaling } from '../../initializers/varianceScaling.js'
import { add } from '../../ops/add.js'
import { einsum } from '../../ops/einsum.js'
import { serializeRegularizer } from '../../regularizers/get.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { activate } from '../activate.js'
import { type BatchShape, showBatchShape } from '../batchShape.js'
import { integer } from '../checks.js'
import { knownSize } from '../knownSize.js'
import { Layer, type LayerOptions } from '../layer.js'
import {
  type BiasOptions,
  biasOptions,
  biasSettings,
  type KernelOptions,
  kernelOptions,
  kernelSettings,
  type WeightSettings,
  weightConfig,
} from '../weightSettings.js'

export interface EinsumDenseOptions extends LayerOptions, KernelOptions, BiasOptions {
  /** Default: none. */
  readonly activation?: ActivationLike
  /** Letters of the output's axes along which a bias is learned. Default: none, and no bias. */
  readonly biasAxes?: string
}

/** Letters of an equation's input, kernel and output, and on which side of input and output `...` stands. */
interface Terms {
  readonly input: string
  readonly kernel: string
  readonly output: string
  readonly elided: 'left' | 'right' | undefined
}

/**
 * A dense layer between any axes: `activation(einsum(equation, x, kernel) + bias)` (Keras's `EinsumDense`).
 *
 * `equation` is `'input,kernel->output'` with a letter for each axis; `...`, at the beginning of input and output or at the end of
 * both, stands for axes that stay. `outputShape` gives the sizes of the output's axes but the first (with `...` at the beginning:
 * but what it stands for), `null` where the input's size stays.
 *
 * @example layers.einsumDense('abc,cd->abd', [null, 64], { biasAxes: 'd' }) // a dense layer along each step of a sequence
 * @example layers.einsumDense('...x,xy->...y', 64)
 */
export class EinsumDense extends Layer {
  static override readonly className = 'EinsumDense'
  static override readonly samplewise = true
  static override readonly positional = ['equation', 'output_shape']
  static override readonly options: OptionKeys<EinsumDenseOptions> = {
    ...Layer.options,
    ...kernelOptions,
    ...biasOptions,
    activation: true,
    biasAxes: true,
  }
  override supportsMasking = true

  /** The sizes that were given for the output's axes. */
  readonly partialOutputShape: readonly (number | null)[]
  readonly activation: ActivationFunction
  readonly biasAxes: string | undefined
  readonly kernelSettings: WeightSettings
  readonly biasSettings: WeightSettings
  /** Once built. */
  kernel: Variable | undefined
  /** Once built, and if asked for. */
  bias: Variable | undefined
  private readonly terms: Terms

  constructor(
    readonly equation: string,
    outputShape: number | readonly (number | null)[],
    options: EinsumDenseOptions = {},
  ) {
    super(options)
    const sizes = typeof outputShape === 'number' ? [outputShape] : outputShape
    this.partialOutputShape = sizes.map((size) =>
      size === null ? null : integer(size, `${this.title}: a size of outputShape`),
    )
    this.terms = this.read(equation)
    this.activation = getActivation(options.activation)
    this.biasAxes = options.biasAxes
    const strange = [...(this.biasAxes ?? '')].find((letter) => !this.terms.output.includes(letter))
    if (strange !== undefined) {
      throw new ArgumentError(
        `${this.title}: biasAxes: expected letters of the output '${this.terms.output}', received '${strange}'.`,
      )
    }
    this.kernelSettings = kernelSettings(options)
    this.biasSettings = biasSettings(options)
  }

  override build(inputShape: BatchShape): void {
    const { input, kernel, output, elided } = this.terms
    const outputShape = this.computeOutputShape(inputShape)
    const first = elided === 'left' ? inputShape.length - input.length : 0
    const sizeOf = (letter: string) => {
      const at = output.indexOf(letter)
      return at >= 0
        ? knownSize(this.title, outputShape, first + at, 'outputs')
        : knownSize(this.title, inputShape, first + input.indexOf(letter), 'inputs')
    }
    const bound = [...input].flatMap((letter, i) =>
      kernel.includes(letter) ? [[first + i, sizeOf(letter)]] : [],
    )
    this.inputSpec = { rank: inputShape.length, axes: Object.fromEntries(bound), form: input }
    const places = [...kernel].map((_, axis) => axis)
    const outputAxes = places.filter((axis) => output.includes(kernel[axis]))
    const inputAxes = places.filter((axis) => !outputAxes.includes(axis))
    const { initializer } = this.kernelSettings
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [...kernel].map(sizeOf),
      ...this.kernelSettings,
      initializer:
        initializer instanceof VarianceScaling ? initializer.withAxes(inputAxes, outputAxes) : initializer,
    })
    const { biasAxes } = this
    if (!biasAxes) return
    // From the first axis with a bias on: the others of them are broadcast along.
    const along = [...output].slice(Math.min(...[...biasAxes].map((letter) => output.indexOf(letter))))
    const behind = elided === 'right' ? inputShape.length - input.length : 0
    const shape = along.map((letter) => (biasAxes.includes(letter) ? sizeOf(letter) : 1))
    this.bias = this.addWeight({
      name: 'bias',
      shape: [...shape, ...new Array<number>(behind).fill(1)],
      ...this.biasSettings,
    })
  }

  override call(inputs: Tensor): Tensor {
    const [kernel] = this.ownBuiltWeights
    const sums = einsum(this.equation, inputs, kernel.value())
    return activate(this.title, this.activation, this.bias ? add(sums, this.bias.value()) : sums)
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    const { input, output, elided } = this.terms
    const extra = inputShape.length - input.length
    if (extra < 0 || (extra > 0 && !elided)) {
      throw new ShapeError(
        `${this.title}: expected an input of ${input.length} axes${elided ? ' or more' : ''}, as '${this.equation}' says, received ` +
          `shape ${showBatchShape(inputShape)}.`,
      )
    }
    const kept = elided === 'left' ? inputShape.slice(0, extra) : []
    const behind = elided === 'right' ? inputShape.slice(input.length) : []
    // The batch is not among the sizes that are given.
    const given = elided === 'left' ? this.partialOutputShape : [inputShape[0], ...this.partialOutputShape]
    if (given.length !== output.length) {
      throw new ArgumentError(
        `${this.title}: outputShape: expected ${output.length - given.length + this.partialOutputShape.length} sizes, as ` +
          `'${this.equation}' says, received [${this.partialOutputShape}].`,
      )
    }
    const sizes = [...output].map((letter, i) => {
      const at = input.indexOf(letter)
      const own = at < 0 ? null : inputShape[(elided === 'left' ? extra : 0) + at]
      if (own !== null && given[i] !== null && own !== given[i]) {
        throw new ShapeError(
          `${this.title}: axis '${letter}' has size ${own} in the input ${showBatchShape(inputShape)}, and ${given[i]} in ` +
            'outputShape. Give null where a size stays.',
        )
      }
      return given[i] ?? own
    })
    return [...kept, ...sizes, ...behind]
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      output_shape: this.partialOutputShape,
      equation: this.equation,
      activation: serializeActivation(this.activation),
      bias_axes: this.biasAxes ?? null,
      ...weightConfig('kernel', this.kernelSettings),
      ...weightConfig('bias', this.biasSettings),
      activity_regularizer: serializeRegularizer(this.activityRegularizer),
    }
  }

  private read(equation: string): Terms {
    const found = /^(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?$/.exec(equation)
    const [, before, input, behind, kernel, outputBefore, output, outputBehind] = found ?? []
    const isBalanced = before === outputBefore && behind === outputBehind && !(before && behind)
    const isKnown =
      found !== null &&
      [...kernel].every((letter) => input.includes(letter) || output.includes(letter)) &&
      [...output].every((letter) => input.includes(letter) || kernel.includes(letter))
    if (!isBalanced || !isKnown) {
      throw new ArgumentError(
        `${this.title}: equation: expected the form 'ab,bc->ac', '...ab,bc->...ac' or 'ab...,bc->ac...', in which each letter of kernel ` +
          `and output stands in another term too, received '${equation}'.`,
      )
    }
    return { input, kernel, output, elided: before ? 'left' : behind ? 'right' : undefined }
  }
}

/** A dense layer between any axes: see `EinsumDense`. */
export const einsumDense = (
  equation: string,
  outputShape: number | readonly (number | null)[],
  options?: EinsumDenseOptions,
): EinsumDense => new EinsumDense(equation, outputShape, options)
