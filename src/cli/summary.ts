import { Argument, type Command } from 'commander'
import { modelHelp, openModel } from './modelFile.js'
import { type CliContext, columnsOf } from './streams.js'

/** Columns that a summary keeps free, as Keras's does. */
const margin = 4
const widest = 88

/** `gradus summary` */
export function addSummaryCommand(program: Command, { stdout }: CliContext): void {
  program
    .command('summary')
    .description("print a network's layers, output shapes and parameter counts")
    .addArgument(new Argument('<model>', modelHelp))
    .action(async (name: string) => {
      const model = await openModel(name)
      model.summary({
        lineLength: Math.max(40, Math.min(widest, columnsOf(stdout) - margin)),
        printFn: (line) => stdout.write(`${line}\n`),
      })
    })
}
