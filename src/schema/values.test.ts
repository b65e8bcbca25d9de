import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromBase64, toBase64 } from './base64.ts'
import {
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  milliValue,
  parseQuantity,
  unitValue,
} from './quantity.ts'
import {
  canonicalMicroTime,
  canonicalTime,
  formatDuration,
  formatMicroTime,
  formatTime,
  parseDuration,
  parseTime,
} from './time.ts'

test('canonicalQuantity() writes what Kubernetes writes', () => {
  for (const [text, canonical] of [
    ['0.5Gi', '512Mi'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['0.1', '100m'],
    ['1024Mi', '1Gi'],
    ['1000', '1k'],
    ['1024', '1024'],
    ['1e3', '1e3'],
    ['1E', '1E'],
    ['1.5Gi', '1536Mi'],
    ['0', '0'],
    ['0Gi', '0'],
    ['00100m', '100m'],
    ['+5', '5'],
    ['-1.5', '-1500m'],
    ['0.5Ki', '512'],
    ['100000Ki', '100000Ki'],
    ['1n', '1n'],
    ['0.1n', '1n'],
    ['1u', '1u'],
    ['12345678', '12345678'],
    ['9223372036854775808', '9223372036854775807'],
    ['1e30', '9223372036854775807'],
    ['.5', '500m'],
    ['5.', '5'],
    ['0.5Mi', '512Ki'],
    ['1.1Ki', '1126400m'],
    ['1e-3', '1e-3'],
    ['10e2', '1e3'],
    ['999', '999'],
    ['1Ti', '1Ti'],
  ] as const)
    assert.equal(canonicalQuantity(text), canonical, text)
  for (const text of ['', 'x', '1x', '1.2.3', '1 Gi', 'Gi', '1KI', '--1', '1e', '1ee3', '.', '1mm'])
    assert.throws(() => canonicalQuantity(text), { code: 'QUANTITY_INVALID' }, text)
})

test('a canonical quantity is its own canonical form and means the same', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
      fc.constantFrom('n', 'u', 'm', '', 'k', 'M', 'Ki', 'Mi', 'Gi', 'e2', 'e-3'),
      (digits, suffix) => {
        const once = canonicalQuantity(`${digits}${suffix}`)
        assert.equal(canonicalQuantity(once), once)
        assert.equal(formatQuantity(parseQuantity(once)), once)
        assert.equal(compareQuantities(once, `${digits}${suffix}`), 0)
      },
    ),
  )
  assert.deepEqual([milliValue('1.5'), milliValue('1n'), unitValue('64Mi'), unitValue('100m')], [1500, 1, 67108864, 1])
})

test('times are whole seconds in UTC, micro times have six digits', () => {
  for (const [text, canonical] of [
    ['2026-11-21T02:49:33Z', '2026-11-21T02:49:33Z'],
    ['2026-11-21T02:49:33.999Z', '2026-11-21T02:49:33Z'],
    ['2026-11-21T02:49:33+02:00', '2026-11-21T00:49:33Z'],
    ['2024-02-29T23:59:59-00:30', '2024-03-01T00:29:59Z'],
    ['0001-01-01T00:00:00Z', ''],
    ['2023-02-29T00:00:00Z', undefined],
    ['2026-11-21', undefined],
    ['banana', undefined],
    ['2026-11-31T00:00:00Z', undefined],
    ['2026-11-21T24:00:00Z', undefined],
  ] as const)
    assert.equal(canonicalTime(text), canonical, text)
  assert.equal(canonicalMicroTime('2026-11-21T02:49:33Z'), '2026-11-21T02:49:33.000000Z')
  assert.equal(canonicalMicroTime('2026-11-21T02:49:33.1234567Z'), '2026-11-21T02:49:33.123456Z')
  fc.assert(
    fc.property(fc.integer({ min: -62135596799, max: 253402300799 }), (seconds) => {
      const text = formatTime({ seconds, nanos: 0 })
      assert.equal(text, `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`)
      assert.deepEqual(parseTime(text), { seconds, nanos: 0 })
      assert.deepEqual(parseTime(formatMicroTime({ seconds, nanos: 123000 })), { seconds, nanos: 123000 })
    }),
  )
})

test('durations are written as Go writes them', () => {
  for (const [text, canonical] of [
    ['1h', '1h0m0s'],
    ['90s', '1m30s'],
    ['1.5s', '1.5s'],
    ['250ms', '250ms'],
    ['0', '0s'],
    ['-1m', '-1m0s'],
    ['100us', '100µs'],
  ] as const)
    assert.equal(formatDuration(parseDuration(text)!), canonical)
  for (const text of ['', '1', 'h', '1x', '1h 2m']) assert.equal(parseDuration(text), undefined, text)
})

test('base64 is what Buffer makes of it, and refused where it is none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      assert.equal(toBase64(bytes), Buffer.from(bytes).toString('base64'))
      assert.deepEqual(fromBase64(toBase64(bytes)), bytes)
    }),
  )
  for (const text of ['a', 'ab', 'abc', 'a===', 'ab=c', 'äbcd', 'ab*=']) assert.equal(fromBase64(text), undefined, text)
  assert.deepEqual(fromBase64('YW\nJj'), Uint8Array.of(97, 98, 99))
})
