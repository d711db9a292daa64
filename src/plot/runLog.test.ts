import { describe, expect, it } from 'vitest'
import { DataError } from '../errors.js'
import { logOfHistory, parseLog } from './runLog.js'

const parse = (text: string) => parseLog(text, 'first', 'runs/first/log.csv').logs

describe('parseLog', () => {
  it('reads what csvLogger writes; NA is nothing, nan and inf are numbers that are not finite', () => {
    const text = 'epoch,loss,val_loss\r\n0,0.5,NA\r\n1,nan,0.75\r\n2,inf,1e-05\r\n'
    expect(parse(text)).toEqual({
      loss: { epochs: [1, 2, 3], values: [0.5, Number.NaN, Number.POSITIVE_INFINITY] },
      val_loss: { epochs: [2, 3], values: [0.75, 1e-5] },
    })
  })

  it('leaves out columns without a number', () => {
    expect(Object.keys(parse('epoch,loss,val_loss\n0,0.5,NA\n'))).toEqual(['loss'])
  })

  it('takes other separators, and names in quotes', () => {
    expect(parse('epoch;"my;loss"\n0;1\n')).toEqual({ 'my;loss': { epochs: [1], values: [1] } })
  })

  it('leaves out the row that is being written', () => {
    const whole = 'epoch,accuracy,loss\r\n0,0.5,0.75\r\n'
    const row = '1,0.625,0.0125\r\n'
    for (let length = 0; length < row.length - 1; length++) {
      expect(parse(whole + row.slice(0, length)).loss.values).toEqual([0.75])
    }
    expect(parse(whole + row).loss.values).toEqual([0.75, 0.0125])
  })

  it('counts on where training was begun once more in the same file', () => {
    expect(parse('epoch,loss\n0,4\n1,3\n0,2\n1,1\n').loss).toEqual({
      epochs: [1, 2, 3, 4],
      values: [4, 3, 2, 1],
    })
  })

  it.each([
    ['', 'the log is empty'],
    ['\n\n', 'the log is empty'],
    ['epoch,loss\r\n', 'the log has no epoch yet'],
    ['ep', 'the log has no epoch yet'],
    ['epoch', 'the log has no epoch yet'],
    ['epoch,lo', 'the log has no epoch yet'],
    ['ep\n', 'expected the log of a run'],
    ['epoch,loss\r\n0,0.', 'the log has no epoch yet'],
    ['epoch\n0\n', 'expected the log of a run'],
    ['name,age\nAda,36\n', 'expected the log of a run, whose first line is epoch,loss,..., found "name,age"'],
    ['\x89PNG\r\n\x1a\n\0\0', 'expected the log of a run'],
    ['epoch,loss\n0,1\n1,high\n2,1\n', 'line 3: expected 2 numbers (epoch, loss), found "1,high"'],
    ['epoch,loss\n0,1,2\n1,1\n', 'line 2: expected 2 numbers'],
    ['epoch,loss\n1e20,1\n', 'line 2: expected 2 numbers'],
    ['epoch,loss\nNA,1\n', 'line 2: expected 2 numbers'],
  ])('refuses %j', (text, message) => {
    expect(() => parse(text)).toThrow(DataError)
    expect(() => parse(text)).toThrow(message)
    expect(() => parse(text)).toThrow('runs/first/log.csv')
  })
})

describe('logOfHistory', () => {
  it('knows when each key was measured, or takes even spaces', () => {
    const history = { loss: [4, 3, 2, 1], val_loss: [8, 7] }
    const plain = logOfHistory({ epoch: [0, 1, 2, 3], history }, 'first').logs
    expect(plain).toMatchObject({ loss: { epochs: [1, 2, 3, 4] }, val_loss: { epochs: [2, 4] } })
    const epochs = { loss: [0, 1, 2, 3], val_loss: [0, 3] }
    expect(logOfHistory({ epoch: [0, 1, 2, 3], history, epochs }, 'first').logs.val_loss.epochs).toEqual([
      1, 4,
    ])
  })
})
