import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { type AnyLayer, Layer, type LayerOptions } from '../layers/layer.js'
import { isSymbolic, type SymbolicTensor, type SymbolicType } from '../layers/symbolic.js'
import { isShape, type ShapesOf, type Tensors } from '../layers/tensors.js'
import type { Optimizer } from '../optimizers/optimizer.js'
import { suggestion } from '../utils/nearest.js'
import { flatten, mapStructure } from '../utils/structure.js'
import { CompiledModel, type CompileOptions } from './compiledModel.js'
import type { DataInput } from './dataSource.js'
import { type EvaluateOptions, evaluateModel } from './evaluate.js'
import { type FitOptions, fitModel } from './fit.js'
import type { History } from './history.js'
import type { Logs } from './listener.js'
import { type Places, placesOf } from './places.js'
import { type PredictOptions, predictModel } from './predict.js'
import { RunState } from './runState.js'
import { printSummary, type SummaryOptions } from './summary.js'
import { trainOnBatch } from './trainOnBatch.js'

/** A model of any inputs and outputs. */
export type AnyModel = Model<never, Tensors>

/**
 * A layer that can be trained: base of sequential models, and of your own with `call` overridden. Layers held in its
 * properties are its layers.
 *
 * @example
 * class Mlp extends models.Model {
 *   hidden = layers.dense(30, { activation: 'relu' })
 *   out = layers.dense(10, { activation: 'softmax' })
 *   call(x) { return this.out(this.hidden(x)) }
 * }
 */
export abstract class Model<In extends Tensors = Tensor, Out extends Tensors = Tensor> extends Layer<
  In,
  Out
> {
  static override readonly kerasModule: string = 'keras'

  /** Set it in the middle of training (from another task, or a listener): `fit` ends after the steps under way. */
  stopTraining = false
  /** What the model keeps between runs besides its weights. Internal. */
  readonly state = new RunState()

  constructor(options: LayerOptions = {}) {
    super(options)
  }

  override get title(): string {
    return `Model '${this.name}'`
  }

  /** The layers, in order. */
  get layers(): AnyLayer[] {
    return this.sublayers()
  }

  /** The optimizer, once compiled. */
  get optimizer(): Optimizer | undefined {
    return this.state.compiled?.optimizer
  }

  /** Builds the layers inside by tracing `call` with an input of this shape. */
  override build(inputShape: ShapesOf<In>): void {
    this.traceCall(mapStructure(inputShape, isShape, (shape): SymbolicType => ({ shape, dtype: 'float32' })))
  }

  /** Where the model takes inputs; `undefined` as long as it is not built. */
  get inputPlaces(): Places | undefined {
    return this.builtInputShape && placesOf(this.builtInputShape, 'x')
  }

  /** Where the model gives outputs. */
  get outputPlaces(): Places {
    return placesOf(this.outputShape, 'output')
  }

  /** The symbolic inputs, in order, of a model that is a graph. */
  get inputs(): SymbolicTensor[] {
    return flatten<SymbolicTensor>(this.input, isSymbolic)
  }

  /** The symbolic outputs, in order, of a model that is a graph. */
  get outputs(): SymbolicTensor[] {
    return flatten<SymbolicTensor>(this.output, isSymbolic)
  }

  /**
   * The layer of this name.
   * @throws ArgumentError if there is none, with the nearest name that exists
   */
  getLayer(name: string): AnyLayer {
    const layers = this.sublayers()
    const layer = layers.find((each) => each.name === name)
    if (layer) return layer
    throw new ArgumentError(
      `${this.title}: has no layer '${name}'. ${suggestion(
        name,
        layers.map((each) => each.name),
      )}`,
    )
  }

  /**
   * Says what to train for. Weights stay; steps that were compiled before are forgotten, so call it again after changing
   * which layers are trainable.
   * @throws ArgumentError for unknown names, with the nearest known one
   */
  compile(options: CompileOptions): void {
    this.state.compiled = new CompiledModel(options)
    this.state.programs.clear()
  }

  /**
   * Trains on samples `x` and labels or targets `y`, whose first axis counts samples.
   *
   * The loss and metrics of an epoch are means over its steps while weights change and dropout is on; those of validation
   * are measured after it, with dropout off. Data stays as it is (bytes stay bytes) until it is inside the step.
   *
   * @throws StateError if the model is not compiled, or another `fit` of it is under way
   * @throws ArgumentError, ShapeError before the first step if data or options do not fit
   * @throws NumericError if the loss becomes NaN or infinite, naming epoch and batch
   */
  fit(x: DataInput, y: DataInput, options: FitOptions = {}): Promise<History> {
    return this.state.alone(this.title, 'fit', () => fitModel(this as unknown as Model, x, y, options))
  }

  /** The loss and metrics on samples `x` with labels `y`, in inference: `{ loss, accuracy }`. */
  evaluate(x: DataInput, y: DataInput, options: EvaluateOptions = {}): Promise<Logs> {
    return this.state.alone(this.title, 'evaluate', () =>
      evaluateModel(this as unknown as Model, x, y, options),
    )
  }

  /** The outputs for samples `x`, in inference: a tensor whose first axis counts samples. */
  predict(x: DataInput, options: PredictOptions = {}): Promise<Tensor> {
    return predictModel(this as unknown as Model, x, options)
  }

  /** One training step on these samples. The loss and metrics of this batch: `{ loss, accuracy }`. */
  trainOnBatch(x: DataInput, y: DataInput): Promise<Logs> {
    return this.state.alone(this.title, 'trainOnBatch', () => trainOnBatch(this as unknown as Model, x, y))
  }

  /**
   * Prints layers, output shapes and parameter counts. After training, the total includes the optimizer's state, as in
   * Keras; `countParams()` is the weights alone.
   */
  summary(options: SummaryOptions = {}): void {
    printSummary(this, this.optimizer, options)
  }
}
