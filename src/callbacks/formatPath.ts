import { ArgumentError } from '../errors.js'
import { suggestion } from '../utils/nearest.js'
import { pythonText } from './pythonText.js'

/** A number to be written into a path: one that counts, or a measured one. */
export interface PathField {
  readonly value: number
  readonly isInteger: boolean
}

type PathFields = Readonly<Record<string, PathField>>

/** Doubled braces, a field in braces, or a brace that belongs to neither. */
const part = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g
/** Python's format of numbers: `[[fill]align][sign][0][width][.precision][type]`. */
const form = /^(?:(.)?([<>=^]))?([-+ ])?(0)?(\d+)?(?:\.(\d{1,2}))?([a-zA-Z%])?$/

/**
 * A path with its fields filled in, as Python's `str.format` does: `{epoch:02d}-{val_loss:.2f}.keras` becomes `07-0.13.keras`.
 * Doubled braces are braces.
 * @param title what errors call the option
 * @throws ArgumentError for a field that is not known, with the known ones, and for a format that Python does not have for numbers
 */
export function formatPath(path: string, fields: PathFields, title: string): string {
  return path.replaceAll(part, (text, field: string | undefined) => {
    if (text === '{{' || text === '}}') return text[0]
    if (field === undefined) {
      throw new ArgumentError(
        `${title}: '${path}' has a single brace '${text}'. Write a field as {epoch}, and a brace as ${text}${text}.`,
      )
    }
    const [name, ...rest] = field.split(':')
    if (!Object.hasOwn(fields, name)) {
      throw new ArgumentError(
        `${title}: '${path}' names '${name}', which is not known there. ${suggestion(name, Object.keys(fields))}`,
      )
    }
    return formatNumber(fields[name], rest.join(':'), `${title}: '${path}'`)
  })
}

function formatNumber({ value, isInteger }: PathField, spec: string, where: string): string {
  const match = form.exec(spec)
  const type = match?.[7] ?? (isInteger ? 'd' : '')
  const isKnown = (isInteger ? 'deEfFgG%' : 'eEfFgG%').includes(type)
  if (!match || !isKnown || (type === 'd' && match[6] !== undefined)) {
    throw new ArgumentError(
      `${where}: expected a format of Python's for ${isInteger ? 'an integer, such as 02d' : 'a number, such as .2f'}; received '${spec}'.`,
    )
  }
  const [, fill, align, sign, zero, width, precision] = match
  const digits = digitsOf(Math.abs(value), type, precision)
  const isNegative = value < 0 || Object.is(value, -0)
  const prefix = isNegative ? '-' : sign === '+' || sign === ' ' ? sign : ''
  const missing = Math.max(0, Number(width ?? 0) - prefix.length - digits.length)
  const padding = (fill ?? (zero && !align ? '0' : ' ')).repeat(missing)
  switch (align ?? (zero ? '=' : '>')) {
    case '<':
      return prefix + digits + padding
    case '=':
      return prefix + padding + digits
    case '^': {
      const half = Math.floor(missing / 2)
      return padding.slice(0, half) + prefix + digits + padding.slice(half)
    }
    default:
      return padding + prefix + digits
  }
}

/** The digits of a number that is not negative. */
function digitsOf(value: number, type: string, precision: string | undefined): string {
  if (type === 'd') return String(value)
  if (!Number.isFinite(value)) {
    const text = pythonText(value) + (type === '%' ? '%' : '')
    return 'EFG'.includes(type) && type !== '' ? text.toUpperCase() : text
  }
  const places = precision === undefined ? 6 : Number(precision)
  switch (type) {
    case 'f':
    case 'F':
      return fixed(value, places)
    case '%':
      return `${fixed(100 * value, places)}%`
    case 'e':
      return exponential(value, places)
    case 'E':
      return exponential(value, places).toUpperCase()
    case 'G':
      return general(value, places).toUpperCase()
    case 'g':
      return general(value, places)
    default:
      return precision === undefined ? pythonText(value) : withPlace(general(value, places))
  }
}

/** A number that has no place behind the point gets one. */
const withPlace = (text: string): string => (/[.e]/.test(text) ? text : `${text}.0`)

/** Rounded to so many places, of two equally near numbers to the even one. */
function fixed(value: number, places: number): string {
  // From here on JavaScript writes exponents.
  if (value >= 1e21) return BigInt(value).toString() + (places > 0 ? `.${'0'.repeat(places)}` : '')
  const rounded = value.toFixed(places)
  // A number with more digits than these is not in the middle.
  const [, tail] = value.toFixed(100).split('.')
  const isMiddle = /^50*$/.test(tail.slice(places))
  if (!isMiddle || Number(rounded.at(-1)) % 2 === 0) return rounded
  return (value - 0.5 * 10 ** -places).toFixed(places)
}

const exponential = (value: number, places: number): string => twoDigits(value.toExponential(places))

/** At least two digits in the exponent. */
const twoDigits = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2')

/** So many significant digits, without zeros at the end, and with an exponent where the number is very large or small. */
function general(value: number, precision: number): string {
  const places = Math.max(1, precision)
  const exponent = value === 0 ? 0 : Number(value.toExponential(places - 1).split('e')[1])
  if (exponent < -4 || exponent >= places) {
    return twoDigits(value.toExponential(places - 1).replace(/\.?0+e/, 'e'))
  }
  const text = value.toFixed(places - 1 - exponent)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
