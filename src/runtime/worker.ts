/** Entry point of workers in browsers. */
import type { ToWorker } from './messages.js'
import { serve } from './serve.js'

// The type library is that of pages, where `self` is a window and posts to an origin.
const scope = self as unknown as Worker

serve({
  post: (message, transfer = []) => scope.postMessage(message, [...transfer]),
  onMessage: (handler) =>
    scope.addEventListener('message', (event: MessageEvent<ToWorker>) => handler(event.data)),
})
