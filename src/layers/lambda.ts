import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import type { OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { show } from '../utils/show.js'
import type { CallContext } from './callContext.js'
import { type AnyLayer, Layer, type LayerOptions } from './layer.js'
import type { ShapesOf, Tensors } from './tensors.js'

/** A function of ops, from tensors to tensors. */
export type LambdaFunction<In extends Tensors = Tensor, Out extends Tensors = Tensor> = (
  inputs: In,
  context: CallContext,
) => Out

export interface LambdaOptions<In extends Tensors = Tensor, Out extends Tensors = Tensor>
  extends LayerOptions {
  /** The output's shape for an input's, batch included. Default: found out by running the function on placeholders. */
  readonly outputShape?: (inputShape: ShapesOf<In>) => ShapesOf<Out>
  /** Whether what the function gives for a sample may depend on the others in its batch: see `Layer.couplesSamples`. Default: true. */
  readonly couplesSamples?: boolean
}

/**
 * A function of ops as a layer without weights (Keras's `Lambda`), so that it has a place in a model's graph. A function is not
 * saved in files; for what is to be saved, make a class of its own.
 */
export class Lambda<In extends Tensors = Tensor, Out extends Tensors = Tensor> extends Layer<In, Out> {
  static override readonly className = 'Lambda'
  static override readonly options: OptionKeys<LambdaOptions> = {
    ...Layer.options,
    outputShape: true,
    couplesSamples: true,
  }
  /** How the output's shape follows from the input's, if it was said. */
  readonly outputShapeRule: LambdaOptions<In, Out>['outputShape']

  constructor(
    readonly fn: LambdaFunction<In, Out>,
    options: LambdaOptions<In, Out> = {},
  ) {
    super(options)
    if (typeof fn !== 'function') {
      throw new ArgumentError(
        `${this.title}: expected a function of tensors such as (x) => ops.square(x), received ${show(fn)}.`,
      )
    }
    const { outputShape } = options
    if (outputShape !== undefined && typeof outputShape !== 'function') {
      throw new ArgumentError(
        `${this.title}: expected outputShape as a function such as ([batch, ...rest]) => [batch, 1], received ${show(outputShape)}.`,
      )
    }
    this.outputShapeRule = outputShape
    this.couplesSamples = options.couplesSamples ?? true
    if (outputShape) this.computeOutputShape = outputShape
  }

  override call(inputs: In, context: CallContext): Out {
    return this.fn(inputs, context)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), function: this.fn.name }
  }

  static override fromConfig(config: Config): AnyLayer {
    throw new ArgumentError(
      `Layer '${String(config.name)}' (Lambda): a function cannot be read from a config. Give a factory for the class Lambda as a ` +
        'custom object: { Lambda: (config) => layers.lambda(yourFunction, { name: config.name }) }.',
    )
  }
}

/**
 * A function of ops as a layer: see `Lambda`.
 * @example layers.lambda((x) => ops.square(x))
 * @example layers.lambda(([a, b]: readonly Tensor[]) => ops.subtract(a, b))
 */
export function lambda(fn: LambdaFunction, options?: LambdaOptions): Lambda
export function lambda<In extends Tensors, Out extends Tensors>(
  fn: LambdaFunction<In, Out>,
  options?: LambdaOptions<In, Out>,
): Lambda<In, Out>
export function lambda<In extends Tensors, Out extends Tensors>(
  fn: LambdaFunction<In, Out>,
  options?: LambdaOptions<In, Out>,
): Lambda<In, Out> {
  return new Lambda(fn, options)
}
