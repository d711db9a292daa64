import type { LayerNode, Logs } from '../callbacks/callback.js'
import type { History } from '../callbacks/history.js'
import type { ArrayInPlace, Inspection } from '../callbacks/inspection.js'
import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { type AnyLayer, Layer, type LayerOptions } from '../layers/layer.js'
import { flattenParts, type LayerParts } from '../layers/parts.js'
import { isSymbolic, type SymbolicTensor, type SymbolicType } from '../layers/symbolic.js'
import { isShape, type ShapesOf, type Tensors } from '../layers/tensors.js'
import { Metric } from '../metrics/metric.js'
import { Optimizer } from '../optimizers/optimizer.js'
import { suggestion } from '../utils/nearest.js'
import { show } from '../utils/show.js'
import { flatten, mapStructure } from '../utils/structure.js'
import type { ClassWeight } from './classWeights.js'
import { CompiledModel, type CompileOptions } from './compiledModel.js'
import { type EvaluateOptions, evaluateModel } from './evaluate.js'
import type { ExportFormat, ExportOptions } from './exportModel.js'
import type { FileSource } from './fileSource.js'
import { type FitOptions, fitModel } from './fit.js'
import type { LayerGraph } from './layerGraph.js'
import type { LoadWeightsOptions } from './loadWeights.js'
import type { DataFor, SampleWeights, TargetsFor } from './modelData.js'
import { testOnBatch, trainOnBatch } from './onBatch.js'
import { type Places, placesOf } from './places.js'
import { type PredictOptions, predictModel, predictOnBatch } from './predict.js'
import { RunState } from './runState.js'
import type { ModelFormat, SaveOptions, Snapshot, WeightsFormat } from './saveModel.js'
import { defaultLoss, defaultMetrics } from './step.js'
import type { StepBatch } from './stepBatch.js'
import { type Batches, isArrayLike, isStream } from './stream.js'
import { printSummary, type SummaryOptions } from './summary.js'
import type { TrainingStep } from './trainingStep.js'

/** A model of any inputs and outputs. */
export type AnyModel = Model<never, Tensors>

/** The batch that a model's steps see. */
export type BatchOf<In extends Tensors, Out extends Tensors> = StepBatch<
  [In] extends [never] ? Tensors : In,
  Out
>

/** What a step gives to be logged. */
export type StepLogs = Readonly<Record<string, Tensor>>

