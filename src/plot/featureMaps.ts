import { ArgumentError, ShapeError } from '../errors.js'
import { Tensor } from '../graph/tensor.js'
import { asTensor, type TensorLike, tensor } from '../ops/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { suggestion } from '../utils/nearest.js'
import { positiveInteger } from '../utils/numbers.js'
import { show } from '../utils/show.js'
import type { Drawing } from './drawing.js'
import { kernelOf, type LayerLike, type LayersLike } from './filters.js'
import { imagesOf } from './images.js'
import { Picture } from './picture.js'
import { pixelsFrom, rangeOf } from './pixels.js'
import { shortNumber } from './ticks.js'
import { type Tile, tileSheet } from './tileSheet.js'

export interface FeatureMapsOptions {
  /** The name of a layer. Default: the first convolution over two dimensions. */
  readonly layer?: string
  /** Maps that are shown at most. Default: 64. */
  readonly maxMaps?: number
  /** What stands above. */
  readonly title?: string
}

const mapsOptions: OptionKeys<FeatureMapsOptions> = { layer: true, maxMaps: true, title: true }

/**
 * What a layer makes of a picture, in inference: one map for each of its channels, beside the picture. Black is the least number of all
 * maps, white the greatest.
 *
 * @param model a sequential or functional model
 * @param x pictures as the model takes them, of which the first is taken
 * @throws ArgumentError, ShapeError, when it is drawn, if there is no such layer, or its output is no `[batch, height, width, channels]`
 * @example
 * await plot.featureMaps(model, test.images, { layer: 'conv2d_1' }).save('maps.png')
 */
export const featureMaps = (model: LayersLike, x: TensorLike, options: FeatureMapsOptions = {}): Picture =>
  new Picture(() => drawFeatureMaps(model, x, options))

async function drawFeatureMaps(
  model: LayersLike,
  x: TensorLike,
  options: FeatureMapsOptions,
): Promise<Drawing> {
  checkOptions(options, 'plot.featureMaps', "{ layer: 'conv2d' }", mapsOptions)
  const most = positiveInteger(options.maxMaps ?? 64, 'plot.featureMaps: maxMaps')
  const layer = layerOf(model, options.layer)
  const [picture] = await imagesOf(x, 1, 'plot.featureMaps')
  const given = asTensor(x)
  const sample =
    given.shape[0] === 1
      ? given
      : tensor((await given.data()).slice(0, given.size / given.shape[0]), {
          shape: [1, ...given.shape.slice(1)],
          dtype: given.dtype,
        })
  const output = await outputOf(model, layer, sample)
  const [, height, width, channels] = output.shape
  const data = await output.data()
  const [least, greatest] = rangeOf(data)
  const shown = Math.min(channels, most)
  const maps = Array.from({ length: shown }, (_, channel): Tile => {
    const pixels = pixelsFrom(width, height, 1, (x, y) => {
      const value = data[(y * width + x) * channels + channel]
      return greatest > least ? (255 * (value - least)) / (greatest - least) : 128
    })
    return { pixels, caption: [`${channel}`] }
  })
  const count = shown < channels ? `the first ${shown} of ${channels}` : `${channels}`
  return tileSheet({
    title: options.title ?? `${layer.name}: ${count} maps of ${height} × ${width}`,
    note: `black ${shortNumber(least)}, white ${shortNumber(greatest)}`,
    tiles: [{ pixels: picture, caption: ['input'] }, ...maps],
    columns: Math.max(4, Math.ceil(Math.sqrt(2 * (shown + 1)))),
    tileSize: 64,
  })
}

/** @throws ArgumentError if there is none */
function layerOf(model: LayersLike, name: string | undefined): LayerLike {
  const layers = model?.layers
  if (!Array.isArray(layers)) {
    throw new ArgumentError(`plot.featureMaps: expected a model, received ${show(model)}.`)
  }
  const found = layers.find((layer) =>
    name === undefined ? kernelOf(layer) !== undefined : layer.name === name,
  )
  if (found) return found
  const known = layers.map((layer) => layer.name)
  throw new ArgumentError(
    name === undefined
      ? `plot.featureMaps: ${model.title} has no convolution over two dimensions. Name the layer to look at: { layer: '${known[0]}' }.`
      : `plot.featureMaps: ${model.title} has no layer '${name}'. ${suggestion(name, known)}`,
  )
}

/** A layer's output for one sample. */
async function outputOf(model: LayersLike, layer: LayerLike, sample: Tensor): Promise<Tensor> {
  const { Functional } = await import('../models/functional.js')
  const { inputs } = model as unknown as { readonly inputs: readonly never[] }
  const { output } = layer as unknown as { readonly output: never }
  const part = new Functional({ inputs: inputs.length === 1 ? inputs[0] : inputs, outputs: output })
  const result = (await part.predict(sample)) as Tensor
  if (result instanceof Tensor && result.shape.length === 4) return result
  throw new ShapeError(
    `plot.featureMaps: expected a layer whose output is [batch, height, width, channels]; that of '${layer.name}' is ${show(result)}.`,
  )
}
