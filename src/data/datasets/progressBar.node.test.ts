import { describe, expect, it } from 'vitest'
import { progressBar } from './progressBar.node.js'

const written = (...progress: [received: number, total: number | undefined][]) => {
  let text = ''
  const show = progressBar({ write: (part) => (text += part) })
  for (const [received, total] of progress) show({ file: 'a.gz', received, total })
  return text
}

describe('progressBar', () => {
  it('rewrites its line and ends it with the file', () => {
    expect(written([0, 4_000_000], [1_000_000, 4_000_000], [4_000_000, 4_000_000])).toBe(
      `\ra.gz  ${'─'.repeat(24)}   0 %  0.00 of 4.0 MB` +
        `\ra.gz  ${'━'.repeat(6)}${'─'.repeat(18)}  25 %  1.0 of 4.0 MB` +
        `\ra.gz  ${'━'.repeat(24)} 100 %  4.0 of 4.0 MB\n`,
    )
  })

  it('counts where the size is unknown', () => {
    expect(written([2_500_000, undefined])).toBe('\ra.gz  2.5 MB')
  })
})
