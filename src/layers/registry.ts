import { ArgumentError } from '../errors.js'
import type { Config } from '../utils/config.js'
import { suggestion } from '../utils/nearest.js'
import { Activation } from './activation.js'
import * as attention from './attention/index.js'
import * as convolution from './convolution/index.js'
import { Embedding } from './core/embedding.js'
import { Masking } from './core/masking.js'
import { Dense } from './dense.js'
import { Dropout } from './dropout.js'
import { Flatten } from './flatten.js'
import { InputLayer } from './input.js'
import { Lambda } from './lambda.js'
import type { AnyLayer } from './layer.js'
import * as merging from './merging/index.js'
import * as normalization from './normalization/index.js'
import * as pooling from './pooling/index.js'
import * as regularization from './regularization/index.js'
import { Rescaling } from './rescaling.js'
import * as reshaping from './reshaping/index.js'
import * as rnn from './rnn/index.js'

/** Makes a layer from its config. */
export type LayerFactory = (config: Config) => AnyLayer

interface LayerClass {
  readonly className?: string
  fromConfig(config: Config): AnyLayer
}

/** The classes among what a folder of layers exports (the rest are functions that make them). */
const classesOf = (folder: Readonly<Record<string, unknown>>): LayerClass[] =>
  Object.values(folder).filter((item) => Object.hasOwn(item as object, 'className')) as LayerClass[]

/** A function, since layers that hold others, such as wrappers, import this file. */
const classes = (): readonly LayerClass[] => [
  Activation,
  Dense,
  Dropout,
  Embedding,
  Flatten,
  InputLayer,
  Lambda,
  Masking,
  Rescaling,
  ...classesOf(attention),
  ...classesOf(convolution),
  ...classesOf(merging),
  ...classesOf(normalization),
  ...classesOf(pooling),
  ...classesOf(regularization),
  ...classesOf(reshaping),
  ...classesOf(rnn),
]

const factories = (): Record<string, LayerFactory> =>
  Object.fromEntries(
    classes().map((type) => [type.className, (config: Config) => type.fromConfig(config)] as const),
  )

/**
 * The layer that a serialized object describes, as Keras writes it: `{ class_name, config }`.
 * @throws ArgumentError if the class is unknown, with the nearest known one
 */
export function layerFromConfig(
  serialized: { readonly class_name: string; readonly config: Config },
  custom: Readonly<Record<string, LayerFactory>> = {},
): AnyLayer {
  const known = { ...factories(), ...custom }
  const name = serialized.class_name
  if (!Object.hasOwn(known, name)) {
    throw new ArgumentError(
      `layer: class '${name}' is unknown. ${suggestion(name, Object.keys(known))} ` +
        'Give classes of your own as custom objects.',
    )
  }
  return known[name](serialized.config)
}
