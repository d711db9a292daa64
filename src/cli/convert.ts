import { existsSync } from 'node:fs'
import { Argument, type Command } from 'commander'
import { ArgumentError } from '../errors.js'
import type { Model } from '../models/model.js'
import { modelHelp, openModel } from './modelFile.js'
import type { CliContext } from './streams.js'

interface ConvertArguments {
  readonly model?: string
  readonly force?: boolean
}

const endings = '.keras, .h5, .weights.h5 or .safetensors'

/** `gradus convert` */
export function addConvertCommand(program: Command, { stdout }: CliContext): void {
  program
    .command('convert')
    .description(`write a model file in another form: ${endings}`)
    .addArgument(new Argument('<from>', `what there is: ${endings}`))
    .addArgument(new Argument('<to>', 'what it becomes, by its ending'))
    .option('--model <model>', `whose weights <from> holds, if it holds weights alone: ${modelHelp}`)
    .option('--force', 'replace <to>, if there is such a file')
    .action(async (from: string, to: string, options: ConvertArguments) => {
      const kind = kindOf(to)
      if (existsSync(to) && !options.force) {
        throw new ArgumentError(
          `${to}: there is such a file already. Replace it with --force, or give another name.`,
        )
      }
      const model = await openAny(from, options.model)
      if (kind === 'model') await model.save(to)
      else await model.saveWeights(to)
      stdout.write(`${to}: ${kind === 'model' ? 'the network and its weights' : 'the weights'} of ${from}\n`)
    })
}

/** Whether a file holds a whole model or weights alone. */
function kindOf(path: string): 'model' | 'weights' {
  if (/\.(weights\.h5|safetensors)$/.test(path)) return 'weights'
  if (/\.(keras|h5)$/.test(path)) return 'model'
  throw new ArgumentError(`${path}: expected a file that ends in ${endings}.`)
}

async function openAny(path: string, owner: string | undefined): Promise<Model> {
  if (kindOf(path) === 'model') {
    if (owner === undefined) return openModel(path)
    throw new ArgumentError(`${path}: holds a whole network. Leave --model out.`)
  }
  if (owner === undefined) {
    throw new ArgumentError(
      `${path}: holds weights alone, and does not say of which network. Give one with --model: ${modelHelp}.`,
    )
  }
  const model = await openModel(owner)
  await model.loadWeights(path)
  return model
}
