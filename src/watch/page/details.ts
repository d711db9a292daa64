import { titleOf } from '../../plot/keys.js'
import type { RunDetails, RunEntries, Table } from '../protocol.js'
import { element, scrolling, table } from './dom.js'

/** Milliseconds that each epoch stands while they are played. */
const PLAY = 700
/** Pixels that a picture may be wide and high when it is made larger, and how many times at most. */
const [WIDEST, HIGHEST, LARGEST_SCALE] = [360, 240, 12]

/**
 * What a run looks like inside, epoch by epoch: the confusion matrix, predictions beside their pictures, filters and feature maps as they form,
 * and its layers with shapes and parameters.
 */
export class DetailsView {
  private name: string | undefined
  private details: RunDetails | undefined
  /** The step that is shown; undefined for the last one. */
  private step: number | undefined
  private player: ReturnType<typeof setInterval> | undefined
  private readonly slider = element('input', { type: 'range', min: '0', value: '0' })
  private readonly at = element('output')
  private readonly play = element('button', { type: 'button' }, 'Play')
  private readonly matrix = element('section', { className: 'matrix' }, element('h3', {}, 'Confusion matrix'))
  private readonly predictions = element('section', {}, element('h3', {}, 'Predictions'))
  private readonly filters = element('section', {}, element('h3', {}, 'Filters'))
  private readonly maps = element('section', {}, element('h3', {}, 'Feature maps of the first sample'))
  private readonly others = element('details', {}, element('summary', {}, 'Further pictures'))
  private readonly model = element('section', {}, element('h3', {}, 'Layers'))
  private readonly config = element('section', {}, element('h3', {}, 'Begun with'))
  /** Tables that were fetched last, so that they are not drawn once more. */
  private drawn = { matrix: '', predictions: '' }

  constructor(
    private readonly section: HTMLElement,
    private readonly title: HTMLElement,
    bar: HTMLElement,
    body: HTMLElement,
  ) {
    const label = element('label', {}, 'Epoch ', this.slider)
    bar.append(label, this.at, this.play)
    const beside = element('div', { className: 'beside' }, this.matrix, this.predictions)
    body.append(beside, this.filters, this.maps, this.others, this.model, this.config)
    this.slider.addEventListener('input', () => {
      const steps = this.steps
      const place = Number(this.slider.value)
      this.step = place >= steps.length - 1 ? undefined : steps[place]
      void this.showStep()
    })
    this.play.addEventListener('click', () => (this.player === undefined ? this.start() : this.stop()))
  }

  async show(name: string | undefined, details: RunDetails | undefined): Promise<void> {
    if (name !== this.name || details?.generation !== this.details?.generation) {
      this.stop()
      this.step = undefined
      this.drawn = { matrix: '', predictions: '' }
    }
    this.name = name
    this.details = details
    this.section.hidden = name === undefined || details === undefined
    if (!details || name === undefined) return
    this.title.textContent = name
    replaceBody(this.model, layersTable(details))
    replaceBody(this.config, configList(details))
    this.model.hidden = details.layers.length === 0
    this.config.hidden = Object.keys(details.config).length === 0
    await this.showStep()
  }

  /** Steps at which something was written. */
  private get steps(): readonly number[] {
    const all = new Set((this.details?.entries ?? []).flatMap(({ steps }) => steps))
    return [...all].sort((a, b) => a - b)
  }

  private start(): void {
    let place = 0
    this.play.textContent = 'Stop'
    const advance = () => {
      const steps = this.steps
      if (place >= steps.length) {
        this.stop()
        return
      }
      this.step = place === steps.length - 1 ? undefined : steps[place]
      place++
      void this.showStep()
    }
    advance()
    this.player = setInterval(advance, PLAY)
  }

  private stop(): void {
    clearInterval(this.player)
    this.player = undefined
    this.play.textContent = 'Play'
  }

