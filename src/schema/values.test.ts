import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromBase64, toBase64 } from './base64.ts'
import { canonicalQuantity, milliValue, parseQuantity } from './quantity.ts'
import { canonicalMicroTime, canonicalTime, formatMicroTime, formatTime, parseTime } from './time.ts'

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
})

const REGULAR = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const NUMERIC = 'unable to parse numeric part of quantity'
const SUFFIX = "unable to parse quantity's suffix"

test('what is no quantity is refused in Kubernetes’ words', () => {
  for (const [text, message] of [
    ['', REGULAR],
    ['x', REGULAR],
    ['Gi', REGULAR],
    ['--1', REGULAR],
    ['1 Gi', REGULAR],
    ['1KI', REGULAR],
    [`1${'0'.repeat(1000)}`, REGULAR],
    ['.', NUMERIC],
    ['-.', NUMERIC],
    ['1.2.3', NUMERIC],
    ['1e', SUFFIX],
    ['1ee3', SUFFIX],
    ['1mm', SUFFIX],
    ['1K', SUFFIX],
    ['1m3', SUFFIX],
  ] as const)
    assert.throws(() => canonicalQuantity(text), { code: 'QUANTITY_INVALID', message }, text)
  assert.equal(canonicalQuantity(`1${'0'.repeat(999)}`), '9223372036854775807')
})

test('each suffix multiplies by what it stands for', () => {
  const decimal = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].map((suffix) => parseQuantity(`1${suffix}`))
  assert.deepEqual(
    decimal,
    decimal.map((_, at) => ({ nano: 1000n ** BigInt(at), format: 'DecimalSI' })),
  )
  const binary = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix) => parseQuantity(`1${suffix}`))
  assert.deepEqual(
    binary,
    binary.map((_, at) => ({ nano: 1024n ** BigInt(at + 1) * 10n ** 9n, format: 'BinarySI' })),
  )
  assert.deepEqual(parseQuantity('-2e3'), { nano: -2000n * 10n ** 9n, format: 'DecimalExponent' })
  assert.deepEqual(parseQuantity('2E-10'), { nano: 1n, format: 'DecimalExponent' })
})

test('an amount past the largest is the largest, one below the smallest step is the smallest, and neither takes long', () => {
  const largest = (1n << 63n) - 1n
  for (const [text, nano] of [
    ['9223372036854775807', largest * 10n ** 9n],
    ['9223372036854775807.1', largest * 10n ** 9n],
    ['8Ei', largest * 10n ** 9n],
    ['1e999999999', largest * 10n ** 9n],
    ['-1e999999999', -largest * 10n ** 9n],
    ['1e-999999999', 1n],
    ['0e999999999', 0n],
    ['0.00000000001', 1n],
    ['0.0000000011', 2n],
    ['0.0000000001Ki', 103n],
  ] as const)
    assert.equal(parseQuantity(text).nano, nano, text)
})

test('an amount is written in the form that it was given in, by the largest suffix that keeps it whole', () => {
  for (const [text, canonical] of [
    ['1024Ei', '9223372036854775807'],
    ['2Ei', '2Ei'],
    ['1023Ki', '1023Ki'],
    ['1Ki', '1Ki'],
    ['1025', '1025'],
    ['0.5Ki', '512'],
    ['0.999Ki', '1022976m'],
    ['1.5e3', '1500'],
    ['12e6', '12e6'],
    ['1000e3', '1e6'],
    ['100e-3', '100e-3'],
    ['-1024Ki', '-1Mi'],
    ['-512Ki', '-512Ki'],
    ['-1Ki', '-1Ki'],
    ['-0.5Ki', '-512'],
    ['-1000m', '-1'],
    ['1000E-3', '1'],
    ['1000000E', '9223372036854775807'],
    ['5000', '5k'],
    ['5000n', '5u'],
    ['+5k', '5k'],
    ['0m', '0'],
    ['-0', '0'],
    ['0.1Ki', '102400m'],
    ['0.0005Ki', '512m'],
  ] as const)
    assert.equal(canonicalQuantity(text), canonical, text)
})

test('a canonical quantity is its own canonical form and means the same', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
      fc.constantFrom('n', 'u', 'm', '', 'k', 'M', 'Ki', 'Mi', 'Gi', 'e2', 'e-3'),
      (digits, suffix) => {
        const once = canonicalQuantity(`${digits}${suffix}`)
        assert.equal(canonicalQuantity(once), once)
        // A sign keeps it off the short way, which a text that looks canonical goes.
        if (digits > 0n) assert.equal(canonicalQuantity(`+${once}`), once)
        assert.equal(parseQuantity(once).nano, parseQuantity(`${digits}${suffix}`).nano)
      },
    ),
  )
})

