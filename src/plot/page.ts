import type { Drawing, Table } from './drawing.js'
import { font, ink } from './palette.js'
import { escaped } from './svg.js'

const style = `
:root { color-scheme: light; }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; font: 15px/1.5 ${font}; color: ${ink.text}; background: ${ink.paper}; }
figure { margin: 0; overflow-x: auto; }
figure > svg { max-width: max(100%, 640px); height: auto; }
summary { cursor: pointer; margin-top: 1.5rem; color: ${ink.quiet}; }
.numbers { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin-top: .5rem; }
th, td { padding: .15rem .8rem; text-align: right; border-bottom: 1px solid ${ink.grid}; }
th { color: ${ink.quiet}; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
@media print { details:not([open]) { display: none; } }
`

/** A page of a drawing and its numbers that loads nothing. */
export const pageOf = ({ title, svg, tables }: Drawing): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<figure>${svg}</figure>
${tables.map(detailsOf).join('\n')}
</body>
</html>
`

const detailsOf = ({ title, columns, rows }: Table): string => `<details>
<summary>${escaped(title)}</summary>
<div class="numbers"><table>
<thead><tr>${columns.map((column) => `<th scope="col">${escaped(column)}</th>`).join('')}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(`${cell}`)}</td>`).join('')}</tr>`).join('\n')}
</tbody>
</table></div>
</details>`