  private async showStep(): Promise<void> {
    const { details, steps } = this
    if (!details) return
    const step = this.step ?? steps.at(-1) ?? 0
    const place = Math.max(0, steps.indexOf(step))
    this.slider.max = `${Math.max(0, steps.length - 1)}`
    this.slider.value = `${place}`
    this.slider.disabled = steps.length < 2
    this.play.disabled = steps.length < 2
    this.at.textContent = steps.length === 0 ? '' : `${step + 1}${this.step === undefined ? ' (last)' : ''}`
    this.showPictures(details, step)
    await Promise.all([this.showMatrix(details, step), this.showPredictions(details, step)])
  }

  private showPictures({ entries, generation, layers }: RunDetails, step: number): void {
    const pictures = entries.filter(({ pictures, tag }) => pictures > 0 && !separate.includes(tag))
    const classOf = (layer: string) => layers.find(({ name }) => name === layer)?.className ?? 'Conv'
    const isFilter = ({ tag }: RunEntries) =>
      tag.endsWith('/kernel/image') && classOf(tag.slice(0, -'/kernel/image'.length)).includes('Conv')
    const isMap = ({ tag, height }: RunEntries) => tag.endsWith('/activations/image') && height > 1
    const isOther = (each: RunEntries) => !isFilter(each) && !isMap(each)
    for (const [place, belongs] of [
      [this.filters, isFilter],
      [this.maps, isMap],
      [this.others, isOther],
    ] as const) {
      const chosen = pictures.filter(belongs)
      place.hidden = chosen.length === 0
      const gallery = place.querySelector<HTMLElement>('.gallery') ?? element('div', { className: 'gallery' })
      if (!gallery.isConnected) place.append(gallery)
      this.fillGallery(gallery, chosen, generation, step)
    }
  }

  private fillGallery(
    gallery: HTMLElement,
    entries: readonly RunEntries[],
    generation: number,
    step: number,
  ): void {
    const figures = new Map(
      [...gallery.children].map((child) => [(child as HTMLElement).dataset.tag ?? '', child]),
    )
    for (const entry of entries) {
      const at = entry.steps.findLast((each) => each <= step) ?? entry.steps[0]
      const figure = figures.get(entry.tag) ?? gallery.appendChild(pictureFigure(entry))
      figures.delete(entry.tag)
      const image = figure.querySelector('img')
      const source = this.pictureUrl(entry.tag, at, 0, generation)
      if (image && image.getAttribute('src') !== source) image.src = source
    }
    for (const figure of figures.values()) figure.remove()
  }

  private pictureUrl(tag: string, step: number, index: number, generation: number): string {
    const query = new URLSearchParams({
      run: this.name ?? '',
      tag,
      step: `${step}`,
      index: `${index}`,
      generation: `${generation}`,
    })
    return `/api/picture?${query}`
  }

  /** A table as of a step, unless that is the one that is drawn. */
  private async newTable(
    { entries, generation }: RunDetails,
    tag: string,
    step: number,
    kind: keyof DetailsView['drawn'],
    place: HTMLElement,
  ): Promise<Table | undefined> {
    const entry = entries.find((each) => each.tag === tag)
    place.hidden = !entry
    if (!entry) return undefined
    const at = entry.steps.findLast((each) => each <= step) ?? entry.steps[0]
    const wanted = new URLSearchParams({
      run: this.name ?? '',
      tag,
      step: `${at}`,
      generation: `${generation}`,
    }).toString()
    if (this.drawn[kind] === wanted) return undefined
    this.drawn[kind] = wanted
    const response = await fetch(`/api/table?${wanted}`)
    // Another one may be wanted by now.
    return response.ok && this.drawn[kind] === wanted ? ((await response.json()) as Table) : undefined
  }

  private async showMatrix(details: RunDetails, step: number): Promise<void> {
    const rows = await this.newTable(details, 'confusion_matrix', step, 'matrix', this.matrix)
    if (rows) replaceBody(this.matrix, matrixTable(rows))
  }

