import { ArgumentError } from '../errors.js'
import { show } from '../utils/show.js'
import { type SummaryValue, utf8 } from './summaryValue.js'

/** Markdown: one text, or a list or table of texts. */
export type SummaryText = string | readonly string[] | readonly (readonly string[])[]

/**
 * Text, for the page of texts, which shows it as Markdown, and lists as tables.
 * @throws ArgumentError for what is no text, and rows of different lengths
 */
export function textSummary(tag: string, text: SummaryText, description?: string): SummaryValue {
  const texts: readonly unknown[] = typeof text === 'string' ? [text] : [text].flat(2)
  const isTable = Array.isArray(text) && Array.isArray(text[0])
  const columns = isTable ? (text[0] as readonly string[]).length : 1
  const isRagged = isTable && !text.every((row) => Array.isArray(row) && row.length === columns)
  if (isRagged || !texts.every((each) => typeof each === 'string')) {
    throw new ArgumentError(
      `summary.text: expected a text, a list of texts, or rows of texts of equal lengths for '${tag}', received ${show(text)}.`,
    )
  }
  const shape = typeof text === 'string' ? [] : isTable ? [text.length, columns] : [text.length]
  return {
    ...{ tag, description, plugin: 'text' },
    tensor: { dtype: 'string', shape, elements: texts.map(utf8) },
  }
}
