import { Command } from 'commander'
import { addBenchCommand } from './bench.js'
import { addConvertCommand } from './convert.js'
import { addDoctorCommand } from './doctor.js'
import { addEvaluateCommand } from './evaluate.js'
import { addPlotCommand } from './plot.js'
import { addPredictCommand } from './predict.js'
import { addProfileCommand } from './profile.js'
import type { CliContext } from './streams.js'
import { addSummaryCommand } from './summary.js'
import { addTrainCommand } from './train.js'
import { gradusVersion } from './version.js'
import { addWatchCommand } from './watch.js'

/** The command line's grammar. Errors are thrown, not turned into an exit. */
export function createProgram(context: CliContext): Command {
  const program = new Command('gradus')
    .description('Deep learning for TypeScript: train and inspect networks, examine this machine.')
    .version(gradusVersion(), '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    })
  addTrainCommand(program, context)
  addEvaluateCommand(program, context)
  addPredictCommand(program, context)
  addSummaryCommand(program, context)
  addConvertCommand(program, context)
  addPlotCommand(program, context)
  addWatchCommand(program, context)
  addDoctorCommand(program, context)
  addProfileCommand(program, context)
  addBenchCommand(program, context)
  return program
}
