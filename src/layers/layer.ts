import { type ConstraintLike, getConstraint } from '../constraints/get.js'
import { ArgumentError, ShapeError, StateError } from '../errors.js'
import type { DType } from '../graph/dtype.js'
import { type Shape, showShape, sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { trace } from '../graph/trace.js'
import { Variable } from '../graph/variable.js'
import { getInitializer, type InitializerLike } from '../initializers/get.js'
import { asTensor, type TensorLike, tensor } from '../ops/tensor.js'
import { getRegularizer, type RegularizerLike, serializeRegularizer } from '../regularizers/get.js'
import type { RegularizerFunction } from '../regularizers/regularizer.js'
import { type Config, type Configurable, classNameOf, optionsOf } from '../utils/config.js'
import { automaticName } from '../utils/naming.js'
import { activityPenalty } from './activityPenalty.js'
import { type BatchShape, showBatchShape, withOpenBatch } from './batchShape.js'
import { buildWhole } from './buildWhole.js'
import { Callable } from './callable.js'
import { addLossTerm, type CallContext, type CallOptions, contextFor, inContext } from './callContext.js'
import { checkInputShape, type InputSpec } from './inputSpec.js'

/** Options that every layer takes. */
export interface LayerOptions {
  /** Default: the class's name in snake case, numbered from the second on: `dense`, `dense_1`. */
  readonly name?: string
  /** Whether an optimizer may change the layer's weights. Default: true. */
  readonly trainable?: boolean
  /** On the first layer of a sequential model: the shape of one sample, without the batch. Builds the model at once. */
  readonly inputShape?: Shape
  /** A penalty for the layer's outputs, divided by the number of samples, that is added to the loss. Default: none. */
  readonly activityRegularizer?: RegularizerLike
}

/** What a layer asks for when it makes a weight. */
export interface WeightOptions {
  /** As Keras calls it: `kernel`, `bias`. */
  readonly name: string
  readonly shape: Shape
  /** Default: `'glorot_uniform'`, as in Keras. */
  readonly initializer?: InitializerLike
  readonly trainable?: boolean
  readonly dtype?: DType
  /** A penalty for the weight that is added to the loss. Default: none. */
  readonly regularizer?: RegularizerLike
  /** What the weight must satisfy after each update. Default: none. */
  readonly constraint?: ConstraintLike
}

/** Values for weights: tensors, typed arrays or nested arrays. */
export type WeightValues = readonly TensorLike[]

interface LayerClass {
  new (...settings: never[]): Layer
  readonly positional: readonly string[]
}

/**
 * A step from tensors to tensors, with its weights: the base of all layers and models, and of your own.
 *
 * A layer is called like a function: `layer(x)`. The first call builds it: it learns its input's shape and makes its
 * weights. Subclasses override `build` (to make weights with `addWeight`) and `call`; layers held in properties, or in
 * arrays in properties, belong to the layer, and their weights count as its own.
 *
 * @example
 * class Scale extends layers.Layer {
 *   build() { this.factor = this.addWeight({ name: 'factor', shape: [], initializer: 'ones' }) }
 *   call(x) { return ops.multiply(x, this.factor.value()) }
 * }
 */
export abstract class Layer extends Callable implements Configurable {
  /** The class's name in saved files; a subclass without one of its own is called as in the source. */
  static readonly className?: string
  /** Config keys of the constructor's positional arguments, in order; the rest are options. */
  static readonly positional: readonly string[] = []

  override readonly name: string
  /** The shape of one sample, if it was given to the constructor. */
  readonly givenInputShape: Shape | undefined
  /** The penalty for the layer's outputs. */
  readonly activityRegularizer: RegularizerFunction | undefined
  /** Whether the weights exist. */
  built = false
  /** What the input's shape must be; checked at each call. */
  inputSpec: InputSpec | undefined
  /** The shape that the layer was built for, with the batch left open. */
  builtInputShape: BatchShape | undefined

  private isTrainable: boolean
  private readonly ownWeights: Variable[] = []

  constructor(options: LayerOptions = {}) {
    super()
    this.name = options.name ?? automaticName(this.className)
    this.isTrainable = options.trainable ?? true
    this.givenInputShape = options.inputShape
    this.activityRegularizer = getRegularizer(options.activityRegularizer)
    // Subclasses override build(...) freely; what has to happen around it happens here, whoever calls it.
    const build = this.build
    Object.defineProperty(this, 'build', {
      value: (inputShape: BatchShape) => {
        this.checkInput(inputShape)
        const { built, inputSpec, builtInputShape } = this
        const weights = [...this.ownWeights]
        buildWhole(
          () => {
            this.ownWeights.length = 0
            build.call(this, withOpenBatch(inputShape))
            this.builtInputShape = withOpenBatch(inputShape)
            this.built = true
          },
          () => {
            Object.assign(this, { built, inputSpec, builtInputShape })
            this.ownWeights.splice(0, this.ownWeights.length, ...weights)
          },
        )
      },
    })
  }

  /** The name of the layer's class, as it stands in saved files: `Conv2D`. */
  get className(): string {
    return classNameOf(this)
  }

  /** How errors name the layer: `Layer 'conv2d' (Conv2D)`. */
  get title(): string {
    return `Layer '${this.name}' (${this.className})`
  }

  /** The layer's computation. Called with the layer built and the input's shape checked. */
  abstract override call(inputs: Tensor, context: CallContext): Tensor

  /** Makes the weights for an input of this shape. Layers without weights need not override it. */
  build(_inputShape: BatchShape): void {}

  /**
   * Builds the layer if it is not built yet, and computes its outputs: what `layer(x)` does.
   * @throws ShapeError naming the layer, if the input does not fit
   */
  invoke(inputs: TensorLike, options: CallOptions = {}): Tensor {
    const x = asTensor(inputs)
    this.checkInput(x.shape)
    const context = contextFor(options)
    return inContext(context, () =>
      this.named(() => {
        if (!this.built) this.build(x.shape)
        const outputs = this.call(x, context)
        if (this.activityRegularizer && context.losses) {
          context.losses.add(activityPenalty(this.activityRegularizer, outputs, context.losses))
        }
        return outputs
      }),
    )
  }

  /** @throws ShapeError naming the layer, if an input of this shape does not fit */
  checkInput(inputShape: BatchShape): void {
    if (this.inputSpec) checkInputShape(this.title, this.inputSpec, inputShape)
  }

  /** The output's shape for an input's shape. The default finds it by tracing `call`. */
  computeOutputShape(inputShape: BatchShape): BatchShape {
    const open = inputShape.findIndex((size, axis) => axis > 0 && size === null)
    if (open > 0) {
      throw new ShapeError(
        `${this.title}: its output shape for ${showBatchShape(inputShape)} is not known, since axis ${open} is open. ` +
          'Give the size, or override computeOutputShape(inputShape).',
      )
    }
    if (!this.built) this.build(inputShape)
    return withOpenBatch(this.traceCall(inputShape).shape)
  }

  /** The result of `call` on a placeholder of this shape, with one sample for an open batch: nothing is computed. */
  protected traceCall(inputShape: BatchShape): Tensor {
    // Terms of a loss belong to the trace around, if there is one.
    const context = { ...contextFor({}), losses: undefined }
    const input = { name: 'inputs', shape: inputShape.map((size) => size ?? 1), dtype: 'float32' } as const
    const { graph } = trace([input], (x) => [inContext(context, () => this.call(x, context))])
    return graph.results[0]
  }

  /** The output's shape for the shape that the layer was built for, with the batch left open. */
  get outputShape(): BatchShape {
    if (!this.builtInputShape) {
      throw new StateError(
        `${this.title} is not built yet, so it has no output shape. Call it, or build(inputShape).`,
      )
    }
    return this.computeOutputShape(this.builtInputShape)
  }

  /** Makes a weight. For use in `build`. */
  protected addWeight(options: WeightOptions): Variable {
    const {
      name,
      shape,
      initializer = 'glorot_uniform',
      trainable = true,
      dtype,
      regularizer,
      constraint,
    } = options
    const variable = new Variable(getInitializer(initializer).generate(shape), shape, {
      name: `${this.name}/${name}`,
      trainable,
      dtype,
      regularizer: getRegularizer(regularizer),
      constraint: getConstraint(constraint),
    })
    this.ownWeights.push(variable)
    return variable
  }

  /** Adds a float32 scalar to the loss of the model that is being trained or evaluated. For use in `call`. */
  protected addLoss(term: Tensor): void {
    addLossTerm(term)
  }

  /** The penalties of the weights that an optimizer may change: scalars that a model adds to its loss. */
  regularizationLosses(): Tensor[] {
    return this.trainableWeights.flatMap((weight) => weight.regularizer?.(weight.value()) ?? [])
  }

  /** The layers held in this one's properties, in order. */
  sublayers(): Layer[] {
    const found: Layer[] = []
    const visit = (value: unknown): void => {
      if (value instanceof Layer) found.push(value)
      else if (Array.isArray(value)) for (const item of value) visit(item)
    }
    for (const value of Object.values(this)) visit(value)
    return [...new Set(found)]
  }

  /** Whether an optimizer may change the weights. Setting it sets it for all layers inside. */
  get trainable(): boolean {
    return this.isTrainable
  }

  set trainable(value: boolean) {
    this.isTrainable = value
    for (const layer of this.sublayers()) layer.trainable = value
  }

  /** All weights: the layer's own, then those of the layers inside. */
  get weights(): Variable[] {
    return [...new Set([...this.ownWeights, ...this.sublayers().flatMap((layer) => layer.weights)])]
  }

  /** The weights that an optimizer may change. */
  get trainableWeights(): Variable[] {
    if (!this.isTrainable) return []
    const own = this.ownWeights.filter((weight) => weight.trainable)
    return [...new Set([...own, ...this.sublayers().flatMap((layer) => layer.trainableWeights)])]
  }

  /** The weights that no optimizer changes: frozen ones and moving statistics. */
  get nonTrainableWeights(): Variable[] {
    const trainable = new Set(this.trainableWeights)
    return this.weights.filter((weight) => !trainable.has(weight))
  }

  /**
   * How many numbers the weights hold.
   * @throws StateError if the layer is not built
   */
  countParams(): number {
    this.requireBuilt('count its parameters')
    return this.weights.reduce((sum, weight) => sum + weight.size, 0)
  }

  /** The weights' values, in the order of `weights`. */
  async getWeights(): Promise<Tensor[]> {
    this.requireBuilt('read its weights')
    return Promise.all(
      this.weights.map(async (weight) =>
        tensor(await weight.data(), { shape: weight.shape, dtype: weight.dtype }),
      ),
    )
  }

  /**
   * Replaces the weights' values, in the order of `weights`. Either all are replaced or, after an error, none.
   * @throws ShapeError if the number of arrays or one's shape does not fit
   */
  async setWeights(values: WeightValues): Promise<void> {
    this.requireBuilt('set its weights')
    const { weights } = this
    if (values.length !== weights.length) {
      throw new ArgumentError(
        `${this.title}: expected ${weights.length} arrays of weights, received ${values.length}. ` +
          `In order: ${weights.map((weight) => `${weight.name} ${showShape(weight.shape)}`).join(', ')}.`,
      )
    }
    const tensors = values.map((value) => asTensor(value))
    tensors.forEach(({ shape }, i) => {
      // A typed array carries no shape; its length must do.
      const isFlat = ArrayBuffer.isView(values[i])
      if (isFlat ? sizeOf(shape) !== weights[i].size : showShape(shape) !== showShape(weights[i].shape)) {
        throw new ShapeError(
          `${this.title}: weight ${i} (${weights[i].name}) has shape ${showShape(weights[i].shape)}, received ${showShape(shape)}.`,
        )
      }
    })
    const arrays = await Promise.all(tensors.map((value) => value.data()))
    arrays.forEach((array, i) => weights[i].write(array))
  }

  /** The settings under Keras's keys, from which `fromConfig` makes an equal layer. */
  getConfig(): Config {
    return {
      name: this.name,
      trainable: this.trainable,
      dtype: {
        module: 'keras',
        class_name: 'DTypePolicy',
        config: { name: 'float32' },
        registered_name: null,
      },
      ...(this.activityRegularizer && {
        activity_regularizer: serializeRegularizer(this.activityRegularizer),
      }),
    }
  }

  // biome-ignore-start lint/complexity/noThisInStatic: the subclass on which it is called is the one to make.
  /** A layer with the settings of a config. */
  static fromConfig(this: LayerClass, config: Config): Layer {
    const positional = this.positional.map((key) => config[key])
    const options = optionsOf(config, [...this.positional, 'dtype'])
    return new (this as unknown as new (...settings: unknown[]) => Layer)(...positional, options)
  }
  // biome-ignore-end lint/complexity/noThisInStatic: as above.

  /** @throws StateError if the weights do not exist yet */
  protected requireBuilt(purpose: string): void {
    if (this.built) return
    throw new StateError(
      `${this.title} is not built, so Gradus cannot ${purpose}: its weights depend on the input's shape. ` +
        'Call it on data, call build(inputShape), or start the model with layers.input(shape).',
    )
  }

  /** Runs `body`; a shape error of an op in it gets the layer's name. */
  private named<T>(body: () => T): T {
    try {
      return body()
    } catch (error) {
      if (!(error instanceof ShapeError) || error.message.startsWith("Layer '")) throw error
      throw new ShapeError(`${this.title}: ${error.message}`, { cause: error })
    }
  }

  override toString(): string {
    return `<${this.className} name=${this.name}, built=${this.built}>`
  }
}
