import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeJson, decodeJsonText, encodeJson, formatProblem, type JsonError, jsonValue, parseJson } from '../json.ts'
import { Deployment, Everything, Nested, Pod, PodList, Service } from '../testing/messages.ts'
import { compareUtf8 } from './json-encode.ts'

const decode = (body: object): object => {
  const { kind: _, apiVersion: __, ...rest } = decodeJson(Everything, body).object as any
  return rest
}
const refusal = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    return `${(error as JsonError).code} ${(error as Error).message}`
  }
  return 'taken'
}
/** What is always there: values that have a zero of their own. */
const ZERO = { size: '0', port: 0 }
const QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

test('each type is taken in every form that Go takes, and a zero says nothing', () => {
  const cases: readonly (readonly [object, object])[] = [
    [{}, {}],
    [{ text: '', flag: false, small: 0, large: 0, real: 0, bytes: '' }, {}],
    [
      { text: 'a', flag: true, real: -0.5 },
      { text: 'a', flag: true, real: -0.5 },
    ],
    [{ small: -0, numbers: [-0] }, { numbers: [0] }],
    [{ large: -9007199254740991 }, { large: -9007199254740991 }],
    [{ bytes: 'AQ\r\nI=' }, { bytes: 'AQI=' }],
    [{ when: '2026-01-02T03:04:05.9+01:00' }, { when: '2026-01-02T02:04:05Z' }],
    [{ when: '0001-01-01T00:00:00Z', exactly: '0001-01-01T00:00:00Z' }, {}],
    [{ exactly: '2026-01-02T03:04:05Z' }, { exactly: '2026-01-02T03:04:05.000000Z' }],
    [{ size: 1.5 }, { size: '1500m' }],
    [{ size: ' 1000m ' }, { size: '1' }],
    [{ size: '' }, {}],
    [{ port: '' }, { port: '' }],
    [{ port: 80 }, { port: 80 }],
    [
      { raw: { a: null }, json: false, managed: { f: {} } },
      { raw: { a: null }, json: false, managed: { f: {} } },
    ],
    [{ words: [] }, { words: [] }],
    [{ numbers: [], parts: [], byName: {}, blobs: {} }, {}],
    [{ numbers: [null, 3] }, { numbers: [0, 3] }],
    [{ parts: [null, {}] }, { parts: [{ name: '' }, { name: '' }] }],
    [{ byName: { k: null } }, { byName: { k: { name: '' } } }],
    [{ blobs: { k: null } }, { blobs: { k: '' } }],
    [{ text: null, numbers: null, byName: null, json: null, raw: null, words: null }, {}],
  ]
  for (const [body, object] of cases) assert.deepEqual(decode(body), { ...ZERO, ...object }, JSON.stringify(body))
})

test('kind and apiVersion are kept where they are said, and what a kind embeds is filled in', () => {
  assert.deepEqual(decodeJson(Service, { kind: '', apiVersion: null }).object, {
    metadata: {},
    spec: {},
    status: { loadBalancer: {} },
  })
  assert.deepEqual(Object.keys(decodeJson(Service, { apiVersion: 'v1', kind: 'Service' }).object), [
    'kind',
    'apiVersion',
    'metadata',
    'spec',
    'status',
  ])
  assert.deepEqual(decodeJson(Deployment, { spec: null }).object, { spec: { template: { spec: {} }, strategy: {} } })
  assert.deepEqual(decodeJson(PodList, { items: [] }).object, { items: [] })
  assert.deepEqual(decodeJson(PodList, {}).object, {})
})

