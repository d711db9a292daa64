/**
 * Writes the page of `gradus watch`, dist/watch/assets, which is whole by itself; and the package as Node loads it, dist/node: some tens of files in place of five hundred, which take several times as
 * long to find, read and link. Bundlers and browsers get the modules that tsc writes, of which they keep what is used.
 */
import { copyFileSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { build } from 'rolldown'

/** What only Node has is loaded by its file's name, which no bundler follows. */
const nodeFiles = readdirSync('dist', { recursive: true })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.node.js') && !file.startsWith('node/'))

await build({
  input: {
    index: 'dist/index.js',
    gradus: 'dist/cli/main.js',
    ...Object.fromEntries(nodeFiles.map((file) => [basename(file, '.js'), `dist/${file}`])),
  },
  platform: 'node',
  // Packages stay what they are.
  external: /^[^./]/,
  output: {
    dir: 'dist/node',
    format: 'esm',
    cleanDir: true,
    sourcemap: true,
    entryFileNames: '[name].js',
    // Beside the entries, so that names relative to them hold.
    chunkFileNames: 'part.[name].js',
    // V8 keeps the text of all modules, with two bytes for each letter if one of them needs two. Who reads the code has dist/ and the maps.
    comments: false,
    charset: 'ascii',
  },
})

await build({
  input: { page: 'dist/watch/page/main.js' },
  platform: 'browser',
  output: { dir: 'dist/watch/assets', format: 'esm', cleanDir: true, minify: true },
})
for (const file of ['index.html', 'page.css', 'icon.svg']) {
  copyFileSync(`src/watch/page/${file}`, `dist/watch/assets/${file}`)
}
// Part of the page, whose licence goes where it goes.
copyFileSync('node_modules/uplot/LICENSE', 'dist/watch/assets/uPlot-LICENSE.txt')
