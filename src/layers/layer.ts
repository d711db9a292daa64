import { getConstraint } from '../constraints/get.js'
import { ArgumentError, ShapeError, StateError } from '../errors.js'
import { inspected } from '../graph/inspected.js'
import type { Shape } from '../graph/shape.js'
import { Tensor } from '../graph/tensor.js'
import { Variable } from '../graph/variable.js'
import { getInitializer } from '../initializers/get.js'
import { type TensorLike, tensor } from '../ops/tensor.js'
import { getRegularizer, serializeRegularizer } from '../regularizers/get.js'
import { penaltyOf, type RegularizerFunction } from '../regularizers/regularizer.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { type Config, type Configurable, classNameOf, optionsOf } from '../utils/config.js'
import { show } from '../utils/show.js'
import { mapStructure, type Structure } from '../utils/structure.js'
import { activityPenalty } from './activityPenalty.js'
import { type BatchShape, withOpenBatch } from './batchShape.js'
import { buildWhole } from './buildWhole.js'
import { Callable } from './callable.js'
import {
  addLossTerm,
  type CallContext,
  type CallOptions,
  contextFor,
  inContext,
  withCallOptions,
} from './callContext.js'
import type { CallForm } from './callForm.js'
import { checkOutputs, requireCall } from './checkOutputs.js'
import { type DTypePolicy, float32Policy, policyConfig } from './dtypePolicy.js'
import { checkFixedSettings } from './fixedSettings.js'
import { initialValues } from './initialValues.js'
import { checkInputShape, type InputSpec } from './inputSpec.js'
import { layerName } from './layerName.js'
import { type LayerOptions, type WeightOptions, weightOptions } from './layerOptions.js'
import { maskOf, withMask } from './masks.js'
import { flattenParts, type LayerParts, partsIn } from './parts.js'
import { duringBuild, duringCall, innermost } from './running.js'
import {
  isSymbolic,
  isType,
  LayerCall,
  type SymbolicLike,
  type SymbolicTensor,
  type SymbolicType,
  symbolOf,
  toSymbolic,
} from './symbolic.js'
import {
  type AnyLike,
  flatTensors,
  isShape,
  isTensor,
  type Like,
  mapShapes,
  type ShapesOf,
  shapesOf,
  type Tensors,
  toTensors,
} from './tensors.js'
import { titled } from './titled.js'
import { tracedTypes, traceOutputs } from './traceOutputs.js'
import { type WeightValues, writeWeights } from './weightValues.js'

export type { LayerOptions, WeightOptions } from './layerOptions.js'
export type { WeightValues } from './weightValues.js'

/** A layer of any inputs and outputs. */
export type AnyLayer = Layer<never, Tensors>

interface LayerClass {
  new (...settings: never[]): AnyLayer
  readonly positional: readonly string[]
}

/**
 * A step from tensors to tensors, with its weights: the base of all layers and models, and of your own.
 *
 * A layer is called like a function: `layer(x)`. The first call builds it: it learns its input's shape and makes its
 * weights. Subclasses override `build` (to make weights with `addWeight`) and `call`; layers held in properties, or in
 * arrays in properties, belong to the layer, and their weights count as its own.
 *
 * Most layers take one tensor and give one. Others say so: `Layer<readonly Tensor[]>` takes a list,
 * `Layer<{ text: Tensor; image: Tensor }, [Tensor, Tensor]>` an object, and gives a pair; `build` and `computeOutputShape` have
 * shapes in the same structure.
 *
 * @example
 * class Scale extends layers.Layer {
 *   build() { this.factor = this.addWeight({ name: 'factor', shape: [], initializer: 'ones' }) }
 *   call(x) { return ops.multiply(x, this.factor) }
 * }
 */