test('a value of a wrong type is refused as Go’s decoder words it', () => {
  const at = (field: string): string => `Go struct field Everything.${field} of type`
  const cases: readonly (readonly [unknown, string])[] = [
    [[], 'JSON_TYPE json: cannot unmarshal array into Go value of type v1.Everything'],
    [null, 'JSON_TYPE json: cannot unmarshal object into Go value of type v1.Everything'],
    ['a', 'JSON_TYPE json: cannot unmarshal string into Go value of type v1.Everything'],
    [{ kind: 1 }, `JSON_TYPE json: cannot unmarshal number into ${at('kind')} string`],
    [{ apiVersion: {} }, `JSON_TYPE json: cannot unmarshal object into ${at('apiVersion')} string`],
    [{ text: 1 }, `JSON_TYPE json: cannot unmarshal number into ${at('text')} string`],
    [{ flag: 'true' }, `JSON_TYPE json: cannot unmarshal string into ${at('flag')} bool`],
    [{ small: true }, `JSON_TYPE json: cannot unmarshal bool into ${at('small')} int32`],
    [{ small: 2147483648 }, `JSON_TYPE json: cannot unmarshal number 2147483648 into ${at('small')} int32`],
    [{ large: 0.5 }, `JSON_TYPE json: cannot unmarshal number 0.5 into ${at('large')} int64`],
    [{ large: -(2 ** 53) }, `JSON_TYPE json: cannot unmarshal number -9007199254740992 into ${at('large')} int64`],
    [{ real: '1' }, `JSON_TYPE json: cannot unmarshal string into ${at('real')} float64`],
    [{ bytes: 1 }, `JSON_TYPE json: cannot unmarshal number into ${at('bytes')} []uint8`],
    [{ bytes: '*A==' }, 'JSON_VALUE illegal base64 data at input byte 0'],
    [{ bytes: 'AB\n*=' }, 'JSON_VALUE illegal base64 data at input byte 3'],
    [{ bytes: 'ABC' }, 'JSON_VALUE illegal base64 data at input byte 0'],
    [{ when: 1 }, `JSON_TYPE json: cannot unmarshal number into ${at('when')} string`],
    [{ when: 'now' }, 'JSON_VALUE parsing time "now" as "2006-01-02T15:04:05Z07:00": cannot parse "now" as "2006"'],
    [
      { exactly: 'now' },
      'JSON_VALUE parsing time "now" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "now" as "2006"',
    ],
    [{ size: 'x' }, `JSON_VALUE ${QUANTITY}`],
    [{ size: [] }, `JSON_VALUE ${QUANTITY}`],
    [{ port: 1.5 }, `JSON_TYPE json: cannot unmarshal number 1.5 into ${at('port')} int32`],
    [{ port: -2147483649 }, `JSON_TYPE json: cannot unmarshal number -2147483649 into ${at('port')} int32`],
    [{ port: [] }, `JSON_TYPE json: cannot unmarshal array into ${at('port')} int32`],
    [{ words: 'x' }, `JSON_TYPE json: cannot unmarshal string into ${at('words')} []string`],
    [{ words: [1] }, `JSON_TYPE json: cannot unmarshal number into ${at('words')} string`],
    [{ numbers: {} }, `JSON_TYPE json: cannot unmarshal object into ${at('numbers')} []int32`],
    [{ numbers: ['1'] }, `JSON_TYPE json: cannot unmarshal string into ${at('numbers')} int32`],
    [{ parts: 1 }, `JSON_TYPE json: cannot unmarshal number into ${at('parts')} []v1.EnvVar`],
    [{ parts: [1] }, `JSON_TYPE json: cannot unmarshal number into ${at('parts')} v1.EnvVar`],
    [
      { parts: [{ name: 1 }] },
      'JSON_TYPE json: cannot unmarshal number into Go struct field EnvVar.parts.name of type string',
    ],
    [{ byName: [] }, `JSON_TYPE json: cannot unmarshal array into ${at('byName')} map[string]v1.EnvVar`],
    [{ blobs: [] }, `JSON_TYPE json: cannot unmarshal array into ${at('blobs')} map[string][]uint8`],
    [{ byName: 'x' }, `JSON_TYPE json: cannot unmarshal string into ${at('byName')} map[string]v1.EnvVar`],
    [{ blobs: { a: 1 } }, `JSON_TYPE json: cannot unmarshal number into ${at('blobs')} []uint8`],
    [{ blobs: { a: false } }, `JSON_TYPE json: cannot unmarshal bool into ${at('blobs')} []uint8`],
  ]
  for (const [body, message] of cases)
    assert.equal(
      refusal(() => decodeJson(Everything, body)),
      message,
    )
})

