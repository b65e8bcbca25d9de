import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BOOL,
  celEnvironment,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  objectOf,
  optionalOf,
  parseType,
  STRING,
  TIMESTAMP,
  toValue,
  typeText,
  UINT,
} from '../cel.ts'
import { Expressions } from '../testing/evaluated.ts'

const point = objectOf('Point', new Map([['x', INT]]))
const variables = {
  d: DYN,
  i: INT,
  u: UINT,
  f: DOUBLE,
  s: STRING,
  b: BOOL,
  t: TIMESTAMP,
  span: DURATION,
  p: point,
  other: objectOf('Other'),
  q: parseType('Quantity'),
  ip: parseType('IP'),
  ints: listOf(INT),
  texts: listOf(STRING),
  by: mapOf(STRING, INT),
  o: optionalOf(INT),
  op: optionalOf(point),
  'a.b.c': STRING,
}
const environment = celEnvironment(variables, { structs: new Map([['my.Point', point]]) })
const typeOf = (source: string): string => typeText(environment.compile(source).type)
const given = new Expressions(variables, { d: toValue({ a: 1 }), 'a.b.c': 'whole', s: 'x', i: 1n })

test('the type of an expression follows of the types of its parts', () => {
  const types: { readonly [source: string]: string } = {
    '[]': 'list(dyn)',
    '{}': 'map(dyn, dyn)',
    '[1]': 'list(int)',
    '[d, 1]': 'list(dyn)',
    '[1, d]': 'list(dyn)',
    '[[], [1]]': 'list(list(int))',
    '[[1], []]': 'list(list(int))',
    '[[d], [1]]': 'list(list(dyn))',
    '[ints, [d]]': 'list(list(dyn))',
    '{"a": 1}': 'map(string, int)',
    '{"a": d, "b": 1}': 'map(string, dyn)',
    '{"a": {}, "b": {"c": 1u}}': 'map(string, map(string, uint))',
    '[?o]': 'list(int)',
    '[?d]': 'list(dyn)',
    '{?"a": o}': 'map(string, int)',
    'b ? i : 1': 'int',
    'b ? d : 1': 'dyn',
    'b ? [] : [1]': 'list(int)',
    'b ? p : null': 'Point',
    'ints[0]': 'int',
    'by["a"]': 'int',
    'by.a': 'int',
    'd.a': 'dyn',
    'd[0]': 'dyn',
    'p.x': 'int',
    'p.?x': 'optional_type(int)',
    'op.x': 'optional_type(int)',
    'o.value()': 'int',
    'op.?x.orValue(1)': 'int',
    'ints[?0]': 'optional_type(int)',
    'by[?"a"]': 'optional_type(int)',
    'optional.none()': 'optional_type(dyn)',
    'optional.of("a")': 'optional_type(string)',
    'o.or(optional.none())': 'optional_type(int)',
    'o.optMap(x, string(x))': 'optional_type(string)',
    'ints.map(x, [x])': 'list(list(int))',
    'ints.map(x, x > 1, string(x))': 'list(string)',
    'd.map(x, x)': 'list(dyn)',
    'by.map(k, k)': 'list(string)',
    'by.transformList(k, v, v)': 'list(int)',
    'by.transformMap(k, v, string(v))': 'map(string, string)',
    'ints.transformMap(k, v, double(v))': 'map(int, double)',
    'ints.filter(x, x > 1)': 'list(int)',
    'ints.exists(x, x > 1)': 'bool',
    'ints.sortBy(x, -x)': 'list(int)',
    'ints + [1]': 'list(int)',
    't - t': 'duration',
    't - span': 'timestamp',
    'd + d': 'dyn',
    'd + 1': 'int',
    'd == 1': 'bool',
    'type(1)': 'type(int)',
    'type(type(1))': 'type(type(int))',
    int: 'type(int)',
    'google.protobuf.Timestamp': 'type(timestamp)',
    'net.IP': 'type(net.IP)',
    'dyn(1)': 'dyn',
    null: 'null',
    'b"a"': 'bytes',
    'has(p.x)': 'bool',
    'my.Point{x: 1}': 'Point',
    '.my.Point{?x: o}': 'Point',
    'my.Point{x: 1}.x': 'int',
    '[1, 2].first()': 'optional_type(int)',
    '[[1], [2]].flatten()': 'list(int)',
    'a.b.c': 'string',
    'quantity("1").add(1)': 'kubernetes.Quantity',
  }
  assert.deepEqual(Object.fromEntries(Object.keys(types).map((source) => [source, typeOf(source)])), types)
})

