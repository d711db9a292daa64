import { ArgumentError, StateError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import type { BatchShape } from '../layers/batchShape.js'
import type { CallContext } from '../layers/callContext.js'
import { InputLayer } from '../layers/input.js'
import { Layer, type LayerOptions } from '../layers/layer.js'
import { layerFromConfig } from '../layers/registry.js'
import { cast } from '../ops/cast.js'
import { type Config, serializeObject } from '../utils/config.js'
import { SeedScope } from '../utils/randomSeed.js'
import { Model } from './model.js'

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
  static override readonly className = 'Sequential'

  private readonly stack: Layer[] = []
  private readonly seedScope: SeedScope

  constructor(layers: readonly Layer[] = [], options: SequentialOptions = {}) {
    super(options)
    this.seedScope = new SeedScope(options.seed)
    for (const layer of layers) this.append(layer)
    this.buildIfKnown()
  }

  /** The layers in order, the input layer not among them. */
  override get layers(): Layer[] {
    return this.stack.filter((layer) => !(layer instanceof InputLayer))
  }

  /** Puts a layer at the end. One that does not fit is not added. */
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

  /** Takes the last layer away, and returns it. */
  pop(): Layer | undefined {
    this.state.programs.clear()
    return this.stack.pop()
  }

  override build(inputShape: BatchShape): void {
    if (this.layers.length === 0) {
      throw new StateError(`${this.title} has no layers to build. Call model.add(layer).`)
    }
    this.seedScope.run(() => {
      let shape = inputShape
      for (const layer of this.stack) {
        // Layers built before keep their weights.
        if (layer.built) layer.checkInput(shape)
        else layer.build(shape)
        shape = layer.computeOutputShape(shape)
      }
    })
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
      layers: this.stack.map((layer) => serializeObject('keras.layers', layer)),
      build_input_shape: this.builtInputShape ?? null,
    }
  }

  static override fromConfig(config: Config): Sequential {
    const { name, trainable, layers } = config as unknown as {
      name: string
      trainable?: boolean
      layers: readonly { class_name: string; config: Config }[]
    }
    const parts = layers.map((layer) => layerFromConfig(layer))
    return new Sequential(parts, { name, trainable })
  }

  private append(layer: Layer): void {
    if (!(layer instanceof Layer)) {
      throw new ArgumentError(
        `${this.title}: expected a layer such as layers.dense(10), received ${typeof layer === 'function' ? 'a function (is the call missing?)' : String(layer)}.`,
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
    this.state.programs.clear()
  }

  /** Builds what is not built yet, if the input's shape is known. */
  private buildIfKnown(): void {
    const [first] = this.stack
    const shape = first instanceof InputLayer ? first.batchShape : first?.builtInputShape
    if (shape && this.layers.length > 0) this.build(shape)
    else if (this.builtInputShape) this.build(this.builtInputShape)
  }
}

/** Layers one after another: see `Sequential`. */
export const sequential = (layers?: readonly Layer[], options?: SequentialOptions): Sequential =>
  new Sequential(layers, options)
