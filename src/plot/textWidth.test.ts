import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { drawingOf, textAt } from './svg.js'
import { fitText, textWidth } from './textWidth.js'

describe('textWidth', () => {
  it.each([
    'validation',
    'learning rate 0.0010',
    'WIDE WORDS, MOSTLY',
    'illicit ($12,345.67)',
    'Übergrößen: naïve café',
  ])('is at least what %j takes, and not much more', async (text) => {
    const svg = drawingOf(800, 40, text, textAt(0, 28, text, { size: 20, colour: '#000' }))
    const { info } = await sharp(Buffer.from(svg))
      .trim({ background: '#fff' })
      .toBuffer({ resolveWithObject: true })
    const estimate = textWidth(text, 20)
    // Letters have a little room of their own at both sides.
    expect(info.width).toBeLessThanOrEqual(estimate)
    expect(info.width).toBeGreaterThan(0.7 * estimate)
  })
})

describe('fitText', () => {
  it('leaves alone what fits, and cuts what does not', () => {
    expect(fitText('loss', 13, 100)).toBe('loss')
    const cut = fitText('a name that is too long', 13, 100)
    expect(cut).toMatch(/^a name.*…$/)
    expect(textWidth(cut, 13)).toBeLessThanOrEqual(100)
    expect(fitText('WWWW', 13, 1)).toBe('W…')
  })
})
