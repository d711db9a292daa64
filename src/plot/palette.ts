/**
 * Eight colours that the colour-blind can tell apart, in the order in which they are given out. Source: Okabe and Ito, Color universal
 * design, 2008; its yellow, which does not show on white paper, gives way to a grey.
 */
export const palette = [
  '#0072b2', // blue
  '#d55e00', // vermillion
  '#009e73', // green
  '#cc79a7', // purple
  '#e69f00', // orange
  '#56b4e9', // sky
  '#555555', // grey
  '#000000', // black
] as const

/** How a line is broken, so that what shares a colour, or is printed without one, can still be told apart: lengths drawn and left out. */
export const dashes = { solid: undefined, dashed: '7 4', dotted: '2 3' } as const

const turns = [dashes.solid, dashes.dashed, dashes.dotted] as const

/** As many lines as can be told apart. */
export const mostStyles = palette.length * turns.length

export interface LineStyle {
  readonly colour: string
  readonly dash: string | undefined
}

/** The style of the line of this number: each colour in turn, then once more dashed, and dotted. */
export const styleOf = (index: number): LineStyle => ({
  colour: palette[index % palette.length],
  dash: turns[Math.floor(index / palette.length) % turns.length],
})

/** What is no data. */
export const ink = {
  text: '#1a1a1a',
  quiet: '#555555',
  grid: '#e3e3e3',
  paper: '#ffffff',
  /** Words about what is wrong: the palette's vermillion, dark enough to be read. */
  wrong: '#a84300',
} as const

/** What is found on most machines first; the last name is every machine's own. */
export const font = '"Helvetica Neue", Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif'
