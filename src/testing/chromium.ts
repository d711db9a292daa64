import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Where Linux distributions put it. */
const usualPath = '/usr/bin/chromium'

/** The Chromium to test with, by `GRADUS_CHROMIUM` or in its usual place; undefined if there is none. */
export function findChromium(): string | undefined {
  const path = process.env.GRADUS_CHROMIUM || usualPath
  return existsSync(path) ? path : undefined
}

/** Starts it without a window, with a profile of its own, and without the services that call home. */
export const launchChromium = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
