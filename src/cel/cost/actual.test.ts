import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorizerValue, celEnvironment, DYN, objectOf, parseType, STRING, toValue } from '../cel.ts'
import { Expressions } from '../testing/evaluated.ts'

const text = 'x'.repeat(95)
const given = new Expressions(
  { d: DYN },
  { d: toValue({ text, long: `${text}${text}`, list: [1, 2, 3], map: { a: 1, b: 2 } }) },
)

/** What each expression costs beside what it asks for: `d.text` is two. */
const COSTS: { readonly [source: string]: number } = {
  '1 + 2 == 3': 2,
  'd.text': 2,
  'd.list[0]': 3,
  'd.map.a': 3,
  '[1, 2]': 10,
  '{"a": 1}': 30,
  'true && (false || true)': 0,
  'd.text.startsWith("ab") && false': 2 + 10,
  'd.text.endsWith("ab")': 2 + 10,
  'd.text.contains("abc")': 2 + 10,
  'd.text.contains("abcdefghijk")': 2 + 20,
  'd.text.matches("a")': 2 + 10,
  'd.text.matches("abcdefgh")': 2 + 20,
  'd.text.size() == 95': 2 + 1 + 1,
  'd.text == d.long': 4 + 10,
  'd.text + "a" == ""': 2 + 10 + 0,
  'd.text < d.long': 4 + 10,
  '1 in d.list': 2 + 3,
  '"a" in d.map': 2 + 1,
  'd.list == d.list': 4 + 1,
  'size(bytes(d.text))': 2 + 10 + 1,
  'd.text.lowerAscii()': 2 + 10,
  'd.text.substring(1)': 2 + 10,
  'd.text.replace("a", "b")': 2 + 19,
  'd.text.split("x")': 2 + 19,
  '["a", "b"].join("-")': 10 + 1,
  'd.text.find("abcdefgh")': 2 + 20,
  'd.list.isSorted()': 2 + 3,
  '["aaaaaaaaaaaaaaaaaaaa", "b"].indexOf("b")': 10 + 2,
  'quantity("10Gi").isGreaterThan(quantity("1"))': 1 + 1 + 1,
  'quantity("10Gi") == quantity("1")': 1 + 1 + 1,
  'ip("10.0.0.1").family() == 4': 1 + 1 + 1,
  'cidr("10.0.0.0/8").containsIP("10.0.0.1")': 1 + 1 + 1,
  'cidr("2001:db8::/64").containsCIDR(cidr("10.0.0.0/8"))': 2 + 1 + 4,
  'cidr("10.0.0.0/8").ip().isLoopback()': 1 + 1 + 1,
  'ip.isCanonical("10.0.0.1")': 2,
  'url("https://example.com:80/").getHost()': 3 + 1,
  'semver("1.2.3").major()': 1 + 1,
  'format.dns1123Label().validate("abc")': 1 + 32,
  'd.?text.orValue("")': 1 + 1 + 1,
  'optional.of(1).hasValue()': 1 + 1,
  '[3, 1, 2].sort()': 10 + 10 + 18,
  '[3, 1, 2].distinct()': 10 + 10 + 18,
  '[3, 1, 2].slice(0, 2)': 10 + 10 + 2,
  '[[1], [2]].flatten()': 30 + 10 + 2,
  'lists.range(4)': 10 + 4,
  '[1, 2].reverse()': 10 + 10 + 2,
  'sets.contains([1, 2], [1])': 20 + 1 + 2,
  'sets.equivalent([1, 2], [1])': 20 + 1 + 4,
  '"%d".format([1])': 10 + 1,
  'strings.quote(d.text)': 2 + 10,
}

test('what an evaluation costs is counted as cel-go and Kubernetes count', () => {
  const found = Object.keys(COSTS).map((source) => [source, given.cost(source)])
  assert.deepEqual(Object.fromEntries(found), COSTS)
})

