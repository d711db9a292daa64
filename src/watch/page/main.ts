import type { RunDetails, RunList } from '../protocol.js'
import { Chart } from './chart.js'
import { comparisonTable } from './comparison.js'
import { type Axis, chartsOf } from './curves.js'
import { DetailsView } from './details.js'
import { byId, element } from './dom.js'
import { chooseTheme, chosenTheme, colourAt, inkOf, onSystemTheme, type Theme } from './look.js'
import { RunData } from './runData.js'
import { RunsList } from './runsList.js'
import { readSettings, type Settings, writeSettings } from './settings.js'

/** Runs that are shown at first: those that go on, or else the last one. */
const MOST_AT_FIRST = 4

let settings: Settings = readSettings()
let list: RunList = { folder: '', runs: [], problem: null }
const data = new Map<string, RunData>()
const details = new Map<string, { readonly version: string; readonly details: RunDetails }>()
const charts = new Map<string, Chart>()
const runsList = new RunsList(byId('runs'))
const detailsView = new DetailsView(
  byId('details'),
  byId('details-title'),
  byId('epochs'),
  byId('details-body'),
)

function change(changes: Partial<Settings>): void {
  settings = { ...settings, ...changes }
  writeSettings(settings)
  void update()
}

/** The runs whose curves are shown, in the order of the list. */
function shownRuns(): string[] {
  const names = list.runs.map(({ name }) => name)
  if (settings.shown) return names.filter((name) => settings.shown?.includes(name))
  const running = list.runs.filter(({ status }) => status === 'running').map(({ name }) => name)
  if (running.length > 0) return running.slice(0, MOST_AT_FIRST)
  const [latest] = [...list.runs].sort((a, b) => b.changed - a.changed)
  return latest ? [latest.name] : []
}

/** A run keeps its colour while it is shown: its place among those of the list. */
const places = new Map<string, number>()
function colourOf(run: string): string {
  const shown = shownRuns()
  for (const name of places.keys()) if (!shown.includes(name)) places.delete(name)
  for (const name of shown) {
    if (places.has(name)) continue
    const taken = new Set(places.values())
    let place = 0
    while (taken.has(place)) place++
    places.set(name, place)
  }
  return colourAt(places.get(run) ?? 0)
}

let updating = false
let isStale = false

/** Fetches what is shown and not yet here, and draws it; what comes meanwhile waits for the next turn. */
async function update(): Promise<void> {
  isStale = true
  if (updating) return
  updating = true
  try {
    while (isStale) {
      isStale = false
      await fetchShown()
      draw()
      // Let the page answer its reader between two turns.
      await new Promise((resolve) => requestAnimationFrame(resolve))
    }
  } catch {
    // The server went away: the connection says so, and all is fetched when it is back.
  } finally {
    updating = false
  }
}

async function fetchShown(): Promise<void> {
  const shown = shownRuns()
  const wanted = new Set([...shown, ...(settings.detailed === undefined ? [] : [settings.detailed])])
  const names = new Set(list.runs.map(({ name }) => name))
  for (const name of data.keys()) if (!names.has(name)) data.delete(name)
  for (const name of details.keys()) if (!names.has(name)) details.delete(name)
  await Promise.all(
    list.runs
      .filter(({ name }) => wanted.has(name))
      .map(async (run) => {
        const known = data.get(run.name) ?? new RunData(run.name)
        data.set(run.name, known)
        const version = `${run.generation} ${run.details}`
        const isNew = details.get(run.name)?.version !== version
        const [, fetched] = await Promise.all([known.fetch(run), isNew ? fetchDetails(run.name) : undefined])
        if (fetched) details.set(run.name, { version, details: fetched })
      }),
  )
}

async function fetchDetails(run: string): Promise<RunDetails | undefined> {
  const response = await fetch(`/api/details?${new URLSearchParams({ run })}`)
  return response.ok ? ((await response.json()) as RunDetails) : undefined
}

function draw(): void {
  const shown = shownRuns()
  byId('folder').textContent = list.folder
  const problem = byId('problem')
  problem.hidden = list.problem === null && list.runs.length > 0
  problem.textContent = list.problem ?? 'There is no run here yet. To begin one: npx gradus train lenet'
  const detailed = settings.detailed ?? (shown.length === 1 ? shown[0] : undefined)
  runsList.show(list.runs, {
    ...{ shown, detailed, colourOf },
    onShow: (run, isShown) => {
      const others = shownRuns().filter((name) => name !== run)
      change({ shown: isShown ? [...others, run] : others })
    },
    onDetails: (run) => {
      const shownToo = shownRuns().includes(run) ? {} : { shown: [...shownRuns(), run] }
      change({ detailed: run, ...shownToo })
      byId('details').scrollIntoView({ block: 'start' })
    },
  })
  drawCharts(shown)
  const compared = list.runs
    .filter(({ name }) => shown.includes(name))
    .flatMap((summary) => {
      const known = data.get(summary.name)
      const found = details.get(summary.name)?.details
      return known ? [{ summary, data: known, details: found, colour: colourOf(summary.name) }] : []
    })
  byId('comparison').replaceChildren(comparisonTable(compared))
  void detailsView.show(detailed, detailed === undefined ? undefined : details.get(detailed)?.details)
}

