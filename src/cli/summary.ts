import { Argument, type Command } from 'commander'
import { createLenet } from './lenet.js'
import { type CliContext, columnsOf } from './streams.js'

/** Columns that a summary keeps free, as Keras's does. */
const margin = 4
const widest = 88

/** `gradus summary lenet` */
export function addSummaryCommand(program: Command, { stdout }: CliContext): void {
  program
    .command('summary')
    .description("print a network's layers, output shapes and parameter counts")
    .addArgument(new Argument('<model>', 'the network').choices(['lenet']))
    .action(() => {
      createLenet().summary({
        lineLength: Math.max(40, Math.min(widest, columnsOf(stdout) - margin)),
        printFn: (line) => stdout.write(`${line}\n`),
      })
    })
}
