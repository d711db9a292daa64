import { forwardFlops } from './conv.js'

/** A piece of work that Gradus and its peers are given alike. Written as JSON to their processes. */
export type Task =
  /** A step of training with Adam (ResNet-20: SGD with momentum), or a prediction of a batch. */
  | { readonly kind: 'train' | 'predict'; readonly model: ModelName; readonly batch: number }
  /** 3x3 with padding `same`: forward, and the gradients to image and kernel. */
  | {
      readonly kind: 'convolution' | 'depthwise'
      readonly batch: number
      readonly size: number
      readonly channels: number
    }
  | { readonly kind: 'matmul'; readonly size: number }

export type ModelName = 'lenet' | 'mlp' | 'resnet20'

const modelNames: Record<ModelName, string> = {
  lenet: 'LeNet',
  mlp: 'MLP 784-300-100-10',
  resnet20: 'ResNet-20',
}

export function taskName(task: Task): string {
  switch (task.kind) {
    case 'train':
      return `${modelNames[task.model]} step, batch ${task.batch}`
    case 'predict':
      return `${modelNames[task.model]} prediction, batch ${task.batch}`
    case 'convolution':
      return `convolution 3x3, ${task.channels}x${task.size}x${task.size}, batch ${task.batch}`
    case 'depthwise':
      return `depthwise 3x3, ${task.channels}x${task.size}x${task.size}, batch ${task.batch}`
    case 'matmul':
      return `matmul ${task.size}`
  }
}

/** Floating-point operations by definition, where the task is one op. */
export function taskFlops(task: Task): number | undefined {
  if (task.kind === 'matmul') return 2 * task.size ** 3
  if (task.kind !== 'convolution' && task.kind !== 'depthwise') return undefined
  const { batch, size, channels, kind } = task
  const perFilter = kind === 'depthwise' ? 1 : channels
  return 3 * forwardFlops({ batch, output: size, channels: perFilter, filters: channels, kernel: 3 })
}

const training = (model: ModelName, ...batches: number[]): Task[] =>
  batches.map((batch) => ({ kind: 'train', model, batch }))
const prediction = (model: ModelName, ...batches: number[]): Task[] =>
  batches.map((batch) => ({ kind: 'predict', model, batch }))

/** All that the suite measures, by the names that `--only` takes. */
export const suite = {
  lenet: training('lenet', 32, 128, 512),
  mlp: training('mlp', 32, 128),
  resnet: training('resnet20', 128),
  conv: (
    [
      [64, 56],
      [128, 28],
      [256, 14],
      [512, 7],
    ] as const
  ).map(([channels, size]) => ({ kind: 'convolution', batch: 8, size, channels })),
  depthwise: [{ kind: 'depthwise', batch: 8, size: 28, channels: 128 }],
  matmul: [256, 512, 1024, 2048].map((size) => ({ kind: 'matmul', size })),
  predict: [...prediction('lenet', 1, 128), ...prediction('resnet20', 1, 128)],
} as const satisfies Record<string, readonly Task[]>

export type SuitePart = keyof typeof suite
export const suiteParts = Object.keys(suite) as SuitePart[]
