import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Argument, type Command, Option } from 'commander'
import { ArgumentError } from '../errors.js'
import { Picture, type PictureFormat } from '../plot/picture.js'
import type { RunLog } from '../plot/runLog.js'
import { type CurveOptions, drawRuns, readRunLogs } from '../plot/runs.js'
import { suggestion } from '../utils/nearest.js'
import { oneOf, path } from './arguments.js'
import { writeCurves } from './curveLines.js'
import type { CliContext } from './streams.js'

interface PlotArguments {
  readonly runs: string
  readonly metrics?: string[]
  readonly log?: true | string[]
  readonly title?: string
  readonly output?: string
  readonly format: PictureFormat
}

const formats: readonly PictureFormat[] = ['svg', 'png', 'html']
const keys = (text: string): string[] => text.split(',').map((key) => key.trim())

/** `gradus plot` */
export function addPlotCommand(program: Command, { stdout }: CliContext): void {
  program
    .command('plot')
    .description('draw the curves of runs, finished or under way: loss and metrics by epoch')
    .addArgument(new Argument('<run...>', 'names of runs, their folders, or files that csvLogger wrote'))
    .option('--runs <folder>', 'where runs are kept', path, 'runs')
    .option('--metrics <keys>', 'what is drawn: loss,val_accuracy,... (default: all)', keys)
    .option(
      '--log [metrics]',
      'logarithmic axes, for all diagrams or for those of some metrics: loss,mae',
      keys,
    )
    .option('--title <text>', 'what stands above (default: the name of the run)')
    .option(
      '--output <file>',
      "the file, .svg, .png or .html (default: curves.svg in the run's folder; of several runs, here)",
    )
    .addOption(
      oneOf(new Option('--format <kind>', 'the kind of file, if it is not named'), formats)
        .default('svg')
        .conflicts('output'),
    )
    .action(async (names: string[], options: PlotArguments) => {
      const paths = await Promise.all(names.map((name) => pathOf(name, options.runs)))
      const logs = await readRunLogs(paths)
      const file = options.output ?? defaultFile(paths, options.format)
      await new Picture(() => drawRuns(logs, curveOptions(options))).save(file)
      for (const log of logs) {
        stdout.write(`${log.name}, ${epochsOf(log)}\n`)
        writeCurves(stdout, log)
      }
      stdout.write(`The curves are in ${file}\n`)
    })
}

const curveOptions = ({ metrics, log, title }: PlotArguments): CurveOptions => ({
  metrics,
  title,
  yScale: Array.isArray(log)
    ? Object.fromEntries(log.map((metric) => [metric, 'log']))
    : log
      ? 'log'
      : 'linear',
})

/** A path as it was given, or the run of this name. */
async function pathOf(name: string, runs: string): Promise<string> {
  if (existsSync(name)) return name
  const run = join(runs, name)
  if (name.trim() !== '' && existsSync(run)) return run
  const known = await readdir(runs).catch(() => [])
  const hint =
    known.length === 0
      ? `There are no runs in ${runs}: train first, with npx gradus train lenet, or name their folder with --runs.`
      : suggestion(name, known.sort())
  throw new ArgumentError(
    `plot: there is no run '${name}' in ${runs}, and no folder or file of this name. ${hint}`,
  )
}

function epochsOf({ logs }: RunLog): string {
  const last = Math.max(...Object.values(logs).map(({ epochs }) => epochs[epochs.length - 1]))
  return last === 1 ? '1 epoch' : `${last} epochs`
}

/** Beside the log of a single run that is a folder; else where the command runs. */
const defaultFile = ([path, ...others]: readonly string[], format: PictureFormat): string =>
  others.length === 0 && !/\.csv$/i.test(path) ? join(path, `curves.${format}`) : `curves.${format}`
