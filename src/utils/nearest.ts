/**
 * The candidate that a mistyped word most likely meant, or `undefined` if none is near: within a third of the longer
 * word's length in edits (Levenshtein distance; case and underscores do not count); else one that begins with the word.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates]
  let best = word.length > 2 ? all.find((candidate) => plain(candidate).startsWith(plain(word))) : undefined
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of all) {
    const distance = editDistance(plain(word), plain(candidate))
    if (distance < bestDistance && distance <= Math.max(word.length, candidate.length) / 3) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Of more names than these nobody reads all. */
const READABLE = 60
const NEAREST = 8

/** `Did you mean '...'?` where a near candidate exists; and in any case the list of all, or of a long one the nearest. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const guess = nearest(word, candidates)
  const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ')
  const list =
    candidates.length <= READABLE
      ? `Known: ${quoted(candidates)}.`
      : `The nearest of ${candidates.length} names: ${quoted(byDistance(word, candidates).slice(0, NEAREST))}.`
  return guess === undefined ? list : `Did you mean '${guess}'? ${list}`
}

function byDistance(word: string, candidates: readonly string[]): string[] {
  const distances = new Map(candidates.map((name) => [name, editDistance(plain(word), plain(name))]))
  return [...candidates].sort((a, b) => (distances.get(a) ?? 0) - (distances.get(b) ?? 0))
}

const plain = (text: string): string => text.toLowerCase().replaceAll(/[_\s-]/g, '')

/** The fewest insertions, deletions, replacements and swaps of neighbours that turn one text into the other. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, replace)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1)
      }
    }
    rows.push(row)
  }
  return rows[a.length][b.length]
}
