const names: Record<number, string> = { 1: 'steps', 2: 'height, width', 3: 'depth, height, width' }

/** The axes of an input with this many spatial ones, in words: `[batch, height, width, channels]`. */
export const spatialForm = (rank: number): string => `[batch, ${names[rank]}, channels]`
