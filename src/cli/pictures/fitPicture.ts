import type { Picture } from './picture.js'

/** What a network takes: the size of its pictures, where `null` takes any, and their channels. */
export interface PictureSize {
  readonly height: number | null
  readonly width: number | null
  readonly channels: 1 | 3
}

/** How light a colour is (ITU-R BT.601). */
const lightness = [0.299, 0.587, 0.114] as const

/** A picture of another size and number of channels: stretched, and grey where it had colours. */
export function fitPicture(picture: Picture, { height, width, channels }: PictureSize): Picture {
  return resized(withChannels(picture, channels), width ?? picture.width, height ?? picture.height)
}

/** A picture with light and dark exchanged. */
export const inverted = (picture: Picture): Picture => ({
  ...picture,
  data: picture.data.map((value) => 255 - value),
})

function withChannels(picture: Picture, channels: 1 | 3): Picture {
  if (picture.channels === channels) return picture
  const pixels = picture.width * picture.height
  const { data } = picture
  const value =
    channels === 3
      ? (i: number) => data[Math.floor(i / 3)]
      : (i: number) => lightness.reduce((sum, factor, channel) => sum + factor * data[3 * i + channel], 0)
  return {
    ...picture,
    channels,
    data: Uint8Array.from({ length: pixels * channels }, (_, i) => Math.round(value(i))),
  }
}

function resized(picture: Picture, width: number, height: number): Picture {
  if (picture.width === width && picture.height === height) return picture
  const { channels, data } = picture
  const columns = weightsOf(picture.width, width)
  const rows = weightsOf(picture.height, height)
  const wide = new Float64Array(picture.height * width * channels)
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < width; x++) {
      const { first, weights } = columns[x]
      for (let channel = 0; channel < channels; channel++) {
        const from = (y * picture.width + first) * channels + channel
        wide[(y * width + x) * channels + channel] = weights.reduce(
          (sum, weight, i) => sum + weight * data[from + i * channels],
          0,
        )
      }
    }
  }
  const stride = width * channels
  const out = Uint8Array.from({ length: height * stride }, (_, at) => {
    const { first, weights } = rows[Math.floor(at / stride)]
    const from = first * stride + (at % stride)
    return Math.round(weights.reduce((sum, weight, i) => sum + weight * wide[from + i * stride], 0))
  })
  return { ...picture, width, height, data: out }
}

/** What each element of a line is made of: those from `first` on, with weights that sum up to 1. */
interface Mixture {
  readonly first: number
  readonly weights: readonly number[]
}

/**
 * Linear interpolation; where a line gets shorter, over as many elements as fall together, so that none is lost. Positions are those
 * of the elements' middles.
 */
function weightsOf(from: number, to: number): Mixture[] {
  const scale = from / to
  const reach = Math.max(1, scale)
  return Array.from({ length: to }, (_, i) => {
    const middle = (i + 0.5) * scale - 0.5
    const first = Math.max(0, Math.ceil(middle - reach))
    const last = Math.min(from - 1, Math.floor(middle + reach))
    const weights = Array.from(
      { length: last - first + 1 },
      (_, j) => 1 - Math.abs(first + j - middle) / reach,
    )
    const sum = weights.reduce((a, b) => a + b, 0)
    return { first, weights: weights.map((weight) => weight / sum) }
  })
}
