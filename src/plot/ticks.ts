/** Where an axis is marked, and what stands there. */
export interface Ticks {
  readonly values: readonly number[]
  readonly label: (value: number) => string
}

/** Round numbers from the first to the last: multiples of 1, 2 or 5 times a power of ten. @param most how many there may be */
export function linearTicks(first: number, last: number, most: number): Ticks {
  const step = roundStep((last - first) / most)
  const values = multiples(step, first, last)
  return { values, label: labelFor(values, step) }
}

/** Whole numbers from the first to the last, which are whole themselves and may be the same: epochs, steps. */
export function wholeTicks(first: number, last: number, most: number): Ticks {
  const step = Math.max(1, roundStep((last - first) / most))
  const values = multiples(step, first, last)
  // The first, from which people count, is marked where it has room.
  const isFar = values.length > 0 && values[0] - first > 0.6 * step
  return { values: isFar ? [first, ...values] : values, label: (value) => value.toLocaleString('en-US') }
}

/** Powers of ten, with 2 and 5 times these if there would be few of them. Both ends must be above 0. */
export function logTicks(first: number, last: number, most: number): Ticks {
  const decades = Math.log10(last / first)
  if (decades < 0.7) return linearTicks(first, last, most)
  const factors = decades < most / 2 ? [1, 2, 5] : [1]
  const stride = Math.max(1, Math.ceil(decades / most))
  const values: number[] = []
  for (let power = Math.floor(Math.log10(first)); power <= Math.ceil(Math.log10(last)); power++) {
    if (power % stride !== 0) continue
    // Through text, so that a thousandth is 0.001.
    for (const factor of factors) values.push(Number(`${factor}e${power}`))
  }
  return { values: values.filter((value) => value >= first && value <= last), label: shortNumber }
}

/** A number by itself, with four digits at most: `0.0867`, `12.5`, `2e-5`. */
export function shortNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return `${value}`
  const size = Math.abs(value)
  if (size >= 1e6 || size < 1e-3) return exponential(value, 2)
  if (size >= 1000) return Math.round(value).toLocaleString('en-US')
  return `${Number(value.toPrecision(4))}`
}

/** The least of 1, 2 and 5 times a power of ten that is not below a number; of none, 1. */
function roundStep(least: number): number {
  if (!(least > 0)) return 1
  const power = Math.floor(Math.log10(least))
  const factor = [1, 2, 5, 10].find((each) => Number(`${each}e${power}`) >= least * (1 - 1e-9)) ?? 10
  return Number(`${factor}e${power}`)
}

function multiples(step: number, first: number, last: number): number[] {
  const from = Math.ceil(first / step - 1e-9)
  const count = Math.max(0, Math.floor(last / step + 1e-9) - from + 1)
  // A step such as 0.2 has no exact multiples; 5 times it would be 1.0000000000000002.
  return Array.from({ length: count }, (_, i) => Number(((from + i) * step).toPrecision(12)))
}

/** Labels of one axis have the same number of decimals. */
function labelFor(values: readonly number[], step: number): (value: number) => string {
  const largest = Math.max(...values.map(Math.abs), step)
  if (largest >= 1e6 || largest < 1e-3) {
    const digits = Math.max(1, Math.ceil(Math.log10(largest / step) - 1e-9) + 1)
    return (value) => (value === 0 ? '0' : exponential(value, digits))
  }
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  return (value) =>
    value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
}

/** `2.5e-5` */
const exponential = (value: number, digits: number): string =>
  `${Number(value.toPrecision(digits)).toExponential()}`.replace('e+', 'e')
