import { ArgumentError, StateError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import type { BatchShape } from '../layers/batchShape.js'
import type { CallContext } from '../layers/callContext.js'
import { InputLayer } from '../layers/input.js'
import { type AnyLayer, Layer, type LayerOptions } from '../layers/layer.js'
import { serializeLayer } from '../layers/serializeLayer.js'
import { isSymbolic, type SymbolicTensor, symbolOf } from '../layers/symbolic.js'
import { cast } from '../ops/cast.js'
import type { OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { SeedScope } from '../utils/randomSeed.js'
import { show } from '../utils/show.js'
import { flatten, mapStructure, type Structure } from '../utils/structure.js'
import { Model } from './model.js'
import { type Places, placesOf } from './places.js'

export interface SequentialOptions extends Omit<LayerOptions, 'inputShape'> {
  /** Fixes the initial weights. (Shuffling and dropout: the `seed` of `fit`. All at once: `utils.setRandomSeed`.) */
  readonly seed?: number
}

/**
 * Layers one after another (Keras's `Sequential`). With an input layer first, or `inputShape` on the first layer, the
 * model is built at once; otherwise when it first sees data, or by `build([null, ...sampleShape])`.
 *
 * @example
 * models.sequential([layers.input([784]), layers.dense(10, { activation: 'softmax' })])
 */
export class Sequential extends Model {
  static override readonly className: string = 'Sequential'
  static override readonly samplewise = true
  static override readonly kerasModule: string = 'keras'
  static override readonly options: OptionKeys<SequentialOptions> & typeof Model.options = {
    ...Model.options,
    seed: true,
    inputShape: false,
  }

  private readonly stack: Layer[] = []
  /** What each layer of the stack gives, symbolically, as far as the model is built. */
  private symbols: SymbolicTensor[] = []
  private entrance: SymbolicTensor | undefined
  /** Made when they are asked for: every step does. */
  private known: { inputs?: Places; outputs?: Places } = {}
  private readonly seedScope: SeedScope

  constructor(layers: readonly Layer[] = [], options: SequentialOptions = {}) {
    super(options)
    this.seedScope = new SeedScope(options.seed)
    if (!Array.isArray(layers)) {
      throw new ArgumentError(
        `${this.title}: expected a list of layers, received ${whatInstead(layers)}. Write models.sequential([...]).`,
      )
    }
    for (const layer of layers) this.append(layer)
    this.buildIfKnown()
  }

  /** The layers in order, the input layer not among them. */
  override get layers(): Layer[] {
    return this.stack.filter((layer) => !(layer instanceof InputLayer))
  }

  /** The input layer, if the model starts with one. */
  get entranceLayer(): InputLayer | undefined {
    const [first] = this.stack
    return first instanceof InputLayer ? first : undefined
  }

  /** What the model is fed, as the first layer sees it. */
  override get input(): SymbolicTensor {
    return this.requireSymbol(this.entrance, 'input')
  }

  /** What the last layer gives. */
  override get output(): SymbolicTensor {
    return this.requireSymbol(this.symbols.at(-1), 'output')
  }

  override get inputPlaces(): Places | undefined {
    const { entrance, known } = this
    if (entrance) known.inputs ??= placesOf(entrance.shape, entrance.name)
    return known.inputs
  }

  override get hasOneInput(): boolean {
    return true
  }

  override get outputPlaces(): Places {
    this.known.outputs ??= this.findOutputPlaces()
    return this.known.outputs
  }

  private findOutputPlaces(): Places {
    // The last layer may give several.
    const output: Structure<SymbolicTensor> = this.output
    const [{ name }] = flatten(output, isSymbolic)
    return placesOf(
      mapStructure(output, isSymbolic, ({ shape }) => shape),
      name,
    )
  }

  /**
   * Puts a layer at the end. One that does not fit is not added. A compiled model trains on without `compile`: loss and metrics are settled
   * anew, and weights that were there keep their optimizer's state.
   */
  add(layer: Layer): void {
    const before = [...this.stack]
    this.append(layer)
    try {
      this.buildIfKnown()
    } catch (error) {
      this.stack.splice(0, this.stack.length, ...before)
      throw error
    }
  }

  /** Takes the last layer away, and returns it; see `add`. */
  pop(): Layer | undefined {
    this.runState.forgetTraces()
    this.symbols = this.symbols.slice(0, this.stack.length - 1)
    this.known = {}
    return this.stack.pop()
  }

  override build(inputShape: BatchShape): void {
    if (this.layers.length === 0) {
      throw new StateError(`${this.title} has no layers to build. Call model.add(layer).`)
    }
    this.seedScope.run(() => this.connect(inputShape))
  }

  /**
   * Calls the layers on each other symbolically, which builds those that are not built yet: layers built before keep their
   * weights. If one does not fit, no call stays recorded.
   */
  private connect(inputShape: BatchShape): void {
    const fits = this.entrance && String(this.entrance.shape) === String(inputShape)
    const entrance = fits && this.entrance ? this.entrance : this.entranceFor(inputShape)
    const symbols = fits ? [...this.symbols] : []
    const added: Layer[] = []
    try {
      for (const layer of this.stack.slice(symbols.length)) {
        const before = symbols.at(-1) ?? entrance
        symbols.push(layer instanceof InputLayer ? layer.symbol : layer.invoke(before))
        if (!(layer instanceof InputLayer)) added.push(layer)
      }
    } catch (error) {
      for (const layer of added) layer.calls.pop()
      throw error
    }
    this.entrance = entrance
    this.symbols = symbols
    this.known = {}
  }

  private entranceFor(inputShape: BatchShape): SymbolicTensor {
    const first = this.entranceLayer
    if (first) {
      first.checkInput(inputShape)
      return first.symbol
    }
    return new InputLayer(inputShape.slice(1), { name: `${this.name.replaceAll('/', '_')}_input` }).symbol
  }

  private requireSymbol(symbol: SymbolicTensor | undefined, what: string): SymbolicTensor {
    if (symbol) return symbol
    throw new StateError(
      `${this.title} is not built, so it has no ${what}. Start it with layers.input(shape), or call build(inputShape).`,
    )
  }

  override call(inputs: Tensor, _context: CallContext): Tensor {
    const first = this.stack[0] instanceof InputLayer ? inputs : cast(inputs, 'float32')
    return this.stack.reduce((x, layer) => layer.invoke(x), first)
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return this.stack.reduce((shape, layer) => layer.computeOutputShape(shape), inputShape)
  }

  override getConfig(): Config {
    return {
      name: this.name,
      trainable: this.trainable,
      layers: this.stack.map((layer) => serializeLayer(layer)),
      build_input_shape: this.builtInputShape ?? null,
    }
  }

  /** Not here: see `models.deserialize`, which knows every layer there is. */
  static override fromConfig(): never {
    throw new ArgumentError(
      "Sequential.fromConfig: a config may name any layer, which a model's class does not know. " +
        "Write models.deserialize({ class_name: 'Sequential', config }).",
    )
  }

  private append(layer: Layer): void {
    if (!(layer instanceof Layer)) {
      throw new ArgumentError(
        `${this.title}: expected a layer such as layers.dense(10), received ${whatInstead(layer)}.`,
      )
    }
    if (holds(layer, this)) {
      throw new ArgumentError(
        `${this.title}: a model cannot stand in itself, as it would in '${layer.name}'. Make another one, or share the layers that both need.`,
      )
    }
    if (this.stack.some(({ name }) => name === layer.name)) {
      throw new ArgumentError(
        `${this.title}: there is a layer named '${layer.name}' already. Names must differ; give one with { name }.`,
      )
    }
    if (layer instanceof InputLayer && this.stack.length > 0) {
      throw new ArgumentError(`${this.title}: an input layer must be the first, '${layer.name}' is not.`)
    }
    if (this.stack.length === 0 && layer.givenInputShape)
      this.stack.push(new InputLayer(layer.givenInputShape))
    this.stack.push(layer)
    this.runState.forgetTraces()
  }

  /** Builds what is not built yet, if the input's shape is known. */
  private buildIfKnown(): void {
    const [first] = this.stack
    const shape = first instanceof InputLayer ? first.batchShape : first?.builtInputShape
    if (shape && this.layers.length > 0) this.build(shape)
    else if (this.builtInputShape) this.build(this.builtInputShape)
  }
}

/** Whether a layer is this model, or one that holds it. */
const holds = (layer: AnyLayer, model: AnyLayer): boolean =>
  layer === model || layer.sublayers().some((each) => holds(each, model))

const whatInstead = (value: unknown): string => {
  if (symbolOf(value)) return `${show(value)}, which a layer gave: here stands the layer itself`
  return show(value)
}

/** Layers one after another: see `Sequential`. */
export const sequential = (layers?: readonly Layer[], options?: SequentialOptions): Sequential =>
  new Sequential(layers, options)