test('CPU is counted in thousandths, rounded up', () => {
  for (const [text, milli] of [
    ['1.5', 1500],
    ['1n', 1],
    ['1001u', 2],
    ['2', 2000],
    ['-1500m', -1500],
    ['-1n', 0],
  ] as const)
    assert.equal(milliValue(text) + 0, milli, text)
})

test('times are whole seconds in UTC, micro times have six digits', () => {
  for (const [text, canonical] of [
    ['2026-11-21T02:49:33Z', '2026-11-21T02:49:33Z'],
    ['2026-11-21T02:49:33.999Z', '2026-11-21T02:49:33Z'],
    ['2026-11-21T02:49:33,5Z', '2026-11-21T02:49:33Z'],
    ['2026-11-21T02:49:33+02:00', '2026-11-21T00:49:33Z'],
    ['2026-11-21T23:59:59+24:00', '2026-11-20T23:59:59Z'],
    ['2026-11-21T23:59:59-00:60', '2026-11-22T00:59:59Z'],
    ['2024-02-29T23:59:59-00:30', '2024-03-01T00:29:59Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00Z'],
    ['2026-12-31T00:00:00Z', '2026-12-31T00:00:00Z'],
    ['0001-01-01T00:00:00Z', ''],
    ['0001-01-01T01:00:00+01:00', ''],
    ['0001-01-01T00:00:01Z', '0001-01-01T00:00:01Z'],
    ['0001-01-01T00:00:00.1Z', '0001-01-01T00:00:00Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00Z'],
    ['0099-03-01T00:00:00Z', '0099-03-01T00:00:00Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59Z'],
    ['9999-12-31T23:59:59-00:01', undefined],
    ['0000-01-01T00:00:00+00:01', undefined],
    ['1900-02-29T00:00:00Z', undefined],
    ['2023-02-29T00:00:00Z', undefined],
    ['2026-11-31T00:00:00Z', undefined],
    ['2026-11-00T00:00:00Z', undefined],
    ['2026-00-10T00:00:00Z', undefined],
    ['2026-13-10T00:00:00Z', undefined],
    ['2026-11-21T24:00:00Z', undefined],
    ['2026-11-21T00:60:00Z', undefined],
    ['2026-11-21T00:00:60Z', undefined],
    ['2026-11-21T00:00:00+25:00', undefined],
    ['2026-11-21T00:00:00+00:61', undefined],
    ['2026-11-21', undefined],
    ['banana', undefined],
  ] as const) {
    assert.equal(canonicalTime(text), canonical, text)
    if (!canonical) assert.equal(canonicalMicroTime(text), canonical, text)
  }
  assert.equal(canonicalMicroTime('2026-11-21T02:49:33Z'), '2026-11-21T02:49:33.000000Z')
  assert.equal(canonicalMicroTime('2026-11-21T02:49:33.1234567891Z'), '2026-11-21T02:49:33.123456Z')
  assert.equal(canonicalMicroTime('0001-01-01T00:00:00.1Z'), '0001-01-01T00:00:00.100000Z')
  fc.assert(
    fc.property(fc.integer({ min: -62135596799, max: 253402300799 }), (seconds) => {
      const text = formatTime({ seconds, nanos: 0 })
      assert.equal(Date.parse(text), seconds * 1000)
      assert.deepEqual(parseTime(text), { seconds, nanos: 0 })
      assert.deepEqual(parseTime(formatMicroTime({ seconds, nanos: 123000 })), { seconds, nanos: 123000 })
    }),
    { numRuns: 50 },
  )
})

test('base64 is what Buffer makes of it, and refused where it is none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      assert.equal(toBase64(bytes), Buffer.from(bytes).toString('base64'))
      assert.deepEqual(fromBase64(toBase64(bytes)), bytes)
    }),
  )
  for (const text of ['a', 'ab', 'abc', 'a===', 'ab=c', 'äbcd', 'ab*=', 'ab\u0080d'])
    assert.equal(fromBase64(text), undefined, text)
  assert.deepEqual(fromBase64('YW\nJj'), Uint8Array.of(97, 98, 99))
})