const MORE_COSTS: { readonly [source: string]: number } = {
  'd.text.upperAscii()': 2 + 10,
  'd.text.trim()': 2 + 10,
  'd.text.substring(1, 2)': 2 + 10,
  'jsonpatch.escapeKey(d.text)': 2 + 10,
  'd.text.findAll("abcdefgh", 1)': 2 + 20,
  'd.text.split("x", 1)': 2 + 19,
  'd.text.replace("x", "", 1)': 2 + 19,
  'isIP(d.text)': 2 + 10,
  'isCIDR(d.text)': 2 + 10,
  'isQuantity(d.text)': 2 + 10,
  'isSemver(d.text)': 2 + 10,
  'isURL(d.text)': 2 + 1,
  'quantity("1").add(1).sub(1).isInteger()': 1 + 3,
  'quantity("1").compareTo(quantity("2"))': 1 + 1 + 1,
  'sign(quantity("1"))': 1 + 1,
  'cidr("10.0.0.0/8").masked().prefixLength()': 1 + 2,
  'cidr("10.0.0.0/8").containsCIDR("10.0.0.0/16")': 1 + 1 + 1 + 1 + 2,
  'cidr("::1/128").containsIP(ip("::1"))': 1 + 1 + 4,
  'ip("::1") == ip("::1")': 1 + 1 + 1,
  'format.named("uuid")': 1,
  'd.list.sum()': 2 + 3,
  'd.list.max() + d.list.min()': 2 * (2 + 3) + 1,
  'd.list.lastIndexOf(2)': 2 + 3,
  'd.text.indexOf("x")': 2 + 9,
  'd.text.lastIndexOf("x")': 2 + 9,
  '[d.map].indexOf(d.map)': 10 + 2 + 2 + 2,
  '[b"aaaaaaaaaaaaaaaaaaaa"].indexOf(b"")': 10 + 2,
  '[[1, 2], [3]].indexOf([3])': 10 + 3 * 10 + 3,
  '[1].isSorted() && ["x"].isSorted()': 10 + 1 + 10 + 0,
  '[[[1]]].flatten(2)': 3 * 10 + 10 + 2,
  'sets.intersects([1, 2], [3, 4])': 20 + 1 + 4,
  'bytes(d.text) == bytes(d.long)': 2 + 10 + 2 + 19 + 10,
  'bytes(d.text) < bytes(d.long)': 2 + 10 + 2 + 19 + 10,
  'bytes(d.text) + bytes(d.long) == b""': 2 + 10 + 2 + 19 + 29 + 0,
  'string(bytes(d.text)) > d.long': 2 + 10 + 10 + 2 + 10,
  'd.text != d.long': 4 + 10,
  'd.text <= d.long && d.text >= d.long': 2 * (4 + 10),
  'optional.of(d.text) == optional.of(d.long)': 2 + 1 + 2 + 1 + 10,
  'optional.none() == optional.none()': 1 + 1 + 1,
  'matches(d.text, "a")': 2 + 10,
  'd.?none.or(d.?text).value()': 2 + 1 + 2 + 1,
  '{"a": d.text}.a': 30 + 2 + 1,
  'd.list.map(x, x)': 10 + 2 + 3 * (1 + 10 + 2) + 1,
}

test('each function costs what its like costs', () => {
  const found = Object.keys(MORE_COSTS).map((source) => [source, given.cost(source)])
  assert.deepEqual(Object.fromEntries(found), MORE_COSTS)
  // The list, the keys and their names; then sorting by three keys.
  assert.equal(given.cost('d.list.sortBy(x, x)') - given.cost('d.list.map(x, x)'), 2 + 28)
})

test('an object that is made costs more than a map, and a question to the authorizer a third of what there is', () => {
  const structs = new Map([['P', objectOf('P', new Map([['op', STRING]]))]])
  const environment = celEnvironment({ authorizer: parseType('Authorizer') }, { structs })
  const cost = (source: string): number =>
    environment.compile(source).evaluate({ authorizer: authorizerValue(() => ({ allowed: true })) }).cost
  assert.equal(cost('P{op: "a"}'), 40)
  assert.equal(cost('P{op: "a"} == P{op: "a"}'), 40 + 40 + 1)
  assert.equal(cost('authorizer.path("/a").check("get").reason()'), 1 + 1 + 350_000 + 1)
  const pods = 'authorizer.group("").resource("pods")'
  // A list, the text, and for each two letters a list and an object.
  assert.equal(cost(`${pods}.fieldSelector("f=1").check("get").allowed()`), 3 + 10 + 1 + 100 + 350_000 + 1)
  assert.equal(cost(`${pods}.labelSelector("f=1").name("a").check("get").errored()`), 3 + 111 + 1 + 350_000 + 1)
  assert.equal(cost(`${pods}.subresource("s").namespace("n").check("get").error()`), 3 + 2 + 350_000 + 1)
  assert.equal(cost('authorizer.serviceAccount("a", "b") == authorizer'), 1 + 1 + 1 + 1)
})

const large = new Expressions(
  { d: DYN },
  {
    d: toValue({
      text: 'a'.repeat(500_000),
      part: `${'a'.repeat(125_000)}b${'a'.repeat(125_000)}`,
      many: '%s'.repeat(5000),
      list: Array.from({ length: 20_000 }, (_, index) => index),
    }),
  },
)

test('bounds: a call that costs more than there is left is not made, and what would fill the memory is made neither', () => {
  const grown = (by: string): string => `lists.range(20000).map(i, ${by})`
  for (const source of [
    'd.text.contains(d.part)',
    'd.text.indexOf(d.part) < 0',
    'd.text.lastIndexOf(d.part, 400000) < 0',
    'd.text.split(d.part).size()',
    'd.text.replace(d.part, "")',
    'd.text.replace("a", d.text)',
    'd.text.replace("", d.text, 100000)',
    'd.list.distinct()',
    'd.list.sort()',
    'sets.contains(d.list, d.list)',
    `${grown('d.text')}.join()`,
    `${grown('d.list')}.flatten().size()`,
    `d.many.format(${grown('d.text')})`,
    '"%s".format([d.list.map(i, d.list)])',
  ])
    assert.equal(large.value(source), 'error: operation cancelled: actual cost limit exceeded', source)
})

test('lists that are added cost by their length where they are long, for they are copied', () => {
  assert.equal(large.cost('d.list + d.list') - large.cost('d.list == d.list'), 2001)
})
