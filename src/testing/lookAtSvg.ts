import { DOMParser, type Element } from '@xmldom/xmldom'
import { expect } from 'vitest'

/** An SVG drawing taken apart. That it is sound XML is checked. */
export interface SvgParts {
  /** What is written in it. */
  readonly texts: readonly string[]
  /** What is said of parts of it when they are pointed at. */
  readonly tooltips: readonly string[]
  readonly all: (name: string) => Element[]
}

export function lookAtSvg(svg: string): SvgParts {
  const errors: string[] = []
  const parser = new DOMParser({ onError: (_, message) => errors.push(message) })
  const document = parser.parseFromString(svg, 'image/svg+xml')
  expect(errors).toEqual([])
  const all = (name: string): Element[] => [...document.getElementsByTagName(name)]
  return {
    all,
    texts: all('text').map(({ textContent }) => textContent ?? ''),
    tooltips: all('title').map(({ textContent }) => textContent ?? ''),
  }
}