export abstract class Layer<In extends Tensors = Tensor, Out extends Tensors = Tensor>
  extends Callable<In, Out>
  implements Configurable
{
  /** The class's name in saved files; a subclass without one of its own is called as in the source. */
  static readonly className?: string
  /** The module of Keras that the class is written under in saved files. */
  static readonly kerasModule: string = 'keras.layers'
  /** Config keys of the constructor's positional arguments, in order; the rest are options. */
  static readonly positional: readonly string[] = []
  /** The names of the constructor's options. A class with options of its own names them, or takes them apart before `super(...)`. */
  static readonly options: OptionKeys<LayerOptions> = {
    name: true,
    trainable: true,
    inputShape: true,
    activityRegularizer: true,
  }
  /**
   * Whether layers of this very class compute each sample by itself, unless their options say otherwise. It says nothing of classes that
   * extend it, whose `call` may be another: each says it again.
   */
  static readonly samplewise: boolean = false
  /** The names of the options of a call. */
  static readonly callOptions: OptionKeys<CallOptions> = { training: true }

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
  builtInputShape: ShapesOf<In> | undefined
  /** Whether the mask of the input is that of the output (see `computeMask`). Default: false. */
  supportsMasking = false
  /**
   * Whether what the layer gives for a sample may depend on the others in its batch. Where it does in no layer of a model, `predict`
   * and `evaluate` fill the last batch up with copies of its last sample, so that any number of samples runs through at most three
   * Programs. Default: true for classes of your own, which set it to false if they compute each sample by itself; false for Gradus's
   * own, except along axis 0. Layers inside speak for themselves.
   */
  couplesSamples: boolean
  /** Where inputs are numbers of a table's rows: how many rows there are. Models look at data that reach such a layer as they are. */
  readonly tableRows: number | undefined
  /** What Keras computes in, and keeps the weights in, if a file says so: default as the layer around it, or float32. */
  dtypePolicy: DTypePolicy | undefined
  /** How Keras's layer is called on several tensors, where it does not take a list as this one does. */
  readonly callForm: CallForm | undefined = undefined
  /** The calls of the layer on symbolic tensors, in order: more than one, if it is shared. */
  readonly calls: LayerCall[] = []

  private isTrainable: boolean
  private readonly madeWeights: Variable[] = []
  /** Those among them that were not made in `build`, and stay when the layer is built anew. */
  private readonly keptWeights: Variable[] = []

  constructor(options: LayerOptions = {}) {
    super()
    checkOptions(options, this.className, undefined, new.target.options)
    this.name = layerName(options.name, this.className)
    this.isTrainable = options.trainable ?? true
    this.couplesSamples = !(Object.hasOwn(new.target, 'samplewise') && new.target.samplewise)
    this.givenInputShape = options.inputShape
    this.activityRegularizer = getRegularizer(options.activityRegularizer)
    // Subclasses override build(...) freely; what has to happen around it happens here, whoever calls it.
    const build = this.build
    Object.defineProperty(this, 'build', {
      value: (inputShape: ShapesOf<In>) => {
        this.checkInput(inputShape)
        const openShape = mapShapes(inputShape, withOpenBatch) as ShapesOf<In>
        const { built, inputSpec, builtInputShape } = this
        const weights = [...this.madeWeights]
        buildWhole(
          () => {
            this.madeWeights.splice(0, weights.length, ...this.keptWeights)
            duringBuild(this as AnyLayer, () => build.call(this, openShape, inputShape))
            // As in Keras, those that an optimizer may change stand first.
            this.madeWeights.sort((a, b) => Number(b.trainable) - Number(a.trainable))
            this.builtInputShape = openShape
            this.built = true
          },
          () => {
            Object.assign(this, { built, inputSpec, builtInputShape })
            this.madeWeights.splice(0, this.madeWeights.length, ...weights)
          },
        )
      },
    })
  }

  /** The name of the layer's class, as it stands in saved files: `Conv2D`. */
  get className(): string {
    return classNameOf(this)
  }

  /** What Keras calls the type of float32 outputs: that which the layer computes in. */
  get outputType(): string {
    return (this.dtypePolicy ?? float32Policy).computeType
  }

  /** How errors name the layer: `Layer 'conv2d' (Conv2D)`. */
  get title(): string {
    return `Layer '${this.name}' (${this.className})`
  }

  /** The layer's computation. Called with the layer built and the input's shape checked. */
  abstract override call(inputs: In, context: CallContext): Out

  /**
   * Makes the weights for an input of this shape, in which the batch is left open. Layers without weights need not override it.
   * @param givenShape the shape with the batch as it was given
   */
  build(_inputShape: ShapesOf<In>, _givenShape?: ShapesOf<In>): void {}

  /** How many samples each batch must have, if it is fixed: where the layer, or one inside, is a stateful recurrent one. */
  get fixedBatchSize(): number | undefined {
    return this.sublayers().find((layer) => layer.fixedBatchSize !== undefined)?.fixedBatchSize
  }

  /** Makes the states of stateful recurrent layers, of this one and those inside, zeros again (Keras's `reset_states`). */
  resetStates(): void {
    for (const layer of this.sublayers()) layer.resetStates()
  }

  /**
   * Builds the layer if it is not built yet, and computes its outputs: what `layer(x)` does. On symbolic tensors it
   * computes the outputs' shapes, and records the call.
   * @throws ShapeError naming the layer, if the input does not fit
   */
  invoke(inputs: Like<In, SymbolicLike>, options?: CallOptions): Like<Out, SymbolicTensor>
  invoke(inputs: Like<In, TensorLike>, options?: CallOptions): Out
  invoke(inputs: unknown, options: CallOptions = {}): unknown {
    if (options instanceof Tensor || Array.isArray(options) || symbolOf(options)) {
      throw new ArgumentError(`${this.title}: expected several inputs as one list, called as layer([a, b]).`)
    }
    const { callOptions } = this.constructor as typeof Layer
    checkOptions(options, `${this.title}, called`, '{ training: true }', callOptions)
    const symbols = toSymbolic(inputs, this.title)
    return withCallOptions(this, options, () =>
      symbols
        ? this.record(symbols, options)
        : this.compute(
            titled(this.title, () => this.toTensors(inputs)),
            options,
          ),
    )
  }

  /** The tensors that data stands for. Layers of several inputs override it where data would be ambiguous. */
  protected toTensors(inputs: unknown): Tensors {
    return toTensors(inputs)
  }

  private compute(inputs: Tensors, options: CallOptions): Tensors {
    const shapes = shapesOf(inputs)
    this.checkInput(shapes)
    const context = contextFor(options)
    return inContext(context, () =>
      titled(this.title, () => {
        if (!this.built) this.build(shapes as ShapesOf<In>)
        requireCall(this)
        const mask = flatTensors(inputs).map(maskOf).find(Boolean)
        context.observer?.enter?.(this as AnyLayer, inputs)
        const outputs = checkOutputs(
          duringCall(this as AnyLayer, () => this.call(inputs as In, { ...context, mask })),
          this.title,
        ) as Out
        context.observer?.leave?.(this as AnyLayer, outputs)
        if (this.activityRegularizer && context.losses) {
          for (const output of flatTensors(outputs)) {
            const penalty = activityPenalty(this.activityRegularizer, output, context.losses, this.title)
            context.losses.add(penalty, true)
          }
        }
        if (this.supportsMasking && isTensor(outputs) && !maskOf(outputs)) {
          const outputMask = this.computeMask(inputs as In, mask)
          if (outputMask) withMask(outputs, outputMask)
        }
        return outputs
      }),
    )
  }

  private record(inputs: Structure<SymbolicTensor>, options: CallOptions): Structure<SymbolicTensor> {
    const shapes = mapStructure(inputs, isSymbolic, ({ shape }) => shape)
    this.checkInput(shapes)
    return titled(this.title, () => {
      if (!this.built) this.build(shapes as ShapesOf<In>)
      const call = new LayerCall(this as AnyLayer, inputs, this.computeOutputTypes(inputs), options)
      this.calls.push(call)
      return call.outputs
    })
  }

  /** Of layers that support masking: which steps of the output count, for the mask of the input (of the first that has one). */
  computeMask(_inputs: In, mask: Tensor | undefined): Tensor | undefined {
    return mask
  }

  /** @throws ShapeError naming the layer, if an input of this shape does not fit */
  checkInput(inputShape: Structure<BatchShape>): void {
    if (!this.inputSpec) return
    if (!isShape(inputShape)) {
      throw new ShapeError(
        `${this.title}: expected one input, ${this.inputSpec.form}; received ${Object.keys(inputShape).length}. ` +
          'Merge them first, for example with layers.concatenate(inputs).',
      )
    }
    checkInputShape(this.title, this.inputSpec, inputShape)
  }

  /** The output's shape for an input's shape. The default finds it by tracing `call`. */
  computeOutputShape(inputShape: ShapesOf<In>): ShapesOf<Out> {
    if (!this.built) this.build(inputShape)
    const types = mapStructure(inputShape, isShape, (shape): SymbolicType => ({ shape, dtype: 'float32' }))
    return mapStructure(this.traceOutputTypes(types), isType, ({ shape }) => shape) as ShapesOf<Out>
  }

  /** Shapes and types of the outputs for inputs of these. Where `computeOutputShape` is overridden, they are `float32`. */
  protected computeOutputTypes(inputs: Structure<SymbolicType>): Structure<SymbolicType> {
    if (this.computeOutputShape === Layer.prototype.computeOutputShape) return this.traceOutputTypes(inputs)
    const inputShape = mapStructure(inputs, isType, ({ shape }) => shape) as ShapesOf<In>
    const outputShape = this.computeOutputShape(inputShape)
    return mapStructure(outputShape, isShape, (shape): SymbolicType => ({ shape, dtype: 'float32' }))
  }

  private traceOutputTypes(inputs: Structure<SymbolicType>): Structure<SymbolicType> {
    return tracedTypes(inputs, (openSize) => this.traceCall(inputs, openSize))
  }

  /** The result of `call` on placeholders of these types: nothing is computed. See `traceOutputs`. */
  protected traceCall(inputs: Structure<SymbolicType>, openSize?: number): Tensors {
    requireCall(this)
    const call = (given: Tensors, context: CallContext) =>
      duringCall(this as AnyLayer, () => this.call(given as In, context))
    return traceOutputs(this.title, inputs, call, openSize)
  }

  /** The output's shape for the shape that the layer was built for, with the batch left open. */
  get outputShape(): ShapesOf<Out> {
    if (!this.builtInputShape) {
      throw new StateError(
        `${this.title} is not built yet, so it has no output shape. Call it, or build(inputShape).`,
      )
    }
    return this.computeOutputShape(this.builtInputShape)
  }

  /** The symbolic input of the layer's first call, out of which and of `output` a model can be made. */
  get input(): AnyLike<In, SymbolicTensor> {
    return this.firstCall('input').inputs as AnyLike<In, SymbolicTensor>
  }

  /** What the layer gives in its first call. @example models.functional({ inputs: model.input, outputs: layer.output }) */
  get output(): Like<Out, SymbolicTensor> {
    return this.firstCall('output').outputs as Like<Out, SymbolicTensor>
  }

  private firstCall(what: string): LayerCall {
    const [call] = this.calls
    if (call) return call
    throw new StateError(
      `${this.title} is in no graph yet, so it has no ${what}. Call it on layers.input(...) or on what another layer gives.`,
    )
  }

  /**
   * Makes a weight. For use in `build`; or in the constructor, where its shape does not depend on the input's: such weights stand before
   * those of `build`.
   */
  protected addWeight(options: WeightOptions): Variable {
    const around = innermost()
    if (around?.what === 'call' && (around.layer === this || this.built)) {
      throw new StateError(
        `${this.title}: addWeight in call would make another weight for each size of batches. Make it in build, keep it in a property, and ` +
          'use its value() in call.',
      )
    }
    checkOptions(options, `${this.title}: addWeight`, "{ name: 'kernel', shape: [3, 10] }", weightOptions)
    const {
      name,
      shape,
      initializer = 'glorot_uniform',
      trainable = true,
      dtype,
      regularizer,
      constraint,
    } = options
    if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && size >= 0)) {
      throw new ArgumentError(
        `${this.title}: weight '${name}': expected a shape of known sizes, such as [3, 10], received ${show(shape)}.`,
      )
    }
    const values = initialValues(getInitializer(initializer), shape, `${this.title}: weight '${name}'`)
    const variable = new Variable(values, shape, {
      name: `${this.name}/${name}`,
      trainable,
      dtype,
      regularizer: getRegularizer(regularizer),
      constraint: getConstraint(constraint),
    })
    this.madeWeights.push(variable)
    if (around?.layer !== this) this.keptWeights.push(variable)
    return variable
  }

  /** Adds a float32 scalar to the loss of the model that is being trained or evaluated. For use in `call`. */
  protected addLoss(term: Tensor): void {
    addLossTerm(term)
  }

  /** The penalties of the weights that an optimizer may change: scalars that a model adds to its loss. */
  regularizationLosses(): Tensor[] {
    return this.trainableWeights.flatMap((weight) =>
      weight.regularizer ? [penaltyOf(weight.regularizer, weight.value(), weight.name)] : [],
    )
  }

  /**
   * The layers inside, by the names under which Keras's files hold them. Default: those in properties, whose names are written in
   * snake case.
   */
  parts(): LayerParts {
    return partsIn(this, (value) => value instanceof Layer)
  }

  /** The layers inside, in order. */
  sublayers(): AnyLayer[] {
    return flattenParts(this.parts())
  }

  /** Whether an optimizer may change the weights. Setting it sets it for all layers inside. */
  get trainable(): boolean {
    return this.isTrainable
  }

  set trainable(value: boolean) {
    this.isTrainable = value
    for (const layer of this.sublayers()) layer.trainable = value
  }

  /** The layer's own weights, without those of the layers inside. */
  get ownWeights(): readonly Variable[] {
    return this.madeWeights
  }

  /** The layer's own weights that `build` made, those that an optimizer may change first. */
  protected get ownBuiltWeights(): readonly Variable[] {
    return this.madeWeights.filter((weight) => !this.keptWeights.includes(weight))
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
   * @throws ArgumentError, ShapeError if the number of arrays or one's shape does not fit
   */
  async setWeights(values: WeightValues): Promise<void> {
    this.requireBuilt('set its weights')
    await writeWeights(this.title, this.weights, values)
  }

  /** The settings under Keras's keys, from which `fromConfig` makes an equal layer. */
  getConfig(): Config {
    return {
      name: this.name,
      trainable: this.trainable,
      dtype: policyConfig(this.dtypePolicy ?? float32Policy),
      ...(this.activityRegularizer && {
        activity_regularizer: serializeRegularizer(this.activityRegularizer),
      }),
    }
  }

  // biome-ignore-start lint/complexity/noThisInStatic: the subclass on which it is called is the one to make.
  /** A layer with the settings of a config. */
  static fromConfig(this: LayerClass, config: Config): AnyLayer {
    const positional = this.positional.map((key) => config[key] ?? undefined)
    const options = optionsOf(config, [...this.positional, 'dtype'])
    const layer = new (this as unknown as new (...settings: unknown[]) => AnyLayer)(...positional, options)
    checkFixedSettings(layer.title, config)
    return layer
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

  override toString(): string {
    return `<${this.className} name=${this.name}, built=${this.built}>`
  }

  /** What Node's console shows. */
  [inspected](): string {
    return `${this}`
  }
}
