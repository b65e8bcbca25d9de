import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeJson, decodeJsonText, encodeJson, formatProblem, JsonError, parseJson } from './json.ts'
import { jsonEqual } from './json-value.ts'
import { Everything, Service } from './testing/messages.ts'

const service = (body: string) => decodeJsonText(Service, `{"apiVersion":"v1","kind":"Service",${body}}`)
const refusal = (body: string, code: string) => (message: string) =>
  assert.throws(
    () => service(body),
    (error) => error instanceof JsonError && error.code === code && error.message === message,
  )

test('decodeJsonText() names unknown and doubled fields in the order of the text', () => {
  const { object, problems } = service(
    '"metadata":{"name":"strict","foo":1},"spec":{"ports":[{"port":80,"port":81,"bogus":1}],"selector":{"a":"b","a":"c"}}',
  )
  assert.deepEqual(problems.map(formatProblem), [
    'unknown field "metadata.foo"',
    'duplicate field "spec.ports[0].port"',
    'unknown field "spec.ports[0].bogus"',
    'duplicate field "spec.selector.a"',
  ])
  assert.equal(object.spec?.ports?.[0]?.port, 81)
  assert.deepEqual(object.spec?.selector, { a: 'c' })
})

test('decodeJsonText() words a wrong type as Go does', () => {
  refusal(
    '"spec":{"ports":[{"port":"eighty"}]}',
    'JSON_TYPE',
  )('json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32')
  refusal(
    '"spec":{"ports":{}}',
    'JSON_TYPE',
  )('json: cannot unmarshal object into Go struct field ServiceSpec.spec.ports of type []v1.ServicePort')
  refusal(
    '"spec":[]',
    'JSON_TYPE',
  )('json: cannot unmarshal array into Go struct field Service.spec of type v1.ServiceSpec')
  refusal(
    '"spec":{"selector":{"a":1}}',
    'JSON_TYPE',
  )('json: cannot unmarshal number into Go struct field ServiceSpec.spec.selector of type string')
  refusal(
    '"spec":{"ports":[{"port":1.5}]}',
    'JSON_TYPE',
  )('json: cannot unmarshal number 1.5 into Go struct field ServicePort.spec.ports.port of type int32')
  refusal(
    '"spec":{"ports":[{"targetPort":true}]}',
    'JSON_TYPE',
  )('json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type int32')
  refusal(
    '"metadata":{"generation":9007199254740992}',
    'JSON_TYPE',
  )('json: cannot unmarshal number 9007199254740992 into Go struct field ObjectMeta.metadata.generation of type int64')
  refusal(
    '"metadata":{"generation":9007199254740993}',
    'JSON_TYPE',
  )('json: cannot unmarshal number 9007199254740993 into Go struct field ObjectMeta.metadata.generation of type int64')
})

