/** The array of a summary, as TensorBoard's plugins take it. */
export type SummaryTensor =
  | { readonly dtype: 'float'; readonly shape: readonly number[]; readonly elements: Float32Array }
  | { readonly dtype: 'double'; readonly shape: readonly number[]; readonly elements: Float64Array }
  | { readonly dtype: 'string'; readonly shape: readonly number[]; readonly elements: readonly Uint8Array[] }

/** One entry of an event file: what a plugin of TensorBoard shows under a tag. */
export interface SummaryValue {
  readonly tag: string
  readonly plugin: string
  /** What the plugin has to know besides, encoded by its own rules. */
  readonly pluginContent?: Uint8Array
  /** Markdown, for the reader. */
  readonly description?: string
  readonly tensor: SummaryTensor
}

/** Bytes of a text. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
