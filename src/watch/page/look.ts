import { palette } from '../../plot/palette.js'

/** The palette of pictures, where it is drawn on dark: lighter, in the same order. */
const onDark = [
  '#5aaeea',
  '#ff8a4c',
  '#2fcf9f',
  '#e8a0cb',
  '#f2b134',
  '#9ad7ff',
  '#b9b9b9',
  '#f4f4f4',
] as const

const dark = matchMedia('(prefers-color-scheme: dark)')

export type Theme = 'system' | 'light' | 'dark'
const KEY = 'gradus-watch-theme'

export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEY)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

/** Takes a theme, and keeps it for the next time. */
export function chooseTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme)
  document.documentElement.dataset.theme = theme
}

export const isDark = (): boolean => {
  const theme = chosenTheme()
  return theme === 'dark' || (theme === 'system' && dark.matches)
}

/** Calls when the system's colours change. */
export const onSystemTheme = (listener: () => void): void => dark.addEventListener('change', listener)

/** The colour of a run by its place among those that are shown. */
export const colourAt = (place: number): string => (isDark() ? onDark : palette)[place % palette.length]

export const inkOf = (): { readonly text: string; readonly grid: string } =>
  isDark() ? { text: '#c9c9c9', grid: '#33363b' } : { text: '#444444', grid: '#e3e3e3' }
