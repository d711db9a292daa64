import { ArgumentError } from '../errors.js'
import type { DType } from '../graph/dtype.js'
import type { Config, ConfigValue } from '../utils/config.js'
import { show } from '../utils/show.js'

/** Types of Keras for real numbers. Gradus computes in float32, whichever it is. */
export type FloatType = 'float16' | 'bfloat16' | 'float32' | 'float64'

/**
 * What a layer of Keras computes in, and what its weights are (`keras.DTypePolicy`). Gradus computes in float32; it keeps the policies
 * that stand in files, and writes weights in the types that they say.
 */
export interface DTypePolicy {
  /** As Keras calls it: `float32`, `mixed_float16`. */
  readonly name: string
  /** The type of what the layer gives, where Gradus gives float32. */
  readonly computeType: string
  /** The type of the weights in files. */
  readonly variableType: FloatType
}

const plain = (type: FloatType): DTypePolicy => ({ name: type, computeType: type, variableType: type })
/** Of layers that compute in integers and have no weights. */
const whole = (type: string): DTypePolicy => ({ name: type, computeType: type, variableType: 'float32' })
const mixed = (computeType: FloatType): DTypePolicy => ({
  name: `mixed_${computeType}`,
  computeType,
  variableType: 'float32',
})

export const float32Policy = plain('float32')

const policies: readonly DTypePolicy[] = [
  ...[float32Policy, plain('float64'), plain('float16'), plain('bfloat16')],
  ...[mixed('float16'), mixed('bfloat16')],
  ...['int64', 'int32', 'int16', 'int8', 'uint64', 'uint32', 'uint16', 'uint8', 'bool'].map(whole),
]

/** A policy in Keras's form. */
export const policyConfig = ({ name }: DTypePolicy): Config => ({
  module: 'keras',
  class_name: 'DTypePolicy',
  config: { name },
  registered_name: null,
})

/**
 * The policy that a config gives a layer: by its name, or as an object of class and settings; `undefined` if it gives none.
 * @param title names the layer in errors
 * @throws ArgumentError if there is no such policy, or if it is that of a quantized layer
 */
export function policyFrom(title: string, value: ConfigValue | undefined): DTypePolicy | undefined {
  if (value === undefined || value === null) return undefined
  const { config = value } = value as Config
  const { name = config, mode, policy_map: map } = config as Config
  if (mode !== undefined || map !== undefined || (typeof name === 'string' && name.includes('_from_'))) {
    throw new ArgumentError(
      `${title}: is quantized: its dtype policy is ${JSON.stringify(config)}. Gradus does not read quantized weights. Save the model ` +
        'in Keras before quantize(...) is called.',
    )
  }
  const found = policies.find((policy) => policy.name === name)
  if (found) return found
  throw new ArgumentError(
    `${title}: dtype: expected a policy of ${policies.map((policy) => policy.name).join(', ')}, received ${show(name)}.`,
  )
}

/** Types of Keras for inputs that Gradus has not, and what it feeds in their place. */
const nearest: Readonly<Record<string, DType>> = {
  ...{ float64: 'float32', float16: 'float32', bfloat16: 'float32' },
  ...{ int64: 'int32', int16: 'int32', int8: 'int32', uint16: 'int32', uint32: 'int32', uint64: 'int32' },
}

/** The type of Gradus for a type of Keras: its own, or else the nearest. */
export const nearestType = (type: string): DType =>
  Object.hasOwn(nearest, type) ? nearest[type] : (type as DType)