test('parseJson() words broken text as Go does', () => {
  for (const [text, message] of [
    ['{"apiVersion":', 'unexpected end of JSON input'],
    ['', 'unexpected end of JSON input'],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`],
    ['[1 2]', "invalid character '2' after array element"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['banana', "invalid character 'b' looking for beginning of value"],
    ['tru', 'unexpected end of JSON input'],
    ['trux', "invalid character 'x' in literal true (expecting 'e')"],
    ['"\n"', "invalid character '\\n' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['01', "invalid character '1' after top-level value"],
  ] as const)
    assert.throws(() => parseJson(text), { code: 'JSON_SYNTAX', message })
  assert.throws(() => parseJson('['.repeat(5000) + ']'.repeat(5000)), { code: 'JSON_TOO_DEEP' })
})

test('a number that no double holds is refused, and not kept as null', () => {
  const of = (number: string): string => `json: cannot unmarshal number ${number} into Go value of type float64`
  for (const [text, number] of [
    ['{"a":[1e400]}', '1e400'],
    ['-1.5E+999', '-1.5E+999'],
    [`[1e308,${'9'.repeat(309)}]`, '9'.repeat(309)],
  ] as const)
    assert.throws(() => parseJson(text), { code: 'JSON_VALUE', message: of(number) })
  assert.deepEqual(parseJson('[1e308,"1e400",5e-400]'), [1e308, '1e400', 0])
})

test('an integer of 64 bits that a double would round is kept, and written as it was', () => {
  for (const text of ['9223372036854775807', '-9223372036854775808', '9007199254740993', '4611686018427387904']) {
    const body = `{"a":{"b":[1,${text}]},"c":"9007199254740993"}`
    const value = parseJson(body) as { readonly a: { readonly b: readonly unknown[] } }
    assert.equal(JSON.stringify(value), body)
    assert.equal(value.a.b[1], BigInt(text))
    assert.ok(jsonEqual(value, parseJson(body)))
  }
  const kept = '{"a":[9007199254740992,-1234567890123456000,"9223372036854775807"],"b":0.12345678901234568}'
  const { a } = parseJson(kept) as { readonly a: readonly unknown[] }
  assert.equal(JSON.stringify(parseJson(kept)), kept)
  assert.deepEqual(a, [9007199254740992, -1234567890123456000, '9223372036854775807'])
  // Kubernetes rounds these too.
  assert.deepEqual(parseJson('[9223372036854775809,1e19]'), [2 ** 63, 1e19])
})

test('a map key __proto__ is a key like others', () => {
  const { object, problems } = service('"metadata":{"labels":{"__proto__":"x","constructor":"y"}}')
  assert.deepEqual(problems, [])
  assert.deepEqual(Object.entries(object.metadata?.labels ?? {}), [
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ])
  assert.ok(encodeJson(Service, object).includes('"__proto__":"x"'))
  assert.deepEqual(service('"__proto__":{"spec":{}}').unknown, ['__proto__'])
})

test('null is absent, and empty maps and lists are too', () => {
  const { object } = service(
    '"metadata":null,"spec":{"ports":[],"selector":{},"clusterIP":null,"type":"","loadBalancerClass":""}',
  )
  assert.deepEqual(object.spec, { loadBalancerClass: '' })
  assert.deepEqual(object.metadata, {})
  assert.deepEqual(object.status, { loadBalancer: {} })
})

test('colons and quotes inside strings are not members', () => {
  const { problems } = service('"metadata":{"annotations":{"a\\"b":": \\\\","c":"{\\"d\\":1}"}}')
  assert.deepEqual(problems, [])
})

test('a value of every type is decoded and written again as it was', () => {
  const value = {
    kind: 'Everything',
    apiVersion: 'test/v1',
    text: 'a',
    flag: true,
    small: -1,
    large: 9007199254740991,
    real: 0.5,
    bytes: 'AQI=',
    when: '2026-01-02T03:04:05Z',
    exactly: '2026-01-02T03:04:05.000006Z',
    size: '100m',
    port: 'http',
    raw: { kind: 'X', a: [1] },
    json: [null, { b: false }],
    managed: { 'f:a': {} },
    words: ['x', 'y'],
    numbers: [1, 2],
    parts: [{ name: 'n', value: 'v' }],
    byName: { k: { name: 'n' } },
    blobs: { b: 'AA==' },
  }
  const { object, problems } = decodeJson(Everything, value)
  assert.deepEqual(problems, [])
  assert.deepEqual(JSON.parse(encodeJson(Everything, object)), value)
})

test('the smallest and the largest whole number of a type are taken, and one past them is refused', () => {
  const small = (value: number) => decodeJson(Everything, { kind: 'Everything', apiVersion: 'test/v1', small: value })
  for (const value of [-2_147_483_648, 2_147_483_647]) assert.equal(small(value).object.small, value)
  for (const value of [-2_147_483_649, 2_147_483_648]) assert.throws(() => small(value), { code: 'JSON_TYPE' })
})

test('a time that is not set is left out where its field says so, and is null where it does not', () => {
  assert.doesNotMatch(encodeJson(Service, service('"metadata":{"name":"a"}').object), /creationTimestamp/)
  const empty = decodeJson(Everything, { kind: 'Everything', apiVersion: 'test/v1' }).object
  assert.match(encodeJson(Everything, empty), /"when":null/)
})
