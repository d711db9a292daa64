import { ArgumentError, StateError } from '../errors.js'
import { readTensors } from '../graph/executor.js'
import { Tensor } from '../graph/tensor.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { positiveInteger } from '../utils/numbers.js'
import { show } from '../utils/show.js'
import type { EventFile, EventFileSizes } from './eventFile.node.js'
import { encodeGraphDef, type LayerNode } from './graphDef.js'
import { BUCKETS, histogramSummary } from './histogram.js'
import { checkHyperParameters, type HyperParameters, sessionEnd, sessionStart } from './hparams.js'
import { imageSummary, picturesOf } from './image.js'
import { kerasModelSummary } from './kerasModel.js'
import type { Picture } from './png.js'
import { scalarSummary } from './scalar.js'
import type { SummaryValue } from './summaryValue.js'
import { type SummaryText, textSummary } from './text.js'

export interface FileWriterOptions {
  /** The end of the files' names. Default: `'.v2'`. */
  readonly filenameSuffix?: string
}

export interface SummaryOptions {
  /** Where it stands on the axis: a step or epoch, from 0. */
  readonly step: number
  /** Markdown that TensorBoard shows beside it. Default: none. */
  readonly description?: string
}

export interface HistogramOptions extends SummaryOptions {
  /** Into how many parts of equal width the numbers are counted. Default: 30. */
  readonly buckets?: number
}

export interface ImageOptions extends SummaryOptions {
  /** How many of the pictures are kept, from the first. Default: 3. */
  readonly maxOutputs?: number
}

const writerOptions: OptionKeys<FileWriterOptions> = { filenameSuffix: true }
const summaryOptions: OptionKeys<SummaryOptions> = { step: true, description: true }
const histogramOptions: OptionKeys<HistogramOptions> = { ...summaryOptions, buckets: true }
const imageOptions: OptionKeys<ImageOptions> = { ...summaryOptions, maxOutputs: true }

/** The options of each method. */
const optionsOf = {
  scalar: summaryOptions,
  histogram: histogramOptions,
  image: imageOptions,
  text: summaryOptions,
}

/**
 * Writes what TensorBoard shows into a folder, a run of its own (TensorFlow's `tf.summary.create_file_writer`, and the functions of
 * `tf.summary` as methods). Its file is made with the first entry. Entries are written in the background, in order; an error in
 * writing is thrown by the method called next, and by `flush` and `close`. It works in Node.
 *
 * @example
 * const writer = summary.createFileWriter('logs/mine')
 * await writer.scalar('temperature', 21.5, { step: 0 })
 * await writer.close()
 */
export class SummaryWriter {
  private readonly suffix: string
  private opening: Promise<EventFile> | undefined
  /** Files before the one under way. */
  private earlier: EventFileSizes = {}

  /** @param logDir the folder, which is made if there is none */
  constructor(
    readonly logDir: string,
    options: FileWriterOptions = {},
  ) {
    checkOptions(options, 'createFileWriter', "{ filenameSuffix: '.v2' }", writerOptions)
    if (typeof logDir !== 'string' || logDir === '') {
      throw new ArgumentError(`createFileWriter: expected the path of a folder, received ${show(logDir)}.`)
    }
    this.suffix = options.filenameSuffix ?? '.v2'
  }

  /** Makes the file now, rather than with the first entry. @throws DataError if it cannot be made */
  async open(): Promise<void> {
    await this.file()
  }

  /** A number, for a curve; in float32. @throws ArgumentError unless it is one number */
  async scalar(name: string, data: number | Tensor, options: SummaryOptions): Promise<void> {
    const value = data instanceof Tensor && data.size === 1 ? await data.item() : data
    if (typeof value !== 'number') {
      throw new ArgumentError(`summary.scalar: expected one number for '${name}', received ${show(data)}.`)
    }
    await this.write('scalar', name, options, () => scalarSummary(name, value, options.description))
  }

  /** How the numbers of an array of any shape are distributed. Those that are not finite are left out. */
  async histogram(name: string, data: TensorLike, options: HistogramOptions): Promise<void> {
    await this.write('histogram', name, options, async () => {
      const buckets = positiveInteger(options.buckets ?? BUCKETS, 'summary.histogram: buckets')
      const [numbers] = await readTensors([asTensor(data)])
      return histogramSummary(name, numbers, buckets, options.description)
    })
  }

