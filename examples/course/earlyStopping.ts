// from tensorflow import keras
import { callbacks } from 'gradus'

// early_stopping = keras.callbacks.EarlyStopping(monitor="val_loss", patience=2)
export const earlyStopping = callbacks.earlyStopping({ monitor: 'val_loss', patience: 2 })
