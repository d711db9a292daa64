import { ArgumentError } from '../errors.js'
import type { LayerNode } from '../tensorboard/graphDef.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { oneOf } from '../utils/oneOf.js'
import { show } from '../utils/show.js'
import { arrowHead, networkGraph, type RankDirection } from './networkGraph.js'
import { ink } from './palette.js'
import { Picture } from './picture.js'
import { drawingOf, element, textAt } from './svg.js'
import { fitText, textWidth } from './textWidth.js'

export interface ModelOptions {
  /** Whether boxes have the shapes of inputs and outputs. Default: true (in Keras false). */
  readonly showShapes?: boolean
  /** Whether boxes have the layers' names. Default: true (in Keras false). */
  readonly showLayerNames?: boolean
  /** Where the first layers stand: `'TB'` at the top, `'BT'`, `'LR'` at the left, `'RL'`. Default: `'TB'`. */
  readonly rankdir?: RankDirection
  /** Whether models inside the model are drawn with their layers. Default: false. */
  readonly expandNested?: boolean
  /** What stands above. Default: the model's name. */
  readonly title?: string
}

const modelOptions: OptionKeys<ModelOptions> = {
  showShapes: true,
  showLayerNames: true,
  rankdir: true,
  expandNested: true,
  title: true,
}

/** What is drawn of a model. */
export interface LayeredModel {
  readonly name: string
  layerNodes(): Promise<readonly LayerNode[]>
}

/**
 * A model's layers as boxes with their shapes, and arrows between them (Keras's `utils.plot_model`).
 *
 * @throws StateError, when it is drawn, for a model that is not built, or of one's own that is in no graph
 * @example
 * await plot.model(model).save('model.svg')
 */
export const model = (model: LayeredModel, options: ModelOptions = {}): Picture =>
  new Picture(async () => {
    checkOptions(options, 'plot.model', "{ rankdir: 'LR' }", modelOptions)
    if (typeof model?.layerNodes !== 'function') {
      throw new ArgumentError(`plot.model: expected a model, received ${show(model)}.`)
    }
    const { showShapes = true, showLayerNames = true, rankdir = 'TB', expandNested = false } = options
    oneOf(rankdir, ['TB', 'BT', 'LR', 'RL'], 'plot.model: rankdir')
    const title = options.title ?? model.name
    const graph = await networkGraph(await model.layerNodes(), {
      showShapes,
      showLayerNames,
      rankdir,
      expandNested,
    })
    const margin = 20
    const width = Math.ceil(Math.max(graph.width, textWidth(title, 18, 'bold'), 200)) + 2 * margin
    const height = Math.ceil(graph.height) + 64
    const left = (width - graph.width) / 2
    const svg = drawingOf(
      width,
      height,
      title,
      arrowHead,
      textAt(margin, 31, fitText(title, 18, width - margin, 'bold'), {
        size: 18,
        colour: ink.text,
        weight: 'bold',
      }),
      element('g', { transform: `translate(${left} 48)` }, ...graph.elements),
    )
    return { title, svg, tables: [] }
  })