  /**
   * Pictures `[pictures, height, width, channels]` with 1 (grey), 2 (and opacity), 3 (colours) or 4 channels: bytes from 0 to 255
   * (`uint8`), or other numbers from 0 to 1, clipped.
   * @throws ArgumentError for another shape
   */
  async image(name: string, data: TensorLike, options: ImageOptions): Promise<void> {
    await this.write('image', name, options, async () => {
      const most = positiveInteger(options.maxOutputs ?? 3, 'summary.image: maxOutputs')
      const images = asTensor(data)
      const [elements] = await readTensors([images])
      const pixels = { shape: images.shape, data: elements }
      return imageSummary(name, picturesOf(pixels, most, `summary.image '${name}'`), options.description)
    })
  }

  /** A picture that is drawn already. Internal. */
  async picture(name: string, picture: Picture, options: SummaryOptions): Promise<void> {
    await this.write('image', name, options, () => imageSummary(name, [picture], options.description))
  }

  /** A summary that is made already. Internal. */
  async summary(value: SummaryValue, step: number): Promise<void> {
    await this.add(step, value)
  }

  /** Markdown; lists and tables of texts too. */
  async text(name: string, data: SummaryText, options: SummaryOptions): Promise<void> {
    await this.write('text', name, options, () => textSummary(name, data, options.description))
  }

  /**
   * The hyper-parameters of the run (TensorBoard's `hp.hparams`): numbers, texts and booleans, for the page `HParams`. Its metrics are
   * those of the runs in this folder and below.
   */
  async hparams(hparams: HyperParameters): Promise<void> {
    checkHyperParameters(hparams, 'summary.hparams')
    await this.add(0, await sessionStart(hparams))
  }

  /** The end of the run that `hparams` began. */
  async endHparams(isSuccess: boolean): Promise<void> {
    await this.add(0, await sessionEnd(isSuccess))
  }

  /** The layers of a model, with the shapes between them, for the page of graphs. @param nodes as `await model.layerNodes()` gives them */
  async layerGraph(nodes: readonly LayerNode[]): Promise<void> {
    const graph = await encodeGraphDef(nodes)
    const file = await this.file()
    file.addGraph(graph)
  }

  /** The layers of a model as Keras writes them (the conceptual graph). @param json as `model.toJson()` gives it */
  async kerasModel(json: string): Promise<void> {
    await this.add(0, kerasModelSummary(json))
  }

  /** Resolves when all entries are in the file. @throws DataError if they could not be written */
  async flush(): Promise<void> {
    await (await this.opening)?.flush()
  }

  /** Closes the file; what comes behind goes into another one. @throws DataError if its entries could not be written */
  async close(): Promise<void> {
    // That it could not be made was said to whom made it.
    const file = await this.opening?.catch(() => undefined)
    this.opening = undefined
    if (file) this.earlier = { ...this.earlier, [file.name]: file.size }
    await file?.close()
  }

  /** The sizes that its files will have, by name, when all entries so far are in them: for a run that is resumed. */
  async getState(): Promise<EventFileSizes> {
    const file = await this.opening
    return { ...this.earlier, ...(file && { [file.name]: file.size }) }
  }

  /** Takes the files of a run that was broken off back to a state of it. Entries go on in a new file. */
  async setState(sizes: EventFileSizes): Promise<void> {
    await this.close()
    this.earlier = sizes
    const { restoreEventFiles } = await nodeFile(this.logDir)
    await restoreEventFiles(this.logDir, this.suffix, sizes)
  }

  private async write(
    kind: keyof typeof optionsOf,
    name: string,
    options: SummaryOptions,
    make: () => SummaryValue | Promise<SummaryValue>,
  ): Promise<void> {
    checkOptions(options, `summary.${kind}`, '{ step: 0 }', optionsOf[kind])
    if (typeof name !== 'string' || name === '') {
      throw new ArgumentError(`summary.${kind}: expected a name, received ${show(name)}.`)
    }
    const step = positiveInteger(options.step, `summary.${kind} '${name}': step`, 0)
    await this.add(step, await make())
  }

  private async add(step: number, value: SummaryValue): Promise<void> {
    const file = await this.file()
    file.add(step, value)
  }

  private file(): Promise<EventFile> {
    this.opening ??= nodeFile(this.logDir).then(({ EventFile }) => EventFile.create(this.logDir, this.suffix))
    return this.opening
  }
}

async function nodeFile(logDir: string) {
  if (typeof process === 'undefined' || process.versions?.node === undefined) {
    throw new StateError(`Summaries: a page has no folder '${logDir}'. Write them in Node.`)
  }
  // Out of bundlers' sight: a page has no use for it, and its imports would fail there.
  const nodeFile = './eventFile.node.js'
  return (await import(
    /* webpackIgnore: true */ /* @vite-ignore */ nodeFile
  )) as typeof import('./eventFile.node.js')
}

/** See `SummaryWriter`. */
export const createFileWriter = (logDir: string, options?: FileWriterOptions): SummaryWriter =>
  new SummaryWriter(logDir, options)