test('what does not belong together is refused, and the types are named', () => {
  given.refuse({
    '[1, "a"]': "<input>:1:5: expected type 'int' but found 'string'",
    '[[1], ["a"]]': "expected type 'list(int)' but found 'list(string)'",
    '{"a": 1, 2: 1}': "<input>:1:10: expected type 'string' but found 'int'",
    '{"a": 1, "b": "c"}': "<input>:1:15: expected type 'int' but found 'string'",
    '[1, [foo]]': "expected type 'int' but found 'list(!error!)'",
    '[1, null]': "expected type 'int' but found 'null'",
    '[null, "a"]': "expected type 'null' but found 'string'",
    'i + f': "found no matching overload for '_+_' applied to '(int, double)'",
    'i == s': "found no matching overload for '_==_' applied to '(int, string)'",
    'p == other': "found no matching overload for '_==_' applied to '(Point, Other)'",
    'ip == q': "found no matching overload for '_==_' applied to '(net.IP, kubernetes.Quantity)'",
    'ints == texts': "applied to '(list(int), list(string))'",
    'by == {1: 1}': "applied to '(map(string, int), map(int, int))'",
    'o == optional.of("a")': "applied to '(optional_type(int), optional_type(string))'",
    's in ints': "found no matching overload for '@in' applied to '(string, list(int))'",
    '1 in by': "applied to '(int, map(string, int))'",
    'by[1]': "found no matching overload for '_[_]' applied to '(map(string, int), int)'",
    'ints["a"]': "found no matching overload for '_[_]' applied to '(list(int), string)'",
    's.size(s)': "found no matching overload for 'size' applied to 'string.(string)'",
    'size(s, s)': "found no matching overload for 'size' applied to '(string, string)'",
    'startsWith(s, s)': "found no matching overload for 'startsWith' applied to '(string, string)'",
    'sets.contains(ints, texts)':
      "found no matching overload for 'sets.contains' applied to '(list(int), list(string))'",
    'b ? 1 : "a"': "found no matching overload for '_?_:_' applied to '(bool, int, string)'",
    'i ? 1 : 2': "found no matching overload for '_?_:_' applied to '(int, int, int)'",
    '!i': "found no matching overload for '!_' applied to '(int)'",
    'i && b': "<input>:1:1: expected type 'bool' but found 'int'",
    'b || s': "<input>:1:6: expected type 'bool' but found 'string'",
    'p.y': "<input>:1:2: undefined field 'y'",
    'op.y': "undefined field 'y'",
    'p.?y': "undefined field 'y'",
    'has(p.y)': "undefined field 'y'",
    'i.x': "type 'int' does not support field selection",
    'ints.x': "type 'list(int)' does not support field selection",
    's.all(x, true)': "expression of type 'string' cannot be range of a comprehension (must be list, map, or dynamic)",
    'ints.all(x, x)': "expected type 'bool' but found 'int'",
    'ints.map(x, y)': "undeclared reference to 'y' (in container '')",
    'ints.map(x, x) == x': "undeclared reference to 'x' (in container '')",
    'nothing(1)': "<input>:1:8: undeclared reference to 'nothing' (in container '')",
    'i.nothing()': "undeclared reference to 'nothing' (in container '')",
    'a.b': "undeclared reference to 'a' (in container '')",
    '[?i]': "expected type 'optional_type(int)' but found 'int'",
    '{?"a": i}': "expected type 'optional_type(int)' but found 'int'",
  })
  const refused: { readonly [source: string]: RegExp } = {
    'my.Point{y: 1}': /<input>:1:11: undefined field 'y'/,
    'my.Point{x: "a"}': /expected type of field 'x' is 'int' but provided type is 'string'/,
    'my.Point{?x: 1}': /expected type 'optional_type\(int\)' but found 'int'/,
    'Point{x: 1}': /undeclared reference to 'Point' \(in container ''\)/,
    'my.Point{x: foo}': /undeclared reference to 'foo'/,
  }
  for (const [source, why] of Object.entries(refused)) assert.throws(() => environment.compile(source), why, source)
})

test('a name with dots is a variable before it is a field, and a function before it is a member', () => {
  given.are({
    'a.b.c': 'whole',
    'a.b.c.size()': '5n',
    '.s + .a.b.c': 'xwhole',
    '[1].map(i, i + 1)': ['2n'],
    '[1].map(d, d)': ['1n'],
    '[[1, 2]].map(i, i.map(i, i * 2))': [['2n', '4n']],
    'sets.contains([1], [1])': true,
    '[1, 2].map(x, [3].map(y, x + y))': [['4n'], ['5n']],
    'd.a + i': '2n',
  })
})

test('an expression tells what it asks for, in each of its parts', () => {
  const uses = (source: string): string =>
    Object.keys(variables)
      .filter((name) => environment.compile(source).uses(name))
      .join(' ')
  assert.equal(uses('[i, int(u)][0] == i'), 'i u')
  assert.equal(uses('{s: b}.size()'), 's b')
  assert.equal(uses('my.Point{x: i}.x'), 'i')
  assert.equal(uses('ints.all(x, f > 1.0 || texts.exists(y, y == s))'), 'f s ints texts')
  assert.equal(uses('span.getHours() == by.a && has(d.x)'), 'd span by')
})
