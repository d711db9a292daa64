/** Why one of Keras's public entries has no numeric case. */
export interface Reason {
  /** `later`: Gradus is to have it. `out`: it makes no sense outside Python and TensorFlow. */
  readonly state: 'later' | 'out'
  readonly why: string
}

const group = (state: Reason['state'], why: string, names: readonly string[]): [string, Reason][] =>
  names.map((name) => [name, { state, why }])

/** Every public entry of Keras that has no numeric case, with the reason. */
export const reasons: Readonly<Record<string, Reason>> = Object.fromEntries([
  ...group('out', 'runs code of another framework', [
    'layers.FlaxLayer',
    'layers.JaxLayer',
    'layers.TFSMLayer',
    'layers.TorchModuleWrapper',
  ]),
])
