/** A picture on the host: bytes from 0 (black) to 255, row by row, channels last. */
export interface Picture {
  /** What messages and results call it: its path, with a number where a file holds several. */
  readonly name: string
  readonly width: number
  readonly height: number
  /** 1: grey; 3: red, green, blue. */
  readonly channels: 1 | 3
  readonly data: Uint8Array
}
