import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Calendar, parseSchedule } from './schedule.ts'

const calendar = (text: string): Calendar => {
  const schedule = parseSchedule(text)
  assert.ok('calendar' in schedule)
  return schedule.calendar
}
const values = (text: string): readonly (readonly number[])[] => {
  const { minutes, hours, days, months, weekdays } = calendar(text)
  return [minutes, hours, days, months, weekdays].map((field) => [...field.values].sort((a, b) => a - b))
}
const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, at) => first + at)
const ALL = [range(0, 59), range(0, 23), range(1, 31), range(1, 12), range(0, 6)] as const
const refusal = (text: string): string => {
  try {
    parseSchedule(text)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

test('a schedule has five fields of values, ranges, steps and names', () => {
  assert.deepEqual(values('* * * * *'), ALL)
  assert.deepEqual(values('? ? ? ? ?'), ALL)
  assert.deepEqual(values('*/15 1-3 1,15 jan-MAR mon-fri/2'), [
    [0, 15, 30, 45],
    [1, 2, 3],
    [1, 15],
    [1, 2, 3],
    [1, 3, 5],
  ])
  assert.deepEqual(values('50/4 5 31 12 6')[0], [50, 54, 58])
  assert.deepEqual(values('  1   2 3\t4 5 '), [[1], [2], [3], [4], [5]])
  assert.deepEqual(values('1,,2 * * * Sun')[0], [1, 2])
})

test('a field is any value where it is a star, and no longer where the star has steps', () => {
  const any = (text: string) => {
    const { days, weekdays } = calendar(text)
    return [days.isAny, weekdays.isAny]
  }
  assert.deepEqual(any('0 0 * * 1'), [true, false])
  assert.deepEqual(any('0 0 */2 * ?'), [false, true])
  assert.deepEqual(any('0 0 */1 * 0-6'), [true, false])
  assert.deepEqual(any('0 0 1,* * 1'), [true, false])
})

test('nicknames stand for schedules, and @every for a time between', () => {
  assert.deepEqual(values('@yearly'), values('0 0 1 1 *'))
  assert.deepEqual(values('@annually'), values('0 0 1 1 *'))
  assert.deepEqual(values('@monthly'), values('0 0 1 * *'))
  assert.deepEqual(values('@weekly'), values('0 0 * * 0'))
  assert.deepEqual(values('@daily'), values('0 0 * * *'))
  assert.deepEqual(values('@midnight'), values('0 0 * * *'))
  assert.deepEqual(values('@hourly'), values('0 * * * *'))
  assert.deepEqual(parseSchedule('@every 1h30m'), { every: 5_400_000 })
  assert.deepEqual(parseSchedule('@every 1.5s'), { every: 1000 })
  assert.deepEqual(parseSchedule('@every 5ms'), { every: 1000 })
  assert.deepEqual(parseSchedule('@every 0'), { every: 1000 })
})

test('a time zone may stand before a schedule', () => {
  assert.equal(parseSchedule('TZ=Asia/Tokyo 0 1 * * *').timeZone, 'Asia/Tokyo')
  assert.deepEqual(parseSchedule('CRON_TZ=UTC @every 1h'), { every: 3_600_000, timeZone: 'UTC' })
})

test('what is no schedule is refused, in Kubernetes’ words', () => {
  assert.equal(refusal(''), 'empty spec string')
  assert.equal(refusal('now'), 'expected exactly 5 fields, found 1: [now]')
  assert.equal(refusal('* * * * * *'), 'expected exactly 5 fields, found 6: [* * * * * *]')
  assert.equal(refusal('x * * * *'), 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax')
  assert.equal(refusal('60 * * * *'), 'end of range (60) above maximum (59): 60')
  assert.equal(refusal('* * 0 * *'), 'beginning of range (0) below minimum (1): 0')
  assert.equal(refusal('5-3 * * * *'), 'beginning of range (5) beyond end of range (3): 5-3')
  assert.equal(refusal('1-2-3 * * * *'), 'too many hyphens: 1-2-3')
  assert.equal(refusal('1/2/3 * * * *'), 'too many slashes: 1/2/3')
  assert.equal(refusal('*/0 * * * *'), 'step of range should be a positive number: */0')
  assert.equal(refusal('* * * * 7'), 'end of range (7) above maximum (6): 7')
  assert.equal(refusal('@reboot'), 'unrecognized descriptor: @reboot')
  assert.equal(refusal('@every soon'), 'failed to parse duration @every soon: time: invalid duration "soon"')
  assert.equal(refusal('-1 * * * *'), 'failed to parse int from : strconv.Atoi: parsing "": invalid syntax')
})
