import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BOOL,
  type CelCompileError,
  celEnvironment,
  DYN,
  INT,
  listOf,
  mapOf,
  objectOf,
  STRING,
  TIMESTAMP,
  toValue,
  typeText,
} from './cel.ts'
import { Expressions } from './testing/evaluated.ts'

const self = objectOf(
  'Self',
  new Map([
    ['x', INT],
    ['name', STRING],
    ['tags', listOf(STRING)],
    ['m', mapOf(STRING, INT)],
    ['t', TIMESTAMP],
  ]),
)
const given = new Expressions(
  { d: DYN, self },
  {
    d: toValue({ a: 1, f: 2.5, none: null }),
    self: toValue({ x: 3, name: 'a', tags: ['q', 'b'], m: { a: 1, b: 2 } }),
  },
)

test('an expression is compiled once, with its type, and evaluated for each object', () => {
  const program = celEnvironment({ object: DYN }).compile('object.spec.replicas > 3')
  assert.equal(typeText(program.type), typeText(BOOL))
  const results = [3, 4].map((replicas) => program.evaluate({ object: toValue({ spec: { replicas } }) }))
  assert.deepEqual(results, [
    { value: false, cost: 4 },
    { value: true, cost: 4 },
  ])
  assert.ok(program.uses('object') && !program.uses('oldObject'))
  assert.equal(program.evaluate({ object: toValue({}) }).error?.message, 'no such key: spec')
})

test('what costs more than it may is ended, also inside of what forgives errors', () => {
  const { error, cost } = celEnvironment({})
    .compile('[1, 2, 3].exists(x, [1, 2, 3].all(y, y > 5)) || true')
    .evaluate({}, { limit: 20 })
  assert.equal(error?.message, 'operation cancelled: actual cost limit exceeded')
  assert.ok(cost > 20)
})

test('values are what CEL says of them', () => {
  given.are({
    '1 + 2 * 3 - 4 / 2 % 3': '5n',
    '-9223372036854775808': '-9223372036854775808n',
    '9223372036854775807 + 1': 'error: integer overflow',
    '-(-9223372036854775807 - 1)': 'error: integer overflow',
    '1 / 0': 'error: division by zero',
    '1 % 0': 'error: modulus by zero',
    '1u - 2u': 'error: unsigned integer overflow',
    '7.0 / 2.0': 3.5,
    '0x1F': '31n',
    '"a" + \'b\' + r"\\n" + """c"""': 'ab\\nc',
    '"\\u00e9\\x41\\101\\n"': 'éAA\n',
    "b'a\\xff'": [97, 255],
    '[1, 2] + [3]': ['1n', '2n', '3n'],
    '{"a": 1, "b": 2}.b': '2n',
    '{1: "x"}[dyn(1u)]': 'x',
    '[1, 2][2]': 'error: index out of bounds: 2',
    '{"a": 1}["b"]': 'error: no such key: b',
    'true ? 1 : 2': '1n',
    '"😀b".size()': '2n',
    'd.a + 1': '2n',
    'd.a + "x"': 'error: no such overload: _+_(int, string)',
    'd.none': null,
    'self.t': 'error: no such key: t',
    'has(self.t) || has(d.q)': false,
    'type(d.f)': 'type double',
    'bytes("é")': [195, 169],
    'string(b"\\xff")': 'error: invalid UTF-8 in bytes, cannot convert to string',
    'int("12") + int(3.9) + int(4u)': '19n',
    'string(1e21) + string(1.5) + string(true)': '1e+211.5true',
  })
  given.hold(
    'd.a == 1.0 && 1 < 2.0 && 2u >= 1',
    'dyn(1) != "a" && dyn(1u) == dyn(1)',
    '"a" < "b" && b"a" < b"b" && false < true',
    '1 in [1, 2] && "a" in {"a": 1} && !("x" in {"a": 1})',
    'type(1) == int && type([]) == list && type(null) == null_type && type(int) == type',
    '[[1], [2]] == [[1], [2]]',
    '{"a": [1]} == {"a": [1]} && {"a": 1} != {"a": 2}',
    '"abc".matches("^a.c$") && matches("xay", "a") && "abc".contains("b") && "abc".startsWith("a")',
  )
})

test('macros go over lists and maps, and an error in one item is forgiven where another one decides', () => {
  given.are({
    'self.tags.map(t, t + "!")': ['q!', 'b!'],
    'self.tags.map(t, t != "q", t)': ['b'],
    'self.tags.filter(t, t == "q")': ['q'],
    'self.m.map(k, self.m[k])': ['1n', '2n'],
    '[1, 2].transformList(i, v, i + v)': ['1n', '3n'],
    '{"a": 1}.transformMap(k, v, v + 1)': { a: '2n' },
    '{"a": 1}.transformMapEntry(k, v, {v: k})': { '1n': 'a' },
    '[1, 2].exists(i, 1 / 0 == 1)': 'error: division by zero',
  })
  given.hold(
    'self.tags.all(t, t.size() == 1) && self.m.exists(k, self.m[k] == 2)',
    'self.tags.exists_one(t, t == "q") && self.tags.existsOne(i, t, i == 1)',
    '[0, 2].exists(i, 2 / i == 1) && ![0, 2].all(i, 2 / i == 3)',
    'd.nope || true',
    '!(d.nope && false)',
    '[1, 2].map(x, [x].map(y, x + y)) == [[2], [4]]',
  )
})

