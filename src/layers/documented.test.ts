import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as layers from './index.js'
import { Layer } from './layer.js'

const page = readFileSync(new URL('../../docs/layers.md', import.meta.url), 'utf8')

const classes = Object.values<unknown>(layers).flatMap((item) =>
  typeof item === 'function' && item.prototype instanceof Layer && Object.hasOwn(item, 'className')
    ? [(item as unknown as { readonly className: string }).className]
    : [],
)

/** The function that makes a layer of a class: `Conv2DTranspose` is made by `conv2dTranspose`, `InputLayer` by `input`. */
const makers = Object.keys(layers).filter((name) => /^[a-z]/.test(name))
const makerOf = (className: string) =>
  makers.find((maker) =>
    [maker, `${maker}layer`].map((name) => name.toLowerCase()).includes(className.toLowerCase()),
  )

describe('the page of layers', () => {
  it('finds the classes', () => {
    expect(classes.length).toBeGreaterThanOrEqual(100)
  })

  it.each(classes)('names the function that makes %s', (className) => {
    expect(page).toContain(`\`${makerOf(className)}\``)
  })
})
