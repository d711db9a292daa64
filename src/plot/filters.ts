import { ArgumentError, DataError } from '../errors.js'
import type { Variable } from '../graph/variable.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { suggestion } from '../utils/nearest.js'
import { positiveInteger } from '../utils/numbers.js'
import { show } from '../utils/show.js'
import type { Drawing } from './drawing.js'
import { Picture } from './picture.js'
import { pixelsFrom, rangeOf } from './pixels.js'
import { shortNumber } from './ticks.js'
import { type Tile, tileSheet } from './tileSheet.js'

export interface FiltersOptions {
  /** The name of a layer. Default: the first with a kernel of two dimensions. */
  readonly layer?: string
  /** Filters that are shown at most. Default: 64. */
  readonly maxFilters?: number
  /** What stands above. */
  readonly title?: string
}

const filtersOptions: OptionKeys<FiltersOptions> = { layer: true, maxFilters: true, title: true }

/** A layer as far as pictures look at it; many have no kernel. */
export interface LayerLike {
  readonly name: string
}

/** What layers are looked for in. */
export interface LayersLike {
  readonly title: string
  readonly layers: readonly LayerLike[]
}

/** Input channels that are shown at most, where they are not colours. */
const mostChannels = 16

/**
 * The filters of a convolution: of a grey picture in grey, of one in colours in colours, else a row for each input channel. Mid-grey is
 * 0, black and white are as far from it as the weight that is furthest.
 *
 * @param source a model, or a layer with a kernel `[height, width, inputs, filters]`
 * @throws ArgumentError, when it is drawn, if there is no such layer
 * @example
 * await plot.filters(model).save('filters.png')
 */
export const filters = (source: LayersLike | LayerLike, options: FiltersOptions = {}): Picture =>
  new Picture(() => drawFilters(source, options))

async function drawFilters(source: LayersLike | LayerLike, options: FiltersOptions): Promise<Drawing> {
  checkOptions(options, 'plot.filters', "{ layer: 'conv2d' }", filtersOptions)
  const most = positiveInteger(options.maxFilters ?? 64, 'plot.filters: maxFilters')
  const { name, kernel } = layerOf(source, options.layer)
  const [height, width, inputs, outputs] = kernel.shape
  const data = await kernel.data()
  if (!Array.prototype.every.call(data, Number.isFinite)) {
    throw new DataError(`plot.filters: the kernel of layer '${name}' holds numbers that are not finite.`)
  }
  const [least, greatest] = rangeOf(data)
  const bound = Math.max(Math.abs(least), Math.abs(greatest)) || 1
  const isColoured = inputs === 3
  const [rows, columns] = [isColoured ? 1 : Math.min(inputs, mostChannels), Math.min(outputs, most)]
  const tiles: Tile[] = []
  for (let row = 0; row < rows; row++) {
    for (let filter = 0; filter < columns; filter++) {
      const pixels = pixelsFrom(width, height, isColoured ? 3 : 1, (x, y, channel) => {
        const weight = data[((y * width + x) * inputs + (isColoured ? channel : row)) * outputs + filter]
        return 127.5 + (127.5 * weight) / bound
      })
      tiles.push({ pixels })
    }
  }
  const left = columns < outputs ? `the first ${columns} of ${outputs}` : `${outputs}`
  const channels =
    rows > 1 ? `; a row for each input channel${rows < inputs ? `, the first ${rows} of ${inputs}` : ''}` : ''
  return tileSheet({
    title: options.title ?? `${name}: ${left} filters of ${height} × ${width} × ${inputs}`,
    note: `grey 0, black ${shortNumber(-bound)}, white ${shortNumber(bound)}${channels}`,
    tiles,
    columns: rows > 1 ? columns : Math.max(4, Math.ceil(Math.sqrt(2 * columns))),
    tileSize: rows > 1 ? 25 : 50,
  })
}

/** @throws ArgumentError if there is no kernel that could be drawn */
function layerOf(
  source: LayersLike | LayerLike,
  name: string | undefined,
): { name: string; kernel: Variable } {
  const isModel = Array.isArray((source as Partial<LayersLike> | undefined)?.layers)
  const layers = isModel ? (source as LayersLike).layers : [source as LayerLike]
  const drawable = layers.flatMap((layer) => {
    const kernel = kernelOf(layer)
    return kernel ? [{ name: layer.name, kernel }] : []
  })
  if (drawable.length === 0) {
    throw new ArgumentError(
      `plot.filters: expected a layer with a kernel of shape [height, width, inputs, filters], such as a built conv2d, or a model with one, received ${
        isModel ? (source as LayersLike).title : show(source)
      }.`,
    )
  }
  if (name === undefined) return drawable[0]
  const found = drawable.find((layer) => layer.name === name)
  if (found) return found
  const known = drawable.map((layer) => layer.name)
  throw new ArgumentError(`plot.filters: no layer '${name}' with filters to draw. ${suggestion(name, known)}`)
}

/** The kernel of a convolution over two dimensions, once it is built. */
export function kernelOf(layer: LayerLike | undefined): Variable | undefined {
  const { kernel, built } = (layer ?? {}) as { readonly kernel?: Variable; readonly built?: boolean }
  return built === true && kernel?.shape.length === 4 ? kernel : undefined
}
