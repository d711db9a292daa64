// from tensorflow.keras import layers
import { layers } from 'gradus'

// layer = layers.Dropout(0.2)
export const layer = layers.dropout(0.2)