test('broken text is refused with the words of Go, and the character that they are about', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', 'unexpected end of JSON input'],
    [' \t\r\n', 'unexpected end of JSON input'],
    ['{', 'unexpected end of JSON input'],
    ['{"a"', 'unexpected end of JSON input'],
    ['{"a":1', 'unexpected end of JSON input'],
    ['{"a":1,', 'unexpected end of JSON input'],
    ['[', 'unexpected end of JSON input'],
    ['[1', 'unexpected end of JSON input'],
    ['[1,', 'unexpected end of JSON input'],
    ['"a', 'unexpected end of JSON input'],
    ['"\\', 'unexpected end of JSON input'],
    ['"\\u12', 'unexpected end of JSON input'],
    ['-', 'unexpected end of JSON input'],
    ['1.', 'unexpected end of JSON input'],
    ['1e', 'unexpected end of JSON input'],
    ['1e+', 'unexpected end of JSON input'],
    ['nul', 'unexpected end of JSON input'],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['{"a":}', "invalid character '}' looking for beginning of value"],
    ['.5', "invalid character '.' looking for beginning of value"],
    ['+1', "invalid character '+' looking for beginning of value"],
    ["'a'", "invalid character '\\'' looking for beginning of value"],
    ['é', "invalid character 'Ã' looking for beginning of value"],
    ['🚢', "invalid character 'ð' looking for beginning of value"],
    ['{1:2}', "invalid character '1' looking for beginning of object key string"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a":1 , 2}', "invalid character '2' looking for beginning of object key string"],
    ['{"a"\t1}', "invalid character '1' after object key"],
    ['{"a":{}]', "invalid character ']' after object key:value pair"],
    ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`],
    ['[[]}', "invalid character '}' after array element"],
    ['[1 2]', "invalid character '2' after array element"],
    ['{} {', "invalid character '{' after top-level value"],
    ['01', "invalid character '1' after top-level value"],
    ['1.5.2', "invalid character '.' after top-level value"],
    ['-x', "invalid character 'x' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1ex', "invalid character 'x' in exponent of numeric literal"],
    ['1E-x', "invalid character 'x' in exponent of numeric literal"],
    ['trux', "invalid character 'x' in literal true (expecting 'e')"],
    ['falsy', "invalid character 'y' in literal false (expecting 'e')"],
    ['nuLl', "invalid character 'L' in literal null (expecting 'l')"],
    ['"a\tb"', "invalid character '\\t' in string literal"],
    ['"a\u0001b"', "invalid character '\\u0001' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u12G4"', "invalid character 'G' in \\u hexadecimal character escape"],
    ['"\\u123G"', "invalid character 'G' in \\u hexadecimal character escape"],
    ['"\\u"', "invalid character '\"' in \\u hexadecimal character escape"],
  ]
  for (const [text, message] of cases) assert.throws(() => parseJson(text), { code: 'JSON_SYNTAX', message }, text)
})

test('whatever is JSON is walked to its end, so that what follows it is what is found', () => {
  for (const text of ['0', '-0', '10', '1.25', '1e5', '1E+5', '-1.0e-5', 'true', 'false', 'null', '[]', '{}', '""'])
    assert.throws(() => parseJson(`[ ${text} , "\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9" , {"a\\"b": [ ] , "c":{ } } ] x`), {
      message: "invalid character 'x' after top-level value",
    })
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      assert.throws(() => parseJson(`${JSON.stringify(value, undefined, 1)} x`), {
        message: "invalid character 'x' after top-level value",
      })
    }),
    { numRuns: 50 },
  )
})

test('JSON nests a thousand levels deep and no deeper', () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
  assert.ok(parseJson(nested(1000)))
  const tooDeep = { code: 'JSON_TOO_DEEP', message: 'exceeded max depth' }
  assert.throws(() => parseJson(nested(1001)), tooDeep)
  assert.throws(() => parseJson(`${nested(1000)}x`), { code: 'JSON_SYNTAX' })
  assert.throws(() => parseJson(`${nested(1001)}x`), tooDeep)
  assert.ok(parseJson(`[${'[],{},'.repeat(1000)}0]`))
  let deep = {}
  for (let level = 1; level < 1001; level++) deep = { not: deep }
  assert.throws(() => decodeJson(Nested, deep), tooDeep)
  assert.ok(decodeJson(Nested, (deep as any).not))
})

test('unknown and doubled fields are named by their paths, in the order of the text, each once, a hundred at most', () => {
  const problems = (text: string, message: unknown = Service): readonly string[] =>
    decodeJsonText(message as typeof Service, text).problems.map(formatProblem)
  assert.deepEqual(
    problems('{"spec":{"type":"a","type" :"b"},"spec"\t:{},"status":{"loadBalancer"\r\n:{"x":{"y":1,"y":2}}}}'),
    ['duplicate field "spec.type"', 'duplicate field "spec"', 'unknown field "status.loadBalancer.x"'],
  )
  assert.deepEqual(problems('{"kind":"Service","kind":"Service","metadata":{"kind":"x","apiVersion":"y"}}'), [
    'duplicate field "kind"',
    'unknown field "metadata.kind"',
    'unknown field "metadata.apiVersion"',
  ])
  assert.deepEqual(
    problems(
      '{"raw":{"a":1,"a":2},"json":[{"b":1,"b":2}],"byName":{"k":{"x":1},"k":{"x":1}},"parts":[{"y":1},{"y":1}]}',
      Everything,
    ),
    [
      'unknown field "byName.k.x"',
      'duplicate field "byName.k"',
      'unknown field "parts[0].y"',
      'unknown field "parts[1].y"',
    ],
  )
  assert.deepEqual(problems('{"spec":{"bogus":1,"bogus":2}}'), ['unknown field "spec.bogus"'])
  assert.deepEqual(problems('{"metadata":{"labels":{"a\\\\":"1","a\\\\":"2","b\\"":"\\\\"}}}'), [
    'duplicate field "metadata.labels.a\\"',
  ])
  for (const blank of [' ', '\n', '\r', '\t'])
    assert.deepEqual(problems(`{"kind"${blank}:"a","kind":"b"}`), ['duplicate field "kind"'])
  const many = Array.from({ length: 150 }, (_, at) => `"x${at}":1`)
  assert.deepEqual(
    problems(`{${many.join(',')}}`),
    Array.from({ length: 100 }, (_, at) => `unknown field "x${at}"`),
  )
  assert.deepEqual(decodeJson(Service, { spec: { ports: [{ x: 1 }] }, y: {} }), {
    object: { metadata: {}, spec: { ports: [{ port: 0, targetPort: 0 }] }, status: { loadBalancer: {} } },
    problems: [
      { kind: 'unknown', path: 'spec.ports[0].x' },
      { kind: 'unknown', path: 'y' },
    ],
    unknown: ['spec.ports[0].x', 'y'],
    duplicates: [],
  })
  const twice = decodeJsonText(Service, '{"spec":{"type":"a","type":"b"},"z":1}')
  assert.deepEqual([twice.unknown, twice.duplicates], [['z'], ['spec.type']])
})

