import type { RunSummary } from '../protocol.js'
import { element } from './dom.js'

export interface RunsListOptions {
  readonly shown: readonly string[]
  readonly detailed: string | undefined
  readonly colourOf: (run: string) => string
  readonly onShow: (run: string, isShown: boolean) => void
  readonly onDetails: (run: string) => void
}

const statusTexts: Readonly<Record<RunSummary['status'], string>> = {
  running: 'running',
  finished: 'finished',
  stopped: 'stopped',
  open: '',
}

/** The list of runs. Its entries are kept from one update to the next, so that the focus stays where it is. */
export class RunsList {
  private readonly rows = new Map<string, Row>()

  constructor(private readonly list: HTMLElement) {}

  show(runs: readonly RunSummary[], options: RunsListOptions): void {
    for (const [name, row] of this.rows) {
      if (runs.some((run) => run.name === name)) continue
      row.element.remove()
      this.rows.delete(name)
    }
    let before: Element | null = null
    for (const run of runs) {
      const row = this.rows.get(run.name) ?? this.added(run.name, options)
      row.update(run, options)
      const place: Element | null = before ? before.nextElementSibling : this.list.firstElementChild
      if (place !== row.element) this.list.insertBefore(row.element, place)
      before = row.element
    }
  }

  private added(name: string, options: RunsListOptions): Row {
    const row = new Row(name, options)
    this.rows.set(name, row)
    return row
  }
}

class Row {
  readonly element: HTMLLIElement
  private readonly box = element('input', { type: 'checkbox' })
  private readonly swatch = element('span', { className: 'swatch' })
  private readonly status = element('span', { className: 'status' })
  private readonly progress = element('p', { className: 'progress' })
  private readonly notes = element('p', { className: 'note' })
  private readonly button: HTMLButtonElement
  /** What to do when it is used: that of the last update. */
  private options: RunsListOptions

  constructor(name: string, options: RunsListOptions) {
    this.options = options
    this.button = element('button', { type: 'button', aria: { label: `Details of ${name}` } }, 'Details')
    this.box.addEventListener('change', () => this.options.onShow(name, this.box.checked))
    this.button.addEventListener('click', () => this.options.onDetails(name))
    const label = element('label', {}, this.box, this.swatch, element('span', { className: 'name' }, name))
    this.element = element(
      'li',
      {},
      element('div', { className: 'line' }, label, this.status, this.button),
      this.progress,
      this.notes,
    )
  }

  update(run: RunSummary, options: RunsListOptions): void {
    this.options = options
    this.box.checked = options.shown.includes(run.name)
    this.swatch.style.setProperty('background', this.box.checked ? options.colourOf(run.name) : 'transparent')
    setText(this.status, statusTexts[run.status])
    this.status.dataset.status = run.status
    this.button.setAttribute('aria-pressed', `${options.detailed === run.name}`)
    setText(this.progress, progressOf(run))
    setText(this.notes, run.notes.join(' '))
    this.notes.hidden = run.notes.length === 0
  }
}

/** Writes a text if it is another one: what reads pages aloud is not told twice. */
function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text
}

function progressOf({ epochs, epochsPlanned, stepTime, changed, status }: RunSummary): string {
  const parts = [
    epochsPlanned === null ? `${epochs} epochs` : `epoch ${epochs} of ${epochsPlanned}`,
    ...(stepTime === null ? [] : [`${stepTime.toFixed(1)} ms/step`]),
    ...(status !== 'running' && changed > 0 ? [ago(Date.now() / 1000 - changed)] : []),
  ]
  return parts.join(' · ')
}

function ago(seconds: number): string {
  if (seconds < 60) return 'just now'
  const [count, unit] =
    seconds < 3600
      ? [seconds / 60, 'minute']
      : seconds < 86_400
        ? [seconds / 3600, 'hour']
        : [seconds / 86_400, 'day']
  const whole = Math.floor(count)
  return `${whole} ${unit}${whole === 1 ? '' : 's'} ago`
}
