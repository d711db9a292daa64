import { ArgumentError } from '../errors.js'
import type { Config, ConfigValue } from '../utils/config.js'

/** Settings of Keras that have one value in Gradus, and what to do where a config has another. */
const fixed: Readonly<Record<string, readonly [value: ConfigValue, fix: string]>> = {
  data_format: ['channels_last', 'Save the model with channels last, and its kernels keep their meaning.'],
  renorm: [false, 'Batch renormalisation would give other numbers in training; save the layer without it.'],
  rms_scaling: [false, 'Use RMSNormalization.'],
  lora_rank: [null, 'Merge the adapters into the kernel before saving.'],
  ragged: [false, 'Pad the sequences to one length, and mask the padding.'],
  sparse: [false, 'Feed dense arrays.'],
}

/**
 * A layer that left such a setting aside would compute other numbers than the one that was saved.
 * @throws ArgumentError naming the setting
 */
export function checkFixedSettings(title: string, config: Config): void {
  for (const [key, [value, fix]] of Object.entries(fixed)) {
    const given = config[key]
    if (given === undefined || given === null || given === value) continue
    throw new ArgumentError(
      `${title}: ${key}: expected ${JSON.stringify(value)}, which is all that Gradus has, received ${JSON.stringify(given)}. ${fix}`,
    )
  }
}
