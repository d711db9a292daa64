import { ArgumentError, StateError } from '../errors.js'
import { writeFile } from '../saving/files.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { above } from '../utils/numbers.js'
import { show } from '../utils/show.js'
import type { Drawing } from './drawing.js'

export interface PngOptions {
  /** Pixels of the file for each of the drawing: 2 is right for screens and for print over the width of a text. Default: 2. */
  readonly scale?: number
}

const pngOptions: OptionKeys<PngOptions> = { scale: true }

/**
 * What the functions of `plot` give. It is drawn when it is asked for, and once.
 *
 * @example
 * await history.plot().save('curves.svg')
 */
export class Picture {
  private drawn: Promise<Drawing> | undefined

  /** Internal. @param draw makes the drawing; libraries are loaded by it */
  constructor(private readonly draw: () => Promise<Drawing>) {}

  /** As an SVG drawing: a file of its own, or part of a page. */
  async toSVG(): Promise<string> {
    return (await this.drawing()).svg
  }

  /**
   * As the bytes of a PNG file. In Node it needs the optional package `sharp`, and fonts on the machine.
   * @throws StateError if the package, or any font, is missing
   */
  async toPNG(options: PngOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    checkOptions(options, 'toPNG', '{ scale: 2 }', pngOptions)
    const scale = above(options.scale ?? 2, 0, 'toPNG: scale')
    const { rasterize } = await import('./rasterize.js')
    return rasterize((await this.drawing()).svg, scale)
  }

  /** As a page that needs no other file: the drawing, and the numbers as tables. */
  async toHTML(): Promise<string> {
    const { pageOf } = await import('./page.js')
    return pageOf(await this.drawing())
  }

  /**
   * Writes a file, whole or not at all, of the kind that its ending says: `.svg`, `.png` or `.html`.
   * @throws ArgumentError for another ending
   * @throws DataError if the file cannot be written
   * @throws StateError in a page, which has no files
   */
  async save(path: string, options: PngOptions = {}): Promise<void> {
    const ending = typeof path === 'string' ? /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() : undefined
    const encode = Object.hasOwn(this.encoders, ending ?? '')
      ? this.encoders[ending as PictureFormat]
      : undefined
    if (!encode) {
      throw new ArgumentError(
        `save: expected the path of a file that ends in .svg, .png or .html, received ${show(path)}.`,
      )
    }
    if (typeof process === 'undefined' || process.versions?.node === undefined) {
      throw new StateError(`save: '${path}': a page has no files. Take what toSVG, toPNG or toHTML give.`)
    }
    await writeFile(path, [await encode(options)])
  }

  private readonly encoders: Record<PictureFormat, (options: PngOptions) => Promise<Uint8Array>> = {
    svg: async () => new TextEncoder().encode(await this.toSVG()),
    png: (options) => this.toPNG(options),
    html: async () => new TextEncoder().encode(await this.toHTML()),
  }

  private drawing(): Promise<Drawing> {
    this.drawn ??= this.draw()
    return this.drawn
  }
}

export type PictureFormat = 'svg' | 'png' | 'html'