  private async showPredictions(details: RunDetails, step: number): Promise<void> {
    const rows = await this.newTable(details, 'predictions', step, 'predictions', this.predictions)
    if (!rows) return
    const inputs = details.entries.find(({ tag }) => tag === 'inputs/image')
    const figures = rows.slice(1).map(([label = '', predicted = '', output = ''], i) => {
      const isRight = label === predicted
      const caption = element(
        'figcaption',
        {},
        element('b', {}, predicted),
        ` ${percent(output)}`,
        ...(isRight ? [] : [element('br'), `is ${label}`]),
      )
      const picture =
        inputs &&
        i < inputs.pictures &&
        element('img', {
          src: this.pictureUrl(inputs.tag, inputs.steps[0], i, details.generation),
          alt: `Sample ${i + 1}, which is ${label}`,
          ...{ width: 64, height: Math.round((64 * inputs.height) / Math.max(1, inputs.width)) },
        })
      const className = isRight ? 'sample' : 'sample wrong'
      return element('figure', { className }, ...(picture ? [picture] : []), caption)
    })
    replaceBody(this.predictions, element('div', { className: 'samples' }, ...figures))
  }
}

/** Pictures that stand elsewhere: samples beside their predictions, the matrix as a table. */
const separate = ['inputs/image', 'confusion_matrix/image']

/** Puts something behind a section's heading, in the place of what stood there. */
function replaceBody(section: HTMLElement, body: Node): void {
  const [heading] = section.children
  section.replaceChildren(heading, body)
}

function pictureFigure({ tag, width, height }: RunEntries): HTMLElement {
  const room = Math.min(WIDEST / Math.max(1, width), HIGHEST / Math.max(1, height))
  const scale = Math.max(1, Math.min(LARGEST_SCALE, Math.floor(room)))
  const name = tag.replace(/\/image$/, '')
  const image = element('img', { alt: name, width: width * scale, height: height * scale, loading: 'lazy' })
  return element('figure', { data: { tag } }, image, element('figcaption', {}, name))
}

const percent = (text: string): string => {
  const value = Number(text)
  // 99.96 % is not yet certain.
  return value >= 0 && value <= 1 ? `${(Math.floor(value * 1000) / 10).toFixed(1)} %` : text
}

/** The part of each row's samples makes a cell the stronger. */
function matrixTable([head = [], ...rows]: Table): HTMLElement {
  const counts = rows.map(([, ...cells]) => cells.map(Number))
  const cells = rows.map(([name = '', ...texts], row) => {
    const total = counts[row].reduce((sum, count) => sum + count, 0)
    return [
      name,
      ...texts.map((text, column) => {
        const part = total > 0 ? counts[row][column] / total : 0
        const cell = element(
          'span',
          {
            className: part > 0.45 ? 'cell strong' : 'cell',
            title: `${name} taken for ${head[column + 1]}: ${text}`,
          },
          text === '0' ? '' : text,
        )
        cell.style.setProperty('--part', `${Math.round(100 * Math.sqrt(part))}%`)
        return cell
      }),
    ]
  })
  const total = counts.flat().reduce((sum, count) => sum + count, 0)
  const right = counts.reduce((sum, row, i) => sum + (row[i] ?? 0), 0)
  const caption = `${right.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} right. Rows: what the samples are; columns: what they were taken for.`
  return scrolling('Confusion matrix', table(['', ...head.slice(1)], cells, caption))
}

function layersTable({ layers }: RunDetails): HTMLElement {
  const rows = layers.map(({ name, className, outputShapes, params, inputs }) => [
    name,
    className,
    outputShapes.map((shape) => `(${shape.map((size) => size ?? 'None').join(', ')})`).join(' '),
    params.toLocaleString('en-US'),
    inputs.join(', '),
  ])
  const total = layers.reduce((sum, { params }) => sum + params, 0)
  const caption = `${total.toLocaleString('en-US')} parameters`
  return scrolling(
    'Layers',
    table(['Layer', 'Type', 'Output shape', 'Parameters', 'Takes from'], rows, caption),
  )
}

function configList({ config }: RunDetails): HTMLElement {
  const entries = Object.entries(config).filter(([, value]) => value !== null)
  return element(
    'dl',
    {},
    ...entries.map(([key, value]) =>
      element(
        'div',
        {},
        element('dt', {}, titleOf(key)),
        element('dd', {}, typeof value === 'object' ? JSON.stringify(value) : String(value)),
      ),
    ),
  )
}
