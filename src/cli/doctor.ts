import type { Command } from 'commander'
import { examineMachine } from './doctor/machine.js'
import { machineText } from './doctor/machineText.js'
import { bold, type CliContext, columnsOf, writeJson } from './streams.js'

/** `gradus doctor` */
export function addDoctorCommand(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .description('say what this machine offers: CPU features, threads, targets, and why one is missing')
    .option('--json', 'print one JSON object instead of text')
    .action(async ({ json = false }: { json?: boolean }) => {
      const machine = await examineMachine()
      if (json) return writeJson(context, machine)
      const { stdout } = context
      stdout.write(`${machineText(machine, columnsOf(stdout), (title) => bold(stdout, title))}\n`)
    })
}