test('an object is written in the order of its table, with the zeros and nulls that Go writes', () => {
  const value = (message: unknown, object: object): string =>
    JSON.stringify(jsonValue(message as typeof Service, object as Service))
  const cases: readonly (readonly [unknown, object, string])[] = [
    [
      Everything,
      {},
      '{"kind":"Everything","apiVersion":"test/v1","when":null,"exactly":null,"size":"0","port":0,"raw":null,"words":null}',
    ],
    [Service, {}, '{"kind":"Service","apiVersion":"v1","metadata":{},"spec":{},"status":{"loadBalancer":{}}}'],
    [Service, { kind: 'X', apiVersion: '' }, '{"kind":"X","metadata":{},"spec":{},"status":{"loadBalancer":{}}}'],
    [
      Service,
      { kind: '', apiVersion: 'v1' },
      '{"apiVersion":"v1","metadata":{},"spec":{},"status":{"loadBalancer":{}}}',
    ],
    [
      Service,
      { spec: { type: '', ports: [], selector: {}, loadBalancerClass: '' } },
      '{"kind":"Service","apiVersion":"v1","metadata":{},"spec":{"loadBalancerClass":""},"status":{"loadBalancer":{}}}',
    ],
    [
      Service,
      { spec: { ports: [{ nodePort: 0, name: 'a' }] } },
      '{"kind":"Service","apiVersion":"v1","metadata":{},"spec":{"ports":[{"name":"a","port":0,"targetPort":0}]},"status":{"loadBalancer":{}}}',
    ],
    [
      Service,
      { metadata: { labels: { b: '1', a: '2' }, deletionGracePeriodSeconds: 0 } },
      '{"kind":"Service","apiVersion":"v1","metadata":{"deletionGracePeriodSeconds":0,"labels":{"a":"2","b":"1"}},"spec":{},"status":{"loadBalancer":{}}}',
    ],
    [PodList, {}, '{"kind":"PodList","apiVersion":"v1","items":null}'],
    [PodList, { items: [] }, '{"kind":"PodList","apiVersion":"v1","items":[]}'],
    [
      PodList,
      { items: [{ metadata: { name: 'p' }, spec: {} }] },
      '{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"p"},"spec":{"containers":null}}]}',
    ],
    [
      Pod,
      { kind: 'Pod', apiVersion: 'v1', spec: { containers: [{ readinessProbe: { httpGet: {}, periodSeconds: 0 } }] } },
      '{"kind":"Pod","apiVersion":"v1","metadata":{},"spec":{"containers":[{"name":"","readinessProbe":{"httpGet":{"port":0}}}]}}',
    ],
    [
      Everything,
      { flag: false, text: 'a', real: 0, json: false, byName: { k: { name: 'n' } }, when: '2026-01-02T03:04:05Z' },
      '{"kind":"Everything","apiVersion":"test/v1","text":"a","when":"2026-01-02T03:04:05Z","exactly":null,"size":"0","port":0,"raw":null,"json":false,"words":null,"byName":{"k":{"name":"n"}}}',
    ],
  ]
  for (const [message, object, text] of cases) assert.equal(value(message, object), text)
})

test('a map’s keys are written in the order of their bytes', () => {
  const character = fc.constantFrom('a', 'Z', '\u0000', 'é', '\ud7ff', '\ue000', '\uffff', '🚢', '𐀀')
  const text = fc.array(character, { maxLength: 4 }).map((some) => some.join(''))
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.equal(Math.sign(compareUtf8(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
    { numRuns: 300 },
  )
  const labels = { '🚢': '1', '\uffff': '2', b: '3', a: '4', '': '5' }
  const written = encodeJson(Service, { metadata: { labels } } as unknown as Service)
  assert.ok(written.includes('{"":"5","a":"4","b":"3","\uffff":"2","🚢":"1"}'))
})
