import { describe, expect, it } from 'vitest'
import { formatPath } from './formatPath.js'

const fields = {
  epoch: { value: 7, isInteger: true },
  val_loss: { value: 0.125, isInteger: false },
  loss: { value: 1234.5678, isInteger: false },
  accuracy: { value: 1, isInteger: false },
  lost: { value: Number.NaN, isInteger: false },
  tiny: { value: 1e-5, isInteger: false },
}
const format = (path: string) => formatPath(path, fields, 'filepath')

describe('formatPath', () => {
  // What Python 3 gives for '...'.format(epoch=7, val_loss=0.125, loss=1234.5678, accuracy=1.0, lost=nan, tiny=1e-05).
  it.each([
    ['model.keras', 'model.keras'],
    ['{epoch:02d}-{val_loss:.2f}.keras', '07-0.12.keras'],
    ['{epoch}-{accuracy}-{val_loss}-{tiny}', '7-1.0-0.125-1e-05'],
    ['{epoch:>4}|{epoch:<4}|{epoch:^5}|{epoch:+d}|{epoch:.1f}', '   7|7   |  7  |+7|7.0'],
    [
      '{loss:.0f} {loss:f} {loss:.3e} {loss:E} {loss:g} {loss:.3g}',
      '1235 1234.567800 1.235e+03 1.234568E+03 1234.57 1.23e+03',
    ],
    ['{loss:010.2f} {loss:*^12.1f} {loss:=+10.1f}', '0001234.57 ***1234.6*** +   1234.6'],
    ['{accuracy:.1%} {val_loss:%}', '100.0% 12.500000%'],
    ['{lost:.2f} {lost} {lost:E}', 'nan nan NAN'],
    ['{{epoch}} {{{epoch}}}', '{epoch} {7}'],
  ])('fills in %s', (path, expected) => {
    expect(format(path)).toBe(expected)
  })

  it.each([
    ['{epoch:2.1d}', /expected a format of Python's for an integer, such as 02d; received '2.1d'/],
    ['{loss:d}', /expected a format of Python's for a number, such as .2f; received 'd'/],
    ['{loss:.2q}', /received '.2q'/],
    ['{val_accuracy:.2f}', /filepath: '.*' names 'val_accuracy', which is not known there. .*accuracy/],
    ['{epoch', /has a single brace '{'. Write a field as {epoch}, and a brace as {{/],
    ['epoch}', /has a single brace '}'/],
  ])('refuses %s', (path, message) => {
    expect(() => format(path)).toThrow(message)
  })
})
