import { describe, expect, it } from 'vitest'
import { type DrawnDigit, drawDigits, terminalColors } from './drawDigits.js'

/** White in the upper left quarter, black elsewhere. */
const quarter = Uint8Array.from({ length: 784 }, (_, k) => (k < 14 * 28 && k % 28 < 14 ? 255 : 0))
const digit: DrawnDigit = { image: quarter, caption: '7', correct: true }
/** What a terminal shows, without the escape sequences. */
const shown = (line: string) => line.replace(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '')

describe('drawDigits', () => {
  it('draws the pixels as dots without colours', () => {
    // Rows 12 and 13 are the upper half of the fourth line of four rows.
    expect(drawDigits([digit])).toEqual(['⣿⣿⣿⣿⣿⣿⣿', '⣿⣿⣿⣿⣿⣿⣿', '⣿⣿⣿⣿⣿⣿⣿', '⠛⠛⠛⠛⠛⠛⠛', '', '', '', '      7'])
  })

  it('draws two pixels a character in greys', () => {
    const lines = drawDigits([digit], { colors: 'truecolor' })
    const white = '255;255;255'
    const dark = '38;38;38'
    expect(lines[0].startsWith(`\x1b[38;2;${white};48;2;${white}m▀`)).toBe(true)
    expect(lines[3].startsWith(`\x1b[38;2;${white};48;2;${dark}m▀`)).toBe(true)
    expect(lines[6].endsWith(`\x1b[38;2;${dark};48;2;${dark}m▀\x1b[0m`)).toBe(true)
    expect(lines[7]).toBe(`      \x1b[32m7\x1b[0m`)
    expect(drawDigits([digit], { colors: '256' })[3].startsWith('\x1b[38;5;255;48;5;235m▀')).toBe(true)
  })

  it('puts as many side by side as fit, and never more columns than there are', () => {
    const seven = new Array<DrawnDigit>(7).fill({
      ...digit,
      caption: 'a caption far too long',
      correct: false,
    })
    for (const [columns, perRow] of [
      [80, 5],
      [78, 5],
      [77, 4],
      [120, 7],
      [14, 1],
    ]) {
      for (const colors of ['none', '256', 'truecolor'] as const) {
        const lines = drawDigits(seven, { columns, colors })
        const rows = Math.ceil(7 / perRow)
        expect(lines.length).toBe(rows * 8 + rows - 1)
        for (const line of lines) expect(Array.from(shown(line)).length).toBeLessThanOrEqual(columns)
        expect(shown(lines[7]).split('a caption far').length - 1).toBe(perRow)
      }
    }
  })

  it('draws nothing for no digits', () => {
    expect(drawDigits([])).toEqual([])
  })
})

describe('terminalColors', () => {
  it('follows the terminal', () => {
    const terminal = (depth: number) => ({ isTTY: true, getColorDepth: () => depth })
    expect([24, 8, 4, 1].map((depth) => terminalColors(terminal(depth)))).toEqual([
      'truecolor',
      '256',
      'none',
      'none',
    ])
    expect(terminalColors({ getColorDepth: () => 24 })).toBe('none')
  })
})