export interface BatchOptions {
  /** A weight for each sample, in the loss and in `weightedMetrics`. Default: all 1. */
  readonly sampleWeight?: SampleWeights
  /** A weight for the samples of each class. Default: all 1. */
  readonly classWeight?: ClassWeight
}

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

  /** Set it in the middle of training (from another task, or a callback): `fit` ends after the steps under way. */
  stopTraining = false
  /** What the model keeps between runs besides its weights. Internal. */
  readonly runState = new RunState()

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

  override parts(): LayerParts {
    const parts = super.parts()
    return { ...parts, layers: flattenParts(parts) }
  }

  /** The calls of layers between inputs and outputs, of a functional model. */
  get graph(): LayerGraph | undefined {
    return undefined
  }

  /** The optimizer, once compiled. */
  get optimizer(): Optimizer | undefined {
    return this.runState.compiled?.optimizer
  }

  /** The optimizer that the model was compiled with, then those held in its properties. */
  get optimizers(): Optimizer[] {
    const held = Object.values(this).filter((value): value is Optimizer => value instanceof Optimizer)
    return [...new Set([...(this.optimizer ? [this.optimizer] : []), ...held])]
  }

  /** The metrics that are gathered over an epoch: those of the loss and of `compile`, and those held in properties. */
  get metrics(): Metric[] {
    const trackers = this.runState.compiled?.objective?.trackers ?? []
    const held = Object.values(this).filter((value): value is Metric => value instanceof Metric)
    return [...new Set([...trackers.map(({ metric }) => metric), ...held])]
  }

  /** Forgets all batches that loss and metrics have seen. */
  resetMetrics(): void {
    for (const metric of this.metrics) metric.resetState()
  }

  /** Builds the layers inside by tracing `call` with an input of this shape. */
  override build(inputShape: ShapesOf<In>, givenShape: ShapesOf<In> = inputShape): void {
    this.traceCall(mapStructure(givenShape, isShape, (shape): SymbolicType => ({ shape, dtype: 'float32' })))
  }

  /** Where the model takes inputs; `undefined` as long as it is not built. */
  get inputPlaces(): Places | undefined {
    return this.builtInputShape && placesOf(this.builtInputShape, 'x')
  }

  /** Whether it has one input, even before it is built. Internal. */
  get hasOneInput(): boolean {
    return false
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
   * The layer of this name; its class, where it matters, is said by the caller: `getLayer<layers.Dense>('out').kernel`.
   * @throws ArgumentError if there is none, with the nearest name that exists
   */
  getLayer<L extends AnyLayer = Layer>(name: string): L {
    const layers = this.sublayers()
    if (typeof name !== 'string') {
      throw new ArgumentError(
        `${this.title}: expected a layer's name, received ${show(name)}. By number: layers[0].`,
      )
    }
    const layer = layers.find((each) => each.name === name)
    if (layer) return layer as L
    throw new ArgumentError(
      `${this.title}: has no layer '${name}'. ${suggestion(
        name,
        layers.map((each) => each.name),
      )}`,
    )
  }

  /**
   * Says what to train for. Weights stay; the optimizer is new, and steps that were compiled before are forgotten.
   * @throws ArgumentError for unknown names, with the nearest known one
   */
  compile(options: CompileOptions = {}): void {
    this.runState.compiled = new CompiledModel(options)
    this.runState.forgetTraces()
  }

  /**
   * One training step, inside a trace: ops on tensors, of which nothing is computed yet. Override it to train in a way of your
   * own. What it gives is logged under its keys: metrics' results, which gather over the epoch, or tensors of this batch alone.
   *
   * @example
   * override trainStep(batch, step) {
   *   const predictions = this(batch.x, { training: true })
   *   const loss = ops.mean(ops.square(ops.subtract(batch.y, predictions)))
   *   step.minimize(loss)
   *   this.meanLoss.update(loss)
   *   return { loss: this.meanLoss.result() }
   * }
   */
  trainStep(batch: BatchOf<In, Out>, step: TrainingStep): StepLogs {
    const predictions = this.open.invoke(batch.x as Tensors, { training: true }) as Out
    const loss = this.computeLoss(batch, predictions)
    step.minimize(loss)
    return this.computeMetrics(batch, predictions, loss)
  }

  /** One step of evaluation, inside a trace: see `trainStep`. In batches that are filled up, `sampleMask` says which samples count. */
  testStep(batch: BatchOf<In, Out>): StepLogs {
    const predictions = this.open.invoke(batch.x as Tensors, { training: false }) as Out
    return this.computeMetrics(batch, predictions, this.computeLoss(batch, predictions))
  }

  /** One step of prediction, inside a trace: the outputs. */
  predictStep(x: In): Out {
    return this.open.invoke(x, { training: false }) as Out
  }

  /** The loss of a batch: the weighted sum of the outputs' losses, what layers add to it, and the penalties of weights. */
  computeLoss(batch: BatchOf<In, Out>, predictions: Out): Tensor {
    return defaultLoss(
      this as unknown as AnyModel,
      batch as unknown as StepBatch<Tensors, Tensors>,
      predictions,
    )
  }

  /** Takes a batch into the metrics, and gives all that is tracked, `loss` too. */
  computeMetrics(batch: BatchOf<In, Out>, predictions: Out, loss: Tensor): StepLogs {
    const open = batch as unknown as StepBatch<Tensors, Tensors>
    return defaultMetrics(this as unknown as AnyModel, open, predictions, loss)
  }

  private get open(): Layer<Tensors, Tensors> {
    return this as unknown as Layer<Tensors, Tensors>
  }

  /**
   * Trains on samples `x` and labels or targets `y`, whose first axis counts samples. Models of several inputs or outputs are
   * given lists or objects of arrays. Or on batches, which are made as they are needed: `model.fit(batches, { epochs: 5 })`.
   *
   * The loss and metrics of an epoch are means over its steps while weights change and dropout is on; those of validation
   * are measured after it, with dropout off. Data stays as it is (bytes stay bytes) until it is inside the step.
   *
   * @throws StateError if the model is not compiled, or another `fit` of it is under way
   * @throws ArgumentError, ShapeError before the first step if data or options do not fit
   * @throws NumericError if the loss or a gradient becomes NaN or infinite, naming the first layer, epoch and batch
   */
  fit(batches: Batches<In, Out>, options?: FitOptions<In, Out>): Promise<History>
  fit(x: DataFor<In>, y?: TargetsFor<Out> | null, options?: FitOptions<In, Out>): Promise<History>
  fit(x: unknown, y?: unknown, options?: FitOptions<In, Out>): Promise<History> {
    const given = withOptions(x, y, options)
    return this.alone('fit', (model) => fitModel(model, x, given.y, given.options as FitOptions))
  }

  /** The loss and metrics on samples `x` with labels `y`, or on batches, in inference: `{ loss, accuracy }`. */
  evaluate(batches: Batches<In, Out>, options?: EvaluateOptions): Promise<Logs>
  evaluate(x: DataFor<In>, y?: TargetsFor<Out> | null, options?: EvaluateOptions): Promise<Logs>
  evaluate(x: unknown, y?: unknown, options?: EvaluateOptions): Promise<Logs> {
    const given = withOptions(x, y, options)
    return this.alone('evaluate', (model) => evaluateModel(model, x, given.y, given.options))
  }

  /** The outputs for samples `x`, or for batches of them, in inference: tensors whose first axis counts samples. */
  predict(x: DataFor<In> | Batches<In, Out>, options: PredictOptions = {}): Promise<Out> {
    return predictModel(this as unknown as AnyModel, x, options) as Promise<Out>
  }

  /** One training step on these samples. The loss and metrics of this batch: `{ loss, accuracy }`. */
  trainOnBatch(x: DataFor<In>, y?: TargetsFor<Out> | null, options: BatchOptions = {}): Promise<Logs> {
    return this.alone('trainOnBatch', (model) => trainOnBatch(model, { x, y }, options))
  }

  /** The loss and metrics of these samples, in inference. */
  testOnBatch(
    x: DataFor<In>,
    y?: TargetsFor<Out> | null,
    options: Omit<BatchOptions, 'classWeight'> = {},
  ): Promise<Logs> {
    return this.alone('testOnBatch', (model) => testOnBatch(model, { x, y }, options))
  }

  /**
   * What one training step on these samples would compute on its way: the outputs of the layers, and the gradient of each trainable
   * weight. Dropout drops, and nothing is changed. May be called by callbacks, between two steps.
   */
  async inspect(x: DataFor<In>, y?: TargetsFor<Out> | null): Promise<Inspection> {
    const { inspectModel } = await import('./onDemand.js')
    return inspectModel(this as unknown as AnyModel, { x, y })
  }

  /** What `look` makes of an inspection where it lies, without a copy: when it has returned, the arrays are others. Internal. */
  async inspectInPlace<T>(
    x: DataFor<In>,
    y: TargetsFor<Out> | null | undefined,
    look: (inspection: Inspection<ArrayInPlace>) => T,
  ): Promise<T> {
    const { inspectInPlace } = await import('./onDemand.js')
    return inspectInPlace(this as unknown as AnyModel, { x, y }, look)
  }

  /** The outputs for these samples as one batch, in inference. */
  predictOnBatch(x: DataFor<In>): Promise<Out> {
    return predictOnBatch(this as unknown as AnyModel, x) as Promise<Out>
  }

  /** Makes what training steps need, and lets them go on after one that failed. Internal. */
  async prepareTraining(): Promise<void> {
    const { runState: state } = this
    state.heedTrainable(this as unknown as AnyLayer)
    this.optimizer?.build(this.trainableWeights)
    await Promise.all(this.optimizers.map((optimizer) => optimizer.synchronize()))
    state.halt.write([0])
    state.isTrained = true
  }

  /**
   * Writes the model with its weights, what it was compiled for and the optimizer's state into a file, from which
   * `models.loadModel` and Keras make it again: by the path's ending `.keras`, Keras 3's own format, or `.h5`, the older one. The file is
   * written whole or not at all. In pages: `toBytes`.
   * @throws StateError if the model is not built
   * @throws DataError if the file cannot be written; one that was there before stays as it was
   */
  async save(path: string, options: SaveOptions = {}): Promise<void> {
    const { saveFile } = await import('./saveModel.js')
    await saveFile(this as unknown as AnyModel, path, 'model', options)
  }

  /**
   * Writes the weights into a file, from which `loadWeights` of a model made in the same way reads them: by the path's ending
   * `.weights.h5`, which Keras reads too and which has the optimizer's state, or `.safetensors`.
   * @throws StateError if the model is not built
   * @throws DataError if the file cannot be written; one that was there before stays as it was
   */
  async saveWeights(path: string, options: SaveOptions = {}): Promise<void> {
    const { saveFile } = await import('./saveModel.js')
    await saveFile(this as unknown as AnyModel, path, 'weights', options)
  }

  /**
   * Reads the weights in a file that `saveWeights` or `save` wrote, or Keras: `.weights.h5`, `.keras`, `.h5` or safetensors. The
   * optimizer's state is read where the file has one that fits; another is passed over with a warning. After an error nothing has changed.
   *
   * Options and their defaults: `skipMismatch` false, `byName` false. For a model with another last layer than the saved one `skipMismatch`
   * loads the layers that fit, and warns of the others.
   * @param source a path, or the bytes of a file
   * @throws DataError if the file is damaged, or its weights are not those of the model, naming layer, weight and shapes
   */
  async loadWeights(source: FileSource, options: LoadWeightsOptions = {}): Promise<void> {
    const { loadWeights } = await import('./load.js')
    await loadWeights(this as unknown as AnyModel, source, options)
  }

  /**
   * Writes the model, as it is in inference, into a file that other programs run it from: `.onnx`, the open format that onnxruntime and
   * many more read. It takes batches of any size. The file is written whole or not at all. In pages: `toBytes('onnx')`.
   * @throws StateError if the model is not built
   * @throws ArgumentError naming the layer, if ONNX has nothing for what it computes
   * @throws DataError if the file cannot be written; one that was there before stays as it was
   */
  async export(path: string, options: ExportOptions = {}): Promise<void> {
    const { exportModel } = await import('./exportModel.js')
    await exportModel(this as unknown as AnyModel, path, options)
  }

  /** The file that `save`, `saveWeights` or `export` would write, as bytes. */
  async toBytes(
    format: ModelFormat | WeightsFormat | ExportFormat,
    options: Omit<SaveOptions, 'overwrite'> = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { toBytes } = await import('./saveModel.js')
    return toBytes(this as unknown as AnyModel, format, options)
  }

  /** The calls of layers, as they are drawn: of a sequential or functional model that is built. */
  async layerNodes(): Promise<readonly LayerNode[]> {
    const { layerNodes } = await import('./onDemand.js')
    return layerNodes(this as unknown as AnyModel)
  }

  /**
   * What the model is made of and was compiled for, without weights, as JSON (Keras's `to_json`).
   * @throws StateError, ArgumentError for a layer that has no config
   */
  async toJson(): Promise<string> {
    const { modelJson } = await import('./saveModel.js')
    return modelJson(this as unknown as AnyModel)
  }

  /** A copy of the model as of now, out of which the file of a format is made later, piece by piece. Internal. */
  async snapshot(
    format: ModelFormat | WeightsFormat,
    options: Omit<SaveOptions, 'overwrite'> = {},
  ): Promise<Snapshot> {
    const { takeSnapshot } = await import('./saveModel.js')
    return takeSnapshot(this as unknown as AnyModel, format, options)
  }

  private alone<T>(what: string, run: (model: AnyModel) => Promise<T>): Promise<T> {
    return this.runState.alone(this.title, what, () => run(this as unknown as AnyModel))
  }

  /**
   * Prints layers, output shapes and parameter counts. After training, the total includes the optimizer's state, as in
   * Keras; `countParams()` is the weights alone.
   */
  summary(options: SummaryOptions = {}): void {
    printSummary(this as unknown as AnyModel, options)
  }
}

/** Of batches, options come in the place of labels; labels in that place are kept, to be refused. */
function withOptions<O extends object>(
  x: unknown,
  y: unknown,
  options: O | undefined,
): { readonly y: unknown; readonly options: O | Record<string, never> } {
  if (isStream(x) && options === undefined && !isArrayLike(y))
    return { y: undefined, options: (y ?? {}) as O }
  return { y, options: options ?? {} }
}
