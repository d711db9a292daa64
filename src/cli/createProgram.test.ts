import { describe, expect, it } from 'vitest'
import { createProgram } from './createProgram.js'

/** Runs a command line in this process: what it printed, or why it failed. */
async function outcome(line: string): Promise<string> {
  let text = ''
  const stream = { write: (part: string) => (text += part) }
  const { signal } = new AbortController()
  const context = { stdout: stream, stderr: stream, signal, endAtOnceWhenInterrupted: () => {} }
  try {
    await createProgram(context).parseAsync(['node', 'gradus', ...line.split(' ')])
  } catch (error) {
    return text === '' ? String(error) : text
  }
  return text
}

describe('The command line', () => {
  it.each([
    ['train lenet --epoch 3', /unknown option '--epoch'\n\(Did you mean --epochs\?\)/],
    ['train resnet', /^ArgumentError: 'resnet': expected lenet or a model file that ends in .keras or .h5/],
    ['train lenet --epochs 1.5', /argument '1.5' is invalid. Expected a whole number of at least 1/],
    ['train lenet --batch-size x', /argument 'x' is invalid. Expected a whole number of at least 1/],
    ['train lenet --validation-split 1', /argument '1' is invalid. Expected a number from 0 to below 1/],
    ['train lenet --threads 0', /argument '0' is invalid. Expected a whole number from 1 to 256/],
    ['train lenet --data cifar', /argument 'cifar' is invalid. Allowed choices are digits, mnist/],
    ['train lenet --data mnst', /argument 'mnst' is invalid. Did you mean mnist\? Allowed choices are/],
    ['train lenet --target wsm', /Did you mean wasm\?/],
    ['bench sute', /value 'sute' is invalid for argument 'name'. Did you mean suite\?/],
    ['bench suite --only lnet', /Did you mean lenet\?/],
    ['bench conv --threads 1,x', /argument '1,x' is invalid/],
    ['bench conv --peers', /^ArgumentError: bench: --peers measures the LeNet step or the suite/],
    [
      'bench matmul --page',
      /^ArgumentError: bench: --only and --page are for the suite; leave them out for matmul/,
    ],
    [
      'bench suite --only lenet,vgg',
      /argument 'lenet,vgg' is invalid. Expected some of lenet,mlp,resnet,conv/,
    ],
    ['bench suite --threads 1,2', /^ArgumentError: bench: suite takes one number of threads/],
    ['bench compile --tune', /^ArgumentError: bench: compile measures compiling alone/],
    ['profile vgg', /value 'vgg' is invalid for argument 'model'. Allowed choices are lenet/],
  ])('refuses %s', async (line, message) => {
    expect(await outcome(line)).toMatch(message)
  })

  it('explains itself', async () => {
    const help = await outcome('--help')
    for (const command of [
      'train',
      'evaluate',
      'predict',
      'summary',
      'convert',
      'plot',
      'doctor',
      'profile',
      'bench',
    ])
      expect(help).toMatch(new RegExp(`^  ${command} `, 'm'))
    expect(await outcome('train --help')).toMatch(/--validation-split <fraction> .*\(default: 0\.1\)/s)
    expect(await outcome('--version')).toMatch(/^\d+\.\d+\.\d+/)
  })
})
