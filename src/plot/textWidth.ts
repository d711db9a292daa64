/** Thousandths of the font's size: the widths of DejaVu Sans, the widest of those that are asked for, so that no text is wider. */
const widths: Readonly<Record<string, number>> = {
  ...each(' .,', 318),
  ...each("'", 275),
  ...each('ijlI', 295),
  ...each('frt-()[]/:;|', 412),
  ...each('sczJ*', 550),
  ...each('abdeghknopquvxyLTFPYEKS0123456789?$_#', 655),
  ...each('ABCDGHNOQRUVXZ&', 788),
  ...each('mwMW%@', 990),
  ...each('+=<>~×', 838),
}

function each(characters: string, width: number): Record<string, number> {
  return Object.fromEntries([...characters].map((character) => [character, width]))
}

/** Of all other letters. Those of East Asia are as wide as high. */
const otherWidth = (character: string): number => (character >= '\u1100' ? 1000 : 720)
const boldness = 1.12

/** At most how many pixels a line of text is wide. */
export function textWidth(text: string, size: number, weight?: 'bold'): number {
  let sum = 0
  for (const character of text) sum += widths[character] ?? otherWidth(character)
  return ((sum * size) / 1000) * (weight === 'bold' ? boldness : 1)
}

/** The text, cut and with an ellipsis where it would be wider than that. */
export function fitText(text: string, size: number, width: number, weight?: 'bold'): string {
  if (textWidth(text, size, weight) <= width) return text
  const characters = [...text]
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, size, weight) > width) characters.pop()
  return `${characters.join('').trimEnd()}…`
}
