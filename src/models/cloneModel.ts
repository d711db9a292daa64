import { ArgumentError } from '../errors.js'
import { copyLayer } from '../layers/copyLayer.js'
import { Lambda } from '../layers/lambda.js'
import type { AnyLayer, Layer } from '../layers/layer.js'
import type { Tensors } from '../layers/tensors.js'
import { layerScope } from '../utils/customObjects.js'
import { show } from '../utils/show.js'
import { Functional } from './functional.js'
import { functionalFromConfig } from './functionalFromConfig.js'
import { type AnyModel, Model } from './model.js'
import { Sequential } from './sequential.js'

/** Makes the copy of one layer, with new weights. */
export type CloneFunction = (layer: AnyLayer) => AnyLayer

/**
 * A model of the same layers with new weights, drawn anew (Keras's `clone_model`). Copy the weights over with
 * `copy.setWeights(await model.getWeights())`. What the model was compiled for is not copied.
 *
 * @param cloneFunction makes the copy of a layer that is no model; default: a layer with the same config
 * @throws ArgumentError for a model of a class of its own, whose `call` no config describes
 */
export function cloneModel<M extends AnyModel>(model: M, cloneFunction: CloneFunction = copyOf): M {
  if (typeof cloneFunction !== 'function') {
    throw new ArgumentError(
      `cloneModel: expected a function that makes the copy of a layer, received ${show(cloneFunction)}.`,
    )
  }
  const copies = new Map<AnyLayer, AnyLayer>()
  // What models inside share is copied once.
  const copy = (layer: AnyLayer): AnyLayer => {
    const made =
      copies.get(layer) ?? (layer instanceof Model ? clone(layer as AnyModel, copy) : cloneFunction(layer))
    copies.set(layer, made)
    return made
  }
  // Names may be those of a file, which takes more of them.
  return layerScope({}, () => clone(model, copy))
}

function clone<M extends AnyModel>(model: M, copy: CloneFunction): M {
  if (model instanceof Sequential) {
    const { name, trainable, layers, entranceLayer } = model
    const parts = [...(entranceLayer ? [entranceLayer] : []), ...layers].map(copy)
    return new Sequential(parts as unknown as Layer[], { name, trainable }) as unknown as M
  }
  if (model instanceof Functional) {
    const open = model as unknown as Functional<never, Tensors>
    const options = functionalFromConfig(open.getConfig(), ({ name }) => copy(open.getLayer(name)))
    return new Functional(options) as unknown as M
  }
  throw new ArgumentError(
    `${model.title}: a model of a class of its own cannot be cloned, since only its call says what it does. Make another one with ` +
      `new ${model.className}(...), and copy the weights with setWeights.`,
  )
}

function copyOf(layer: AnyLayer): AnyLayer {
  if (layer instanceof Lambda) {
    return new Lambda(layer.fn, {
      name: layer.name,
      outputShape: layer.outputShapeRule,
      couplesSamples: layer.couplesSamples,
    }) as unknown as AnyLayer
  }
  return copyLayer(layer)
}