/** Steps, if any run has them. */
function usualAxis(shown: readonly string[]): Axis {
  const hasSteps = shown.some((name) => data.get(name)?.series.has('train/batch_loss'))
  return hasSteps ? 'step' : 'epoch'
}

function drawCharts(shown: readonly string[]): void {
  const axis = settings.axis ?? usualAxis(shown)
  for (const radio of document.querySelectorAll<HTMLInputElement>('input[name=axis]'))
    radio.checked = radio.value === axis
  const chosen = new Map(
    shown.flatMap((name) => {
      const known = data.get(name)
      return known ? [[name, known] as const] : []
    }),
  )
  const begun = new Map(shown.map((name) => [name, details.get(name)?.details.begun ?? []]))
  const all = chartsOf(chosen, begun, axis)
  const place = byId('charts')
  for (const [key, chart] of charts) {
    if (all.some((each) => each.key === key)) continue
    chart.destroy()
    charts.delete(key)
  }
  place.querySelector('.empty')?.remove()
  if (all.length === 0) place.append(element('p', { className: 'empty' }, emptyText(shown, axis)))
  const look = { isLog: settings.isLog, smoothing: settings.smoothing, colourOf, ...inkOf() }
  for (const chartData of all) {
    const chart = charts.get(chartData.key) ?? new Chart()
    charts.set(chartData.key, chart)
    // Its width is known once it stands in the page.
    if (!chart.element.isConnected) place.append(chart.element)
    chart.show(chartData, look)
  }
  all.forEach(({ key }, i) => {
    const chart = charts.get(key)
    if (chart && place.children[i] !== chart.element)
      place.insertBefore(chart.element, place.children[i] ?? null)
  })
  drawLegend(shown)
}

function emptyText(shown: readonly string[], axis: Axis): string {
  if (shown.length === 0) return 'No run is chosen. Tick one in the list of runs.'
  return axis === 'epoch' ? 'No epoch has ended yet.' : 'Nothing is logged along this axis. Try epochs.'
}

let legendDrawn = ''
function drawLegend(shown: readonly string[]): void {
  const lines = shown.map((run) => [run, colourOf(run)] as const)
  const signature = JSON.stringify(lines)
  if (signature === legendDrawn) return
  legendDrawn = signature
  const entries = lines.map(([run, colour]) => {
    const swatch = element('span', { className: 'swatch' })
    swatch.style.setProperty('background', colour)
    return element('li', {}, swatch, run)
  })
  const kinds = [
    element('li', {}, element('span', { className: 'solid' }), 'training'),
    element('li', {}, element('span', { className: 'dashed' }), 'validation'),
  ]
  byId('legend').replaceChildren(...entries, ...kinds)
}

function listen(): void {
  const connection = byId('connection')
  const changes = new EventSource('/api/changes')
  changes.onmessage = ({ data: text }: MessageEvent<string>) => {
    connection.textContent = 'live'
    connection.dataset.state = 'live'
    list = JSON.parse(text) as RunList
    void update()
  }
  changes.onerror = () => {
    connection.textContent = 'gradus watch does not answer; waiting for it'
    connection.dataset.state = 'lost'
  }
}

function begin(): void {
  const theme = byId<HTMLSelectElement>('theme')
  theme.value = chosenTheme()
  chooseTheme(chosenTheme())
  theme.addEventListener('change', () => {
    chooseTheme(theme.value as Theme)
    legendDrawn = ''
    draw()
  })
  onSystemTheme(() => {
    legendDrawn = ''
    draw()
  })
  const log = byId<HTMLInputElement>('log')
  log.checked = settings.isLog
  log.addEventListener('change', () => change({ isLog: log.checked }))
  const smoothing = byId<HTMLInputElement>('smoothing')
  const shownSmoothing = byId<HTMLOutputElement>('smoothing-value')
  smoothing.value = `${settings.smoothing}`
  shownSmoothing.value = smoothing.value
  smoothing.addEventListener('input', () => {
    shownSmoothing.value = smoothing.value
    change({ smoothing: Number(smoothing.value) })
  })
  for (const radio of document.querySelectorAll<HTMLInputElement>('input[name=axis]')) {
    radio.addEventListener('change', () => change({ axis: radio.value as Axis }))
  }
  listen()
}

begin()