test('what may not be there is an optional', () => {
  given.are({
    'd.?a': { of: '1n' },
    'd.?q.w': 'none',
    'd.?q.orValue(5)': '5n',
    'd[?"q"].or(optional.of(1)).value()': '1n',
    '[?d.?a, ?d.?q, 2]': ['1n', '2n'],
    '{?"a": d.?a, ?"q": d.?q}': { a: '1n' },
    'optional.none().value()': 'error: optional.none() dereference',
    'd.?a.optMap(x, x + 1)': { of: '2n' },
    'd.?q.optFlatMap(x, optional.of(1))': 'none',
    '[1, 2][?5].hasValue()': false,
  })
})

test('moments and durations are those of Go', () => {
  given.are({
    'duration("1h30m").getMinutes()': '90n',
    'string(duration("-1.5s"))': '-1.5s',
    'string(timestamp("2020-01-01T00:00:00.5Z") + duration("1h"))': '2020-01-01T01:00:00.5Z',
    'timestamp("2020-07-01T00:00:00Z").getHours("America/New_York")': '20n',
    'timestamp("2020-07-01T00:00:00Z").getDayOfYear("+02:00")': '182n',
    'timestamp("2020-02-03T04:05:06.789Z").getMilliseconds()': '789n',
    'string(timestamp("2020-01-02T00:00:00Z") - timestamp("2020-01-01T00:00:00Z"))': '86400s',
    'duration(d.name)': 'error: no such key: name',
  })
  given.hold('timestamp("2020-01-01T01:00:00+01:00") == timestamp("2020-01-01T00:00:00Z")')
})

test('an expression that cannot be right is refused, with its place, in the words of cel-go', () => {
  given.refuse({
    'self.z > 1': "ERROR: <input>:1:5: undefined field 'z'\n | self.z > 1\n | ....^",
    'has(self.z)': "<input>:1:4: undefined field 'z'",
    'self.name > 1': "<input>:1:11: found no matching overload for '_>_' applied to '(string, int)'",
    'self.name.size(1)': "found no matching overload for 'size' applied to 'string.(int)'",
    foo: "<input>:1:1: undeclared reference to 'foo' (in container '')",
    'self.tags.foo()': "undeclared reference to 'foo' (in container '')",
    'self.x.y': "type 'int' does not support field selection",
    '[1, "a"]': "<input>:1:5: expected type 'int' but found 'string'",
    'self.x && true': "expected type 'bool' but found 'int'",
    'self.x.all(i, i > 0)': "expression of type 'int' cannot be range of a comprehension",
    'self.x +':
      "Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null'",
    'self = 42': "Syntax error: token recognition error at: '= '",
    'x y': "Syntax error: extraneous input 'y' expecting <EOF>",
    for: 'reserved identifier: for',
    'has(self)': 'invalid argument to has() macro',
    'self.tags.all(1, true)': 'argument must be a simple name',
    'duration("1x")': 'invalid duration argument',
    '"a".matches("(")': 'invalid matches argument',
    '99999999999999999999': 'invalid int literal',
    'Object{a: 1}': "undeclared reference to 'Object' (in container '')",
  })
  assert.throws(
    () => celEnvironment({}).compile('a +\nb'),
    ({ message }: CelCompileError) =>
      message ===
      "ERROR: <input>:1:1: undeclared reference to 'a' (in container '')\n | a +\n | ^\nERROR: <input>:2:1: undeclared reference to 'b' (in container '')\n | b\n | ^",
  )
})

test('objects of declared types are made of checked fields', () => {
  const patch = objectOf('JSONPatch', new Map([['op', STRING]]))
  const environment = celEnvironment({}, { structs: new Map([[patch.name, patch]]) })
  assert.equal(typeText(environment.compile('JSONPatch{op: "add"}').type), 'JSONPatch')
  assert.throws(() => environment.compile('JSONPatch{oq: "add"}'), /undefined field 'oq'/)
  assert.throws(
    () => environment.compile('JSONPatch{op: 1}'),
    /expected type of field 'op' is 'string' but provided type/,
  )
  assert.equal(environment.compile('JSONPatch{op: "add"}.op').evaluate({}).value, 'add')
})

test('a pattern is in linear time, whatever it is', () => {
  const text = `${'a'.repeat(50)}!`
  assert.equal(celEnvironment({}).compile(`"${text}".matches("(a+)+$")`).evaluate({}).value, false)
  // Whoever writes an object may choose it: what few letters are written out to has a bound.
  const chosen = celEnvironment({}).compile(`"a".matches(["${'a{1000}'.repeat(100)}"][0])`)
  assert.match(chosen.evaluate({}).error?.message ?? '', /a regular expression of more than 50000 steps/)
})
