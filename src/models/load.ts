import { ArgumentError, DataError, GradusError, InternalError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { withoutInitialValues } from '../layers/initialValues.js'
import type { AnyLayer } from '../layers/layer.js'
import { add } from '../ops/add.js'
import { clip } from '../ops/clip.js'
import { multiply } from '../ops/multiply.js'
import { isConfig } from '../saving/configObjects.js'
import { isHdf5 } from '../saving/hdf5/openHdf5.js'
import { KERAS_2_HARD_SIGMOID } from '../saving/keras2Config.js'
import { readKerasArchive } from '../saving/kerasArchive.js'
import { readLegacyModel } from '../saving/legacyH5.js'
import { isZip } from '../saving/zip.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config, ConfigValue } from '../utils/config.js'
import { customObjectScope, customObjects } from '../utils/customObjects.js'
import { oneOf } from '../utils/oneOf.js'
import type { CustomObjects } from '../utils/registration.js'
import { compileOptionsFrom } from './compileConfig.js'
import { deserializeModel } from './deserialize.js'
import { bytesFrom, type FileSource } from './fileSource.js'
import { loadKerasWeights } from './kerasWeights.js'
import { loadLegacyWeights } from './legacyWeights.js'
import { type AnyModel, Model } from './model.js'

// One file with `loadModel` for a page that loads either: of two it would load more.
export { loadWeights } from './loadWeights.js'

export interface LoadOptions {
  /** Classes and functions of your own that the file names, besides those of `utils.registerKerasSerializable`. */
  readonly customObjects?: CustomObjects
  /** Whether the model is compiled as it was when it was saved, with the optimizer's state. Default: true. */
  readonly compile?: boolean
  /**
   * `'float32'`: layers that are float16, bfloat16 or float64 in the file become float32, so that they can be trained. Default: each
   * layer keeps the dtype policy that the file gives it, and is saved with it.
   */
  readonly dtypePolicy?: 'float32'
  /** Keras's option to run Python code that stands in a file. Gradus never does: only true is allowed. */
  readonly safeMode?: boolean
}

const loadOptions: OptionKeys<LoadOptions> = {
  customObjects: true,
  compile: true,
  dtypePolicy: true,
  safeMode: true,
}

/** See `models.loadModel`. */
export async function loadModel(source: FileSource, options: LoadOptions = {}): Promise<AnyModel> {
  checkOptions(options, 'loadModel', '{ compile: false }', loadOptions)
  if (options.safeMode === false) {
    throw new ArgumentError(
      'loadModel: safeMode: false would run Python code that stands in the file. Gradus never does, and cannot. Give what the file ' +
        'names as customObjects, for example { Lambda: (config) => layers.lambda(yourFunction, { name: config.name }) }.',
    )
  }
  if (options.dtypePolicy !== undefined) oneOf(options.dtypePolicy, ['float32'], 'loadModel: dtypePolicy')
  const { bytes, file } = await bytesFrom(source)
  if (isZip(bytes)) return loadKerasModel(bytes, file, options)
  if (isHdf5(bytes)) return loadLegacyModel(bytes, file, options)
  throw new DataError(
    `${file}: is no model file: it begins neither as a .keras file (ZIP) nor as a .h5 file (HDF5). ` +
      'Weights alone are read by model.loadWeights(...).',
  )
}

async function loadKerasModel(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
  options: LoadOptions,
): Promise<AnyModel> {
  const { config, readWeights } = await readKerasArchive(bytes, file)
  const maker = new ModelMaker(file, bytes.length, options)
  const model = maker.make(config, 'config.json')
  const compiled = config.compile_config as Config | null | undefined
  if (compiled) maker.compile(model, compiled, 'config.json: compile_config')
  await loadKerasWeights(model, await readWeights(), `${file}: model.weights.h5`, {
    isOwn: Boolean(compiled?.optimizer),
  })
  return model
}

async function loadLegacyModel(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
  options: LoadOptions,
): Promise<AnyModel> {
  const maker = new ModelMaker(file, bytes.length, options)
  const { config, training, weights, optimizer } = await readLegacyModel(bytes, file)
  const model = maker.make(config, 'model_config')
  if (training) {
    const { optimizer_config: own, ...rest } = training
    maker.compile(model, { ...rest, optimizer: own }, 'training_config')
  }
  await loadLegacyWeights(model, weights, optimizer, file)
  return model
}

/** Weights may have this many numbers, whatever the size of the file they are read from; beyond, 100 for each byte of it. */
const FREE_NUMBERS = 2 ** 24
const NUMBERS_PER_BYTE = 100

/** Makes models out of configs, all of whose errors name the file and the place in it. */
class ModelMaker {
  constructor(
    private readonly file: string,
    private readonly size: number,
    private readonly options: LoadOptions,
  ) {}

  make(config: Config, place: string): AnyModel {
    return this.reading(config, place, '', () => {
      const most = Math.max(FREE_NUMBERS, NUMBERS_PER_BYTE * this.size)
      const model = withoutInitialValues(most, () => {
        refusePython(config)
        const made = deserializeModel(config as Config & { readonly class_name: string })
        if (!(made instanceof Model)) throw new ArgumentError(`it describes no model, but ${made.title}.`)
        if (this.options.dtypePolicy === 'float32') forgetPolicies(made as AnyLayer)
        buildAs(made as AnyModel, config)
        return made as AnyModel
      })
      return model
    })
  }

  compile(model: AnyModel, config: Config, place: string): void {
    if (this.options.compile === false) return
    this.reading(config, place, ' Load with { compile: false }, and compile the model yourself.', () =>
      model.compile(compileOptionsFrom(config)),
    )
  }

  /** Runs what reads a config, which may say anything. */
  private reading<T>(config: Config, place: string, wayOut: string, read: () => T): T {
    try {
      const own = this.options.customObjects ?? {}
      return customObjectScope({ ...functionsOfKeras2, ...own, ...inPackages(config, own) }, read)
    } catch (error) {
      if (error instanceof InternalError) throw error
      const { message } = error as Error
      const what = error instanceof GradusError ? message : `describes nothing that can be made (${message}).`
      throw new DataError(`${this.file}: ${place}: ${what}${wayOut}`, { cause: error })
    }
  }
}

/** Makes a layer and those inside it float32. */
function forgetPolicies(layer: AnyLayer): void {
  layer.dtypePolicy = undefined
  for (const inner of layer.sublayers()) forgetPolicies(inner)
}

/** Functions that Keras 2 had under names which now mean others. */
const functionsOfKeras2: CustomObjects = {
  [KERAS_2_HARD_SIGMOID]: (x: Tensor) => clip(add(multiply(x, 0.2), 0.5), 0, 1),
}

/** The custom objects that a config names with a package, `package>Name`, and that were given by their names alone. */
function inPackages(config: Config, given: CustomObjects): CustomObjects {
  const found: Record<string, CustomObjects[string]> = {}
  const visit = (value: ConfigValue): void => {
    if (typeof value === 'string') {
      const name = value.slice(value.indexOf('>') + 1)
      if (name !== value && Object.hasOwn(given, name)) found[value] = given[name]
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit)
  }
  visit(config)
  return found
}

/** Builds a model that is not yet built for the shape that the saved one was built for. */
function buildAs(model: AnyModel, config: Config): void {
  if (model.built) return
  const { input_shape: shape } = (config.build_config ?? {}) as Config
  const { build_input_shape: own } = (config.config ?? {}) as Config
  const known = shape ?? own
  if (known) model.build(known as never)
}

/** Refuses Python code, which Keras writes for functions without a name; but not what a factory of the user's takes instead. */
function refusePython(value: ConfigValue, layer = 'the model'): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) refusePython(item, layer)
    return
  }
  const { class_name, config } = value as Config
  const isLambda = class_name === 'Lambda'
  if (isLambda && Object.hasOwn(customObjects(), 'Lambda')) return
  const inside = isConfig(config) && typeof config.name === 'string' ? `layer '${config.name}'` : layer
  // Keras 2 wrote the code, the defaults and the closure as a list.
  if (class_name === '__lambda__' || (isLambda && isConfig(config) && Array.isArray(config.function))) {
    throw new ArgumentError(
      `${inside} holds Python code, the bytecode of a lambda function. A model file is data: Gradus runs no code from it. Give what ` +
        'the layer computes as a custom object, { Lambda: (config) => layers.lambda(yourFunction, { name: config.name }) }; or, in ' +
        'Keras, write a layer class instead.',
    )
  }
  for (const item of Object.values(value as Config)) refusePython(item, inside)
}
