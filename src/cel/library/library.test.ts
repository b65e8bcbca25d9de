import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorizerValue, celEnvironment, parseType } from '../cel.ts'
import { Expressions } from '../testing/evaluated.ts'

const given = new Expressions()

test('texts have what cel-go gives them, counted in code points', () => {
  given.are({
    '"a😀b".charAt(1) + "a".charAt(1)': '😀',
    '"abcabc".indexOf("c") + "abcabc".indexOf("c", 3) + "abc".indexOf("", 2)': '9n',
    '"abcabc".lastIndexOf("b") + "abcabc".lastIndexOf("b", 3) + "abc".lastIndexOf("q")': '4n',
    '"aBÇ".lowerAscii() + "aé".upperAscii()': 'abÇAé',
    '"a.b.c".replace(".", "-") + "a.b.c".replace(".", "-", 1)': 'a-b-ca-b.c',
    '"a,b,c".split(",", 2)': ['a', 'b,c'],
    '"a😀".split("")': ['a', '😀'],
    '"abcd".substring(1, 3) + "abcd".substring(2)': 'bccd',
    '"abcd".substring(3, 1)': 'error: invalid substring range. start: 3, end: 1',
    '"ab".charAt(5)': 'error: index out of range: 5',
    '" a ".trim() + ["a", "b"].join("-") + ["a", "b"].join()': 'aa-bab',
    'strings.quote("a\\n\\"b")': '"a\\n\\"b"',
    '"%s is %d, %.2f of %x%%".format(["a", dyn(1), dyn(0.5), dyn(255)].map(x, dyn(x)))': 'a is 1, 0.50 of ff%',
    '"%s %s".format([dyn([1, 2]), dyn({"b": 1, "a": 2})])': '[1, 2] {"a":2, "b":1}',
  })
})

test('lists are sorted, cut, summed and taken as sets', () => {
  given.are({
    '[3, 1, 2].sort()': ['1n', '2n', '3n'],
    '["bb", "a"].sortBy(x, x.size())': ['a', 'bb'],
    '[1, 2, 3].slice(1, 3)': ['2n', '3n'],
    '[1].slice(0, 2)': 'error: cannot slice(0, 2), list is length 1',
    '[[1], [2, 3]].flatten()': ['1n', '2n', '3n'],
    '[1, 1, 2].distinct()': ['1n', '2n'],
    '[1, 2].reverse() + lists.range(2)': ['2n', '1n', '0n', '1n'],
    '[1, 2].sum() + [1, 5, 3].max() + [4, 2].min()': '10n',
    '[1].filter(x, x > 1).max()': 'error: max called on empty list',
    '["a", "b", "a"].indexOf("a") + ["a", "b", "a"].lastIndexOf("a")': '2n',
    '[1, 2].first().value() + [1, 2].last().value()': '3n',
  })
  given.hold(
    '[1, 2].isSorted() && !["b", "a"].isSorted()',
    'sets.contains([1, 2], [2]) && sets.equivalent([1, 2, 1], [2, 1]) && sets.intersects([1], [1, 3])',
  )
})

