// from tensorflow import keras
import { callbacks } from 'gradus'

// It lowers the rate, by half, whenever the validation loss was no better for 15 epochs; training goes on.
// lr_scheduler = keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=15)
export const lrScheduler = callbacks.reduceLrOnPlateau({ factor: 0.5, patience: 15 })
