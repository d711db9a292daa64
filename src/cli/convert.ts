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
const written = '.keras, .h5, .onnx, .weights.h5 or .safetensors'

/** `gradus convert` */
export function addConvertCommand(program: Command, { stdout }: CliContext): void {
  program
    .command('convert')
    .description(`write a model file in another form: ${written}`)
    .addArgument(new Argument('<from>', `what there is: ${endings}`))
    .addArgument(new Argument('<to>', 'what it becomes, by its ending'))
    .option('--model <model>', `whose weights <from> holds, if it holds weights alone: ${modelHelp}`)
    .option('--force', 'replace <to>, if there is such a file')
    .action(async (from: string, to: string, options: ConvertArguments) => {
      const kind = kindOf(to, ['export', 'model', 'weights'])
      if (existsSync(to) && !options.force) {
        throw new ArgumentError(
          `${to}: there is such a file already. Replace it with --force, or give another name.`,
        )
      }
      const model = await openAny(from, options.model)
      if (kind === 'export') await model.export(to)
      else if (kind === 'model') await model.save(to)
      else await model.saveWeights(to)
      stdout.write(
        `${to}: ${kind === 'weights' ? 'the weights' : 'the network and its weights'} of ${from}\n`,
      )
    })
}

/** A file holds a whole model, weights alone, or a model for other programs, which is written only. */
type Kind = 'model' | 'weights' | 'export'

const kinds: readonly (readonly [RegExp, Kind])[] = [
  [/\.(weights\.h5|safetensors)$/, 'weights'],
  [/\.(keras|h5)$/, 'model'],
  [/\.onnx$/, 'export'],
]

function kindOf<K extends Kind>(path: string, possible: readonly K[]): K {
  const kind = kinds.find(([ending]) => ending.test(path))?.[1]
  const found = possible.find((each) => each === kind)
  if (found !== undefined) return found
  if (kind === 'export') {
    throw new ArgumentError(
      `${path}: ONNX files are written, not read. Convert from the model file it was made of: ${endings}.`,
    )
  }
  throw new ArgumentError(
    `${path}: expected a file that ends in ${(possible as readonly Kind[]).includes('export') ? written : endings}.`,
  )
}

async function openAny(path: string, owner: string | undefined): Promise<Model> {
  if (kindOf(path, ['model', 'weights']) === 'model') {
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