test("Kubernetes' own functions know patterns, amounts, addresses, URLs and versions", () => {
  given.are({
    '"abc 123".find("[0-9]+") + "x".find("q")': '123',
    '"123 abc 456".findAll("[0-9]+", 1)': ['123'],
    '"x".find(d)': 'error: no such attribute(s): d',
    'quantity("1.5Gi").asInteger()': '1610612736n',
    'quantity("50k").add(20).sub(quantity("1k")).compareTo(quantity("49020"))': '0n',
    'quantity("1m").asInteger()': 'error: cannot convert value to integer',
    'quantity("x")':
      "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    'ip("::1").family() + ip("10.0.0.1").family()': '10n',
    'string(cidr("10.1.2.3/8").masked()) + string(ip("::0001"))': '10.0.0.0/8::1',
    'ip("::ffff:1.2.3.4")': 'error: IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed',
    'url("https://u@a.b:80/c%20d?e=f&e=g").getHost() + url("https://[::1]:80/c").getHostname()': 'a.b:80::1',
    'url("https://a.b:80/c%20d?e=f&e=g%20h").getEscapedPath()': '/c%20d',
    'url("https://a.b/c?e=f&e=g%20h").getQuery()': { e: ['f', 'g h'] },
    'url("a b")': 'error: URL parse error during conversion from string: parse "a b": invalid URI for request',
    'semver("1.2.3").minor() + semver("v01.2", true).major()': '3n',
    'semver("1.2")': 'error: No Major.Minor.Patch elements found',
  })
  given.hold(
    'quantity("200M").isGreaterThan(quantity("1M")) && sign(quantity("-1")) == -1 && isQuantity("1k") && !isQuantity("x")',
    'quantity("1k") == quantity("1000") && quantity("1.5").asApproximateFloat() == 1.5 && !quantity("1.5").isInteger()',
    'cidr("10.0.0.0/8").containsIP("10.1.1.1") && !cidr("10.0.0.0/8").containsIP(ip("11.1.1.1"))',
    'cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16") && cidr("::/0").prefixLength() == 0',
    'isIP("1.2.3.4") && !isIP("1.2.3") && isCIDR("10.0.0.1/8") && ip.isCanonical("::1") && !ip.isCanonical("::01")',
    'ip("127.0.0.2").isLoopback() && ip("fe80::1").isLinkLocalUnicast() && ip("8.8.8.8").isGlobalUnicast()',
    'isURL("/a") && !isURL("a") && url("HTTP://a").getScheme() == "http"',
    'semver("1.2.3-alpha.1").isLessThan(semver("1.2.3")) && semver("1.10.0").isGreaterThan(semver("1.9.9"))',
    'type(quantity("1")) == kubernetes.Quantity && type(ip("::1")) == net.IP',
  )
})

test('the forms of names, and formats, say what is wrong with a text', () => {
  given.are({
    'format.dns1123Label().validate("a-b")': 'none',
    'format.dns1123Label().validate("A").value().size()': '1n',
    'format.qualifiedName().validate("a/b/c").hasValue()': true,
    'format.labelValue().validate("-")': {
      of: [
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      ],
    },
    'format.date().validate("2020-02-30").value()': ['invalid date'],
    'format.uuid().validate("x").value()': ['does not match the UUID format'],
    'format.byte().validate("YQ==").hasValue()': false,
    'format.uri().validate("a b").value()': ['parse "a b": invalid URI for request'],
    'format.named("nothing").hasValue()': false,
  })
  given.hold(
    'format.dns1123LabelPrefix().validate("a-") == optional.none()',
    'format.named("dns1035Label").value() == format.dns1035Label()',
    '!format.datetime().validate("2020-01-01T00:00:00Z").hasValue()',
    '!format.dns1123Subdomain().validate("a.b").hasValue() && format.dns1035LabelPrefix().validate("1a-").hasValue()',
  )
})

test('an expression may ask who may do what', () => {
  const asked: unknown[] = []
  const authorizer = authorizerValue((question, verb) => {
    asked.push([question, verb])
    return { allowed: verb === 'get', reason: 'because' }
  })
  const environment = celEnvironment({ authorizer: parseType('Authorizer') })
  const check = 'authorizer.group("apps").resource("deployments").subresource("scale").namespace("x").check("get")'
  const value = (source: string) => environment.compile(source).evaluate({ authorizer }).value
  assert.equal(value(`${check}.allowed()`), true)
  assert.deepEqual(asked, [[{ group: 'apps', resource: 'deployments', subresource: 'scale', namespace: 'x' }, 'get']])
  assert.equal(value('authorizer.serviceAccount("ns", "sa").path("/healthz").check("post").allowed()'), false)
  assert.deepEqual(asked[1], [{ serviceAccount: { namespace: 'ns', name: 'sa' }, path: '/healthz' }, 'post'])
  assert.ok(environment.compile(`${check}.allowed()`).evaluate({ authorizer }).cost > 350_000)
})
