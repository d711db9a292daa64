import { nameOfClass } from './naming.js'

const LONGEST = 60

/**
 * A value as errors show it: `'text'`, `3`, `[1, 2]`, `{ units: 3 }`, `the class Adam (is new missing?)`, `a Promise (is await
 * missing?)`. Long values are cut.
 */
export function show(value: unknown): string {
  if (typeof value === 'string') return cut(`'${value}'`)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function' && !hasText(value)) return showFunction(value)
  if (value instanceof Promise) return 'a Promise (is await missing?)'
  if (Array.isArray(value)) {
    const text = `[${value.slice(0, LONGEST).map(show).join(', ')}]`
    return text.length <= LONGEST ? text : `a list of ${value.length}`
  }
  if (value instanceof Map || value instanceof Set) return `a ${value.constructor.name} of ${value.size}`
  if (value instanceof DataView) return 'a DataView'
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${(value as Uint8Array).length}`
  if (typeof value !== 'object' || value === null || hasText(value)) return String(value)
  const entries = Object.entries(value).map(([key, each]) => `${key}: ${show(each)}`)
  return cut(entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`)
}

/** Whether an object says itself what it is, as tensors and layers do. */
const hasText = (value: object): boolean =>
  value.toString !== Object.prototype.toString && value.toString !== Function.prototype.toString

function showFunction(value: object): string {
  const { name } = value as { readonly name: string }
  if (/^class\b/.test(Function.prototype.toString.call(value))) {
    return `the class ${nameOfClass(value as { readonly name: string })} (is new missing?)`
  }
  return `${name === '' ? 'a function' : `the function ${name}`} (is a call missing?)`
}

const cut = (text: string): string => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}...`)
