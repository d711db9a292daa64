import type { Logs } from './callback.js'
import type { TextOutput } from './textOutput.js'

const BAR_WIDTH = 20
/** Milliseconds between two drawings of a bar. */
const INTERVAL = 50

/** Text in one style of a terminal. */
interface Segment {
  readonly text: string
  readonly style?: 'bold' | 'green' | 'white'
}

const styleCodes = { bold: 1, green: 32, white: 37 } as const

export interface ProgressBarOptions {
  readonly output: TextOutput
  /** Steps until it is full; `undefined` where that is not known before. */
  readonly target: number | undefined
  /** True: a bar drawn over itself on a terminal. False: one plain line at the end. */
  readonly live: boolean
  /** Text in front of a plain line. */
  readonly label?: string
  /** Milliseconds of a steady clock. */
  readonly now: () => number
}

/**
 * How far a run is, in the form of Keras 3: `47/47 ━━━━━━━━━━━━━━━━━━━━ 3s 65ms/step - accuracy: 0.6518 - loss: 1.1423`.
 * While it goes on the time is what remains, at the end what it took. The first step, which compiles, does not count
 * in the time per step if others follow; nor does what comes after the last step, such as validation.
 */
export class ProgressBar {
  private readonly start: number
  private afterFirstStep: number | undefined
  private perStep = 0
  private lastDrawn = Number.NEGATIVE_INFINITY
  private done = 0

  constructor(private readonly options: ProgressBarOptions) {
    this.start = options.now()
  }

  /** Shows that this many steps are done, unless the last drawing was only just now. */
  update(done: number, logs: Logs): void {
    const { now, live, output } = this.options
    const time = now()
    this.done = done
    this.perStep = this.timePerStep(done, time)
    if (done === 1) this.afterFirstStep = time
    if (!live || time - this.lastDrawn < INTERVAL) return
    this.lastDrawn = time
    const { target } = this.options
    const elapsed = time - this.start
    const shown = target === undefined ? elapsed : this.perStep * (target - done)
    // A line that wraps could not be drawn over.
    const width = (output.columns ?? Number.POSITIVE_INFINITY) - 1
    this.draw(done, formatRemaining(shown / 1000), ` ${formatStep(this.perStep)}${formatLogs(logs)}`, width)
  }

  /** Shows the end. */
  finish(logs: Logs): void {
    const { now, live, output, label = '' } = this.options
    const target = this.options.target ?? this.done
    const time = now()
    const seconds = `${Math.round((time - this.start) / 1000)}s`
    const perStep = formatStep(this.perStep)
    if (live) {
      // Nothing will be drawn over this line, so it may wrap.
      this.draw(target, seconds, ` ${perStep}${formatLogs(logs)}`, Number.POSITIVE_INFINITY)
      output.write('\n')
    } else {
      output.write(`${label}${target}/${target} - ${seconds} - ${perStep}${formatLogs(logs)}\n`)
    }
  }

  /** Leaves what was drawn as it is, with a line of its own: the run ended before its time. */
  leave(): void {
    if (this.lastDrawn > Number.NEGATIVE_INFINITY) this.options.output.write('\n')
  }

  private draw(done: number, time: string, rest: string, width: number): void {
    const { output, target } = this.options
    const filled = target === undefined ? 0 : Math.floor((BAR_WIDTH * done) / target)
    const count =
      target === undefined ? `${done}/Unknown` : `${String(done).padStart(String(target).length)}/${target}`
    const bar: Segment[] = [
      { text: '━'.repeat(filled), style: 'green' },
      { text: '━'.repeat(BAR_WIDTH - filled), style: 'white' },
      { text: ' ' },
    ]
    const segments: Segment[] = [
      { text: count, style: 'bold' },
      { text: ' ' },
      ...(target === undefined ? [] : bar),
      { text: time, style: 'bold' },
      { text: rest },
    ]
    const { hasColors = true } = output
    output.write(`\r${styled(segments, width, hasColors)}\x1b[K`)
  }

  private timePerStep(done: number, time: number): number {
    if (this.afterFirstStep !== undefined && done > 1) return (time - this.afterFirstStep) / (done - 1)
    return (time - this.start) / done
  }
}

/** Remaining seconds: `12s`, `1:02`, `1:01:02`. */
function formatRemaining(seconds: number): string {
  const whole = Math.floor(seconds)
  const two = (value: number) => String(value).padStart(2, '0')
  if (whole > 3600)
    return `${Math.floor(whole / 3600)}:${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`
  return whole > 60 ? `${Math.floor(whole / 60)}:${two(whole % 60)}` : `${whole}s`
}

/** `65ms/step`, from milliseconds. */
function formatStep(milliseconds: number): string {
  if (milliseconds >= 1000 || milliseconds === 0) return `${Math.round(milliseconds / 1000)}s/step`
  if (milliseconds >= 1) return `${Math.round(milliseconds)}ms/step`
  return `${Math.round(milliseconds * 1000)}us/step`
}

/** ` - accuracy: 0.6518 - loss: 1.1423`; small numbers as `1.0000e-04`. */
export function formatLogs(logs: Logs): string {
  return Object.entries(logs)
    .map(([key, value]) => ` - ${key}: ${formatNumber(value)}`)
    .join('')
}

function formatNumber(value: number): string {
  if (!(Math.abs(value) <= 1e-3)) return value.toFixed(4)
  return value.toExponential(4).replace(/e([+-])(\d)$/, 'e$10$2')
}

/** Segments with the escape sequences of their styles, cut to `width` visible characters. */
function styled(segments: readonly Segment[], width: number, hasColors: boolean): string {
  let room = width
  let result = ''
  for (const { text, style } of segments) {
    const visible = text.slice(0, Math.max(0, room))
    room -= visible.length
    if (visible !== '') result += style && hasColors ? `\x1b[${styleCodes[style]}m${visible}\x1b[0m` : visible
  }
  return result
}
