import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textFormat } from './formats.ts'

const LAST_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const dayOf = (month: number, day: number): string => `2026-${String(month + 1).padStart(2, '0')}-${day}`

/** Texts that each format takes, and texts that it does not. */
const TEXTS: { readonly [format: string]: readonly [taken: readonly string[], refused: readonly string[]] } = {
  bsonobjectid: [['507f1f77bcf86cd799439011'], ['507f1f77bcf86cd79943901', 'x07f1f77bcf86cd799439011']],
  uri: [
    ['http://a.example/b?c=d', '/path', 'mailto:a@b', 'https://[::1]:80/', '//host/path', 'http://u:p@h/'],
    ['', 'relative', 'http://a b/', '/a%zz', 'http://h:port/', 'a\u0001b'],
  ],
  email: [
    ['a@b', 'a.b@c.example', 'A Name <a@b.example>', '"q u"@b'],
    ['a', 'a@', '@b', 'a@b, c@d', 'a b@c'],
  ],
  hostname: [
    ['a', 'a-b.example', '1.example', 'ünder.example'],
    ['', '-a', 'a_b', `${'a'.repeat(64)}.example`],
  ],
  ipv4: [
    ['1.2.3.4', '01.02.03.004'],
    ['1.2.3', '256.1.1.1', '::1'],
  ],
  ipv6: [
    ['::1', 'fe80::1', '::ffff:1.2.3.4'],
    ['1.2.3.4', ':::'],
  ],
  cidr: [
    ['10.0.0.0/8', '10.1.2.3/8', 'fd00::/64'],
    ['10.0.0.0', '10.0.0.0/33'],
  ],
  mac: [
    ['01:23:45:67:89:ab', '01-23-45-67-89-ab', '0123.4567.89ab', '01:23:45:67:89:ab:cd:ef'],
    ['01:23:45', '0g:23:45:67:89:ab'],
  ],
  uuid: [['123E4567-e89b-12d3-a456-426614174000', '123e4567e89b12d3a456426614174000'], ['123e4567']],
  uuid3: [['123e4567-e89b-32d3-a456-426614174000'], ['123e4567-e89b-42d3-a456-426614174000']],
  uuid4: [['123e4567-e89b-42d3-a456-426614174000'], ['123e4567-e89b-42d3-c456-426614174000']],
  uuid5: [['123e4567-e89b-52d3-b456-426614174000'], ['123e4567-e89b-42d3-b456-426614174000']],
  isbn: [
    ['0321751043', '978-0321751041'],
    ['0321751044', '978-0321751042'],
  ],
  isbn10: [
    ['0321751043', '0-8044-2957-X'],
    ['0321751044', '978-0321751041'],
  ],
  isbn13: [
    ['9780321751041', '978-3-16-148410-0', '9780262033848'],
    ['0321751043', '9780321751042'],
  ],
  creditcard: [
    ['4111 1111 1111 1111', '378282246310005'],
    ['4111111111111112', '1234'],
  ],
  ssn: [
    ['111-22-3333', '111 22 3333'],
    ['111223333', '11-222-3333'],
  ],
  hexcolor: [
    ['#FFF', 'a0b1c2'],
    ['#FFFF', 'green'],
  ],
  rgbcolor: [['rgb(255, 0,10)'], ['rgb(256,0,0)', 'rgb(1,2)']],
  byte: [
    ['aGVsbG8=', 'YQ=='],
    ['a', '', 'aGVsbG8'],
  ],
  password: [['', 'anything'], []],
  date: [
    ['2026-02-28', '2024-02-29', '2000-02-29', ...LAST_DAYS.map((day, month) => dayOf(month, day))],
    [
      '2026-02-29',
      '1900-02-29',
      '2026-13-01',
      '2026-00-01',
      '2026-01-00',
      '2026-1-1',
      ...LAST_DAYS.map((day, month) => dayOf(month, day + 1)),
    ],
  ],
  datetime: [
    ['2026-01-01T00:00:00Z', '2026-01-01t23:59:59.5+02:00'],
    ['today', '2026-01-01T24:00:00Z', '2026-01-01T00:00:00'],
  ],
  duration: [
    [
      ...['1h2m3.5s', '22 ns', '3 weeks', '0', '-1s', '2 Hours', '.5s', '1.s', '1us', '1µs', '1μs', '1ms'],
      ...'ns nano nanosecond us µs micro microseconds ms milli milliseconds s sec seconds m min minutes'
        .split(' ')
        .map((unit) => `3 ${unit}`),
      ...'h hr hour hours d day days w wk week weeks'.split(' ').map((unit) => `3 ${unit}`),
    ],
    ['1', 'abc', '', '3 years', '3 x', 'days', '.s'],
  ],
  k8sshortname: [
    ['a', 'a-1', 'a'.repeat(63)],
    ['A', '-a', 'a.b', 'a'.repeat(64)],
  ],
  k8slongname: [
    ['a.b-c', `${'a'.repeat(100)}.b`],
    ['A.b', 'a..b', `${'a.'.repeat(127)}a`],
  ],
}

test('each format takes what Kubernetes takes, and nothing else', () => {
  for (const [name, [taken, refused]] of Object.entries(TEXTS)) {
    const is = textFormat(name)!
    for (const text of taken) assert.equal(is(text), true, `${name} takes ${JSON.stringify(text)}`)
    for (const text of refused) assert.equal(is(text), false, `${name} does not take ${JSON.stringify(text)}`)
  }
})

test('a format that nobody knows has no test', () => {
  assert.equal(textFormat('date-time'), undefined, 'a name comes without its hyphens')
  assert.equal(textFormat('constructor'), undefined)
})
