import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import { add } from '../../ops/add.js'
import { concatenate } from '../../ops/concatenate.js'
import { flip } from '../../ops/flip.js'
import { multiply } from '../../ops/multiply.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import { type Config, optionsOf } from '../../utils/config.js'
import { oneOf } from '../../utils/oneOf.js'
import type { Structure } from '../../utils/structure.js'
import type { BatchShape } from '../batchShape.js'
import { copyLayer } from '../copyLayer.js'
import { Layer, type LayerOptions } from '../layer.js'
import { layerFromConfig } from '../registry.js'
import { serializeSettings } from '../serializeLayer.js'
import { flatShapes, flatTensors, isTensor, type ShapesOf, type Tensors } from '../tensors.js'
import { RecurrentLayer, statesForm, type TakesStates } from './recurrentLayer.js'

/** How the outputs of both directions are put together; `null`: they stay a list. */
export type MergeMode = 'concat' | 'sum' | 'mul' | 'ave' | null

export interface BidirectionalOptions extends LayerOptions {
  /** `'concat'`: side by side; `'sum'`, `'mul'`, `'ave'`: sum, product, mean. Default: `'concat'`. */
  readonly mergeMode?: MergeMode
  /** The layer for the way back, which must go backwards. Default: one like the first. */
  readonly backwardLayer?: RecurrentLayer<Tensors>
}

const merges: Record<Exclude<MergeMode, null>, (a: Tensor, b: Tensor) => Tensor> = {
  concat: (a, b) => concatenate([a, b]),
  sum: add,
  mul: multiply,
  ave: (a, b) => multiply(add(a, b), 0.5),
}

type OpenLayer = Layer<Tensors, Tensors>
const open = (layer: RecurrentLayer<Tensors>): OpenLayer => layer as unknown as OpenLayer

/**
 * Runs a recurrent layer along sequences in both directions, with weights for each, and puts the outputs together
 * (Keras's `Bidirectional`). The layer that is given is a pattern: both directions have fresh weights.
 *
 * Input `[batch, time, features]`, or a list of it and the first states of the way forward, then of the way back. With
 * `returnState` on the layer, the output is followed by the last states in the same order.
 *
 * Source: Schuster and Paliwal, Bidirectional recurrent neural networks, 1997.
 *
 * @example layers.bidirectional(layers.lstm(32, { returnSequences: true }))
 */
export class Bidirectional<Out extends Tensors = Tensor> extends Layer<Tensor, Out> {
  static override readonly className = 'Bidirectional'
  static override readonly samplewise = true
  static override readonly positional = ['layer']
  static override readonly options: OptionKeys<BidirectionalOptions> = {
    ...Layer.options,
    mergeMode: true,
    backwardLayer: true,
  }

  override readonly callForm = statesForm
  readonly mergeMode: MergeMode
  readonly forwardLayer: RecurrentLayer<Tensors>
  readonly backwardLayer: RecurrentLayer<Tensors>

  constructor(layer: RecurrentLayer<Tensors>, options: BidirectionalOptions = {}) {
    super(options)
    if (!(layer instanceof RecurrentLayer)) {
      throw new ArgumentError(
        `${this.title}: expected a recurrent layer such as layers.lstm(32), received ${String(layer)}.`,
      )
    }
    const { mergeMode = 'concat', backwardLayer } = options
    this.mergeMode =
      mergeMode === null
        ? null
        : oneOf<Exclude<MergeMode, null>>(
            mergeMode,
            ['concat', 'sum', 'mul', 'ave'],
            `${this.title}: mergeMode`,
          )
    this.forwardLayer = likeLayer(layer, { name: prefixed('forward_', layer.name) })
    this.backwardLayer = backwardLayer
      ? likeLayer(backwardLayer, {})
      : likeLayer(layer, { name: prefixed('backward_', layer.name), go_backwards: !layer.goBackwards })
    this.supportsMasking = true
    const [one, other] = [this.forwardLayer, this.backwardLayer]
    if (one.goBackwards === other.goBackwards) {
      throw new ArgumentError(`${this.title}: expected goBackwards of the two layers to differ.`)
    }
    if (one.returnSequences !== other.returnSequences || one.returnState !== other.returnState) {
      throw new ArgumentError(
        `${this.title}: expected the two layers to agree in returnSequences and returnState.`,
      )
    }
  }

