/** Element types of a message, named as in numpy. */
export type HostDType = 'float32' | 'float64' | 'int32' | 'uint8' | 'bool'

export type HostArray =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>

export const hostArrayOf: Record<HostDType, new (source: number | ArrayLike<number>) => HostArray> = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
}

/** Numbers with a shape: what both sides are given, and what they give back. */
export class HostTensor {
  constructor(
    readonly dtype: HostDType,
    readonly shape: readonly number[],
    readonly data: HostArray,
  ) {}
}
