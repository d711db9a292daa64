import type { DownloadProgress } from './fileStore.js'

/** What a progress bar needs of a terminal. */
export interface ProgressOutput {
  write(text: string): unknown
}

const cells = 24

/** One line a file, rewritten in place: `train-images-idx3-ubyte.gz  ━━━━━━━━━━────────────── 42 %  4.2 of 9.9 MB`. */
export function progressBar(output: ProgressOutput): (progress: DownloadProgress) => void {
  return ({ file, received, total }) => {
    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(bytes < 1e5 ? 2 : 1)
    if (total === undefined) {
      output.write(`\r${file}  ${megabytes(received)} MB`)
      return
    }
    const share = total === 0 ? 1 : Math.min(1, received / total)
    const full = Math.round(share * cells)
    const bar = '━'.repeat(full) + '─'.repeat(cells - full)
    const percent = `${Math.floor(share * 100)} %`.padStart(5)
    const end = received >= total ? '\n' : ''
    output.write(`\r${file}  ${bar} ${percent}  ${megabytes(received)} of ${megabytes(total)} MB${end}`)
  }
}
