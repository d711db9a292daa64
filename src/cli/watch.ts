import type { Command } from 'commander'
import { path, wholeNumber } from './arguments.js'
import type { CliContext } from './streams.js'

/** Near TensorBoard's, and free on most machines. */
const usualPort = 6016

/** `gradus watch` */
export function addWatchCommand(program: Command, { stdout, signal }: CliContext): void {
  program
    .command('watch')
    .description('show running and finished runs on a page of this machine, live; Ctrl-C ends it')
    .argument(
      '[runs]',
      'the folder of runs, or of one run; event files of other programs do as well',
      path,
      'runs',
    )
    .option('--port <n>', 'where the page is; 0 for any port that is free', wholeNumber(0, 65_535), usualPort)
    .action(async (runs: string, { port }: { readonly port: number }) => {
      const { startWatch } = await import('../watch/watchServer.node.js')
      const watch = await startWatch(runs, { port })
      const shown = watch.isWaiting
        ? `${runs} does not exist yet: its runs are shown at ${watch.url} as soon as the first begins.`
        : `${runs} is shown at ${watch.url}`
      stdout.write(`${shown}\nCtrl-C ends it.\n`)
      if (!signal.aborted)
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      await watch.close()
      stdout.write('\nEnded.\n')
    })
}
