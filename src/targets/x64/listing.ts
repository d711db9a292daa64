import { expand } from './expand.js'
import { intelText } from './intelText.js'
import type { Item, Label } from './machineCode.js'

/** Machine code as people read it: one line for each instruction and label. All registers must have numbers. */
export function listing(items: readonly Item[]): string {
  const lines: string[] = []
  const numbers = new Map<Label, number>()
  const labelName = (label: Label): string => {
    const number = numbers.get(label) ?? numbers.size
    numbers.set(label, number)
    return `${label.name}${number}`
  }
  for (const item of items) {
    if (item.kind === 'instruction') lines.push(`  ${intelText(item)}`)
    else if (item.kind === 'pseudo') expand((instruction) => lines.push(`  ${intelText(instruction)}`), item)
    else if (item.kind === 'label') lines.push(`${labelName(item.label)}:`)
    else if (item.kind === 'jump') lines.push(`  j${item.condition ?? 'mp'} ${labelName(item.label)}`)
  }
  return lines.join('\n')
}