  override build(
    inputShape: BatchShape | readonly BatchShape[],
    givenShape: BatchShape | readonly BatchShape[] = inputShape,
  ): void {
    const [sequence] = flatShapes(givenShape)
    if (!this.forwardLayer.built) this.forwardLayer.build(sequence)
    if (!this.backwardLayer.built) this.backwardLayer.build(sequence)
  }

  override call(inputs: Tensor | readonly Tensor[]): Out {
    const [sequence, ...states] = isTensor(inputs) ? [inputs] : inputs
    const run = (layer: RecurrentLayer<Tensors>, first: readonly Tensor[]): Tensor[] =>
      flatTensors(open(layer).invoke(first.length > 0 ? [sequence, ...first] : sequence))
    const half = states.length / 2
    const [forward, ...forwardStates] = run(this.forwardLayer, states.slice(0, half))
    const [backward, ...backwardStates] = run(this.backwardLayer, states.slice(half))
    const { mergeMode } = this
    const turned = this.backwardLayer.returnSequences ? flip(backward, 1) : backward
    const merged = mergeMode === null ? [forward, turned] : [merges[mergeMode](forward, turned)]
    const outputs = [...merged, ...forwardStates, ...backwardStates]
    return (outputs.length === 1 ? outputs[0] : outputs) as Out
  }

  override computeMask(_inputs: Tensor, mask: Tensor | undefined): Tensor | undefined {
    return this.forwardLayer.returnSequences ? mask : undefined
  }

  override computeOutputShape(inputShape: BatchShape | readonly BatchShape[]): ShapesOf<Out> {
    const [sequence] = flatShapes(inputShape)
    const [forward, backward] = [this.forwardLayer, this.backwardLayer].map((layer) =>
      flatShapes(layer.computeOutputShape(sequence) as Structure<BatchShape>),
    )
    const width = Number(forward[0].at(-1)) + Number(backward[0].at(-1))
    const merged =
      this.mergeMode === null
        ? [forward[0], backward[0]]
        : [this.mergeMode === 'concat' ? forward[0].with(-1, width) : forward[0]]
    const shapes = [...merged, ...forward.slice(1), ...backward.slice(1)]
    return (shapes.length === 1 ? shapes[0] : shapes) as ShapesOf<Out>
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      merge_mode: this.mergeMode,
      layer: serializeSettings(this.forwardLayer),
      backward_layer: serializeSettings(this.backwardLayer),
    }
  }

  static override fromConfig(config: Config): Bidirectional<Tensors> {
    const { layer, backward_layer, merge_mode } = config as unknown as {
      readonly layer: { readonly class_name: string; readonly config: Config }
      readonly backward_layer?: { readonly class_name: string; readonly config: Config } | null
      readonly merge_mode: MergeMode
    }
    const make = (given: typeof layer) => layerFromConfig(given) as unknown as RecurrentLayer<Tensors>
    return new Bidirectional<Tensors>(make(layer), {
      ...optionsOf(config, ['layer', 'backward_layer', 'merge_mode', 'dtype']),
      mergeMode: merge_mode,
      backwardLayer: backward_layer ? make(backward_layer) : undefined,
    })
  }
}

const prefixed = (prefix: string, name: string): string => (name.startsWith(prefix) ? name : prefix + name)

/** A layer with the settings of another; as in Keras, outputs of masked steps are 0, so that they add nothing when merged. */
const likeLayer = (layer: RecurrentLayer<Tensors>, changes: Config): RecurrentLayer<Tensors> =>
  copyLayer(layer, { zero_output_for_mask: layer.returnSequences, ...changes })

/** A recurrent layer in both directions: see `Bidirectional`. */
export function bidirectional(
  layer: RecurrentLayer<readonly Tensor[]>,
  options?: BidirectionalOptions,
): TakesStates<Bidirectional<readonly Tensor[]>, readonly Tensor[]>
export function bidirectional(
  layer: RecurrentLayer<Tensors>,
  options: BidirectionalOptions & { readonly mergeMode: null },
): TakesStates<Bidirectional<readonly Tensor[]>, readonly Tensor[]>
export function bidirectional(
  layer: RecurrentLayer,
  options?: BidirectionalOptions,
): TakesStates<Bidirectional, Tensor>
export function bidirectional(layer: RecurrentLayer<Tensors>, options?: BidirectionalOptions): unknown {
  return new Bidirectional<Tensors>(layer, options)
}
