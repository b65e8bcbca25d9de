import { test } from 'node:test'
import { DYN, toValue } from '../cel.ts'
import { Expressions } from '../testing/evaluated.ts'

const given = new Expressions()

test('numbers, texts and times become one another as Go does it', () => {
  given.are({
    'int("-5") + int("+7")': '2n',
    'int("5x")': 'error: strconv.ParseInt: parsing "5x": invalid syntax',
    'int(1e30)': 'error: integer overflow',
    'int(timestamp("1970-01-01T00:00:01.5Z")) + int(timestamp("1969-12-31T23:59:59.5Z"))': '0n',
    'int(duration("1us"))': '1000n',
    'uint(3.7) + uint("2") + uint(1)': '6u',
    'uint(-1)': 'error: unsigned integer overflow',
    'uint("-1")': 'error: strconv.ParseUint: parsing "-1": invalid syntax',
    'double("1.5e1") + double(2) + double(1u) + double(1.0)': 19,
    'double("x")': 'error: strconv.ParseFloat: parsing "x": invalid syntax',
    'string(double("-inf")) + string(double("nan")) + string(double("Infinity"))': '-InfNaN+Inf',
    'bool("True") && !bool("f") && bool(true)': true,
    'bool("yes")': 'error: strconv.ParseBool: parsing "yes": invalid syntax',
    'string(5) + string(5u) + string("a") + string(-0.0)': '55a-0',
    'duration("1.5h").getMinutes() + duration(duration("1s")).getSeconds()': '91n',
    'duration("-1h2m3s4ms5us6ns").getMilliseconds()': '-4n',
    'timestamp(1).getSeconds() + timestamp(timestamp(2)).getSeconds()': '3n',
    'timestamp("2020-13-01T00:00:00Z" + "")':
      'error: parsing time "2020-13-01T00:00:00Z" as "2006-01-02T15:04:05Z07:00": cannot parse "2020-13-01T00:00:00Z" as "2006"',
    'duration("1" + "x")': 'error: time: invalid duration "1x"',
    'duration("" + "")': 'error: time: invalid duration ""',
    'duration("" + "0").getSeconds()': '0n',
    'duration("" + ".5s").getMilliseconds()': '500n',
    'duration("" + "9999999999h")': 'error: time: invalid duration "9999999999h"',
    'timestamp("9999-12-31T23:59:59Z") + duration("1s")': 'error: timestamp overflow',
    'string(duration("-0.5s"))': '-0.5s',
    'string(timestamp("1969-12-31T23:59:59.25Z"))': '1969-12-31T23:59:59.25Z',
  })
})

test('sums, differences and products are of what Go allows', () => {
  given.are({
    '9223372036854775807 - -1': 'error: integer overflow',
    '4611686018427387904 * 2': 'error: integer overflow',
    '18446744073709551615u + 1u': 'error: unsigned integer overflow',
    '7u / 2u + 7u % 4u + 2u * 3u + 5u - 1u': '16u',
    '1u / 0u': 'error: division by zero',
    '1u % 0u': 'error: modulus by zero',
    '7 / -2': '-3n',
    '-7 % 3': '-1n',
    '1.0 / 0.0 > 1.0 && 2.5 - 1.0 == 1.5 && -(1.5) < 0.0': true,
    'string(duration("1s") + duration("2s") - duration("500ms"))': '2.5s',
    'string(duration("1h") + timestamp("2020-01-01T00:00:00Z"))': '2020-01-01T01:00:00Z',
    'string(timestamp("2020-01-01T00:00:00Z") - duration("1h"))': '2019-12-31T23:00:00Z',
    'b"a" + b"b"': [97, 98],
    '{"a": 1}.transformMap(k, v, v > 1, v).size()': '0n',
    '[{"a": 1}, {"a": 2}].transformMapEntry(i, m, {m.a: i})': { '1n': '0n', '2n': '1n' },
    '[1, 1].transformMapEntry(i, v, {v: i})': 'error: insert failed: key 1 already exists',
  })
})

test('a moment shows its parts in any zone', () => {
  const at = 'timestamp("2024-02-29T23:30:45.678Z")'
  given.are({
    [`[${at}.getFullYear(), ${at}.getMonth(), ${at}.getDate(), ${at}.getDayOfMonth()]`]: ['2024n', '1n', '29n', '28n'],
    [`[${at}.getDayOfWeek(), ${at}.getDayOfYear(), ${at}.getHours(), ${at}.getMinutes()]`]: ['4n', '59n', '23n', '30n'],
    [`[${at}.getSeconds(), ${at}.getMilliseconds()]`]: ['45n', '678n'],
    [`${at}.getDate("+01:00")`]: '1n',
    [`${at}.getHours("-02:30")`]: '21n',
    [`${at}.getMinutes("Asia/Kolkata")`]: '0n',
    [`${at}.getMonth("UTC")`]: '1n',
    [`${at}.getHours("Nowhere/Land")`]: 'error: unknown time zone Nowhere/Land',
    'duration("3h5m7s").getHours() + duration("3h5m7s").getMinutes() + duration("3h5m7s").getSeconds()': '11295n',
  })
})

test('edges of texts and lists', () => {
  given.are({
    '"abc".charAt(3) + "abc".charAt(2)': 'c',
    '"abc".charAt(-1)': 'error: index out of range: -1',
    '["abab".indexOf("ab", 1), "ab".indexOf("abc"), "ab".indexOf("b", 9), "ab".indexOf("", 1)]': [
      '2n',
      '-1n',
      '-1n',
      '1n',
    ],
    '"ab".indexOf("a", -1)': 'error: index out of range: -1',
    '["abab".lastIndexOf("ab", 1), "abab".lastIndexOf("ab"), "ab".lastIndexOf(""), "ab".lastIndexOf("a", 5)]': [
      '0n',
      '2n',
      '2n',
      '-1n',
    ],
    '"abc".indexOf("", 2) * 100 + "abc".indexOf("") * 10 + "abc".indexOf("", 7)': '207n',
    '"abc".lastIndexOf("", 7) + "abc".lastIndexOf("", 1)': '8n',
    '"ab".lastIndexOf("a", -1)': 'error: index out of range: -1',
    '["a,b".split(",", 0).size(), "a,b".split(",", -1).size(), "a,b".split(",", 1).size()]': ['0n', '2n', '1n'],
    '["aaa".replace("a", "b", 2), "aaa".replace("a", "b", 0), "ab".replace("", "-")]': ['bba', 'aaa', '-a-b-'],
    '"ab".replace("", "-", 2)': '-a-b',
    '"abc".substring(0, 4)': 'error: index out of range: 4',
    '"abc".substring(4)': 'error: index out of range: 4',
    '[1, 2].slice(-1, 1)': 'error: cannot slice(-1, 1), negative indexes not supported',
    '[1, 2].slice(2, 1)': 'error: cannot slice(2, 1), start index must be less than or equal to end index',
    '[[[1], [2]], [[3]]].flatten(2).size() + [[[1], [2]]].flatten(1).size()': '5n',
    '[[1]].flatten(-1)': 'error: level must be non-negative',
    '[dyn(1), dyn("a")].map(x, x).sortBy(x, x)': 'error: list elements must have the same type',
    'lists.range(-1)': [],
    'lists.range(100000000)': 'error: lists.range() size 100000000 exceeds limit 1000000',
    '[[1u, 2u].sum() == 3u, [1.5, 2.0].sum() == 3.5, [duration("1s")].sum() == duration("1s")]': [true, true, true],
    '[1].filter(x, false).sum()': '0n',
    '["a", "b"].min() + ["a", "b"].max()': 'ab',
    '[2, 2, 1].isSorted()': false,
    '[1, 2].indexOf(3)': '-1n',
    '[].first().hasValue() || [].last().hasValue()': false,
    '[optional.of(1), optional.none()].unwrapOpt()': ['1n'],
    'optional.unwrap([optional.of(1), optional.none()])': ['1n'],
    'optional.ofNonZeroValue(0).hasValue() || optional.ofNonZeroValue("").hasValue()': false,
    'optional.ofNonZeroValue([1]).hasValue() && !optional.ofNonZeroValue({}).hasValue()': true,
    'optional.of(dyn(null)).orValue(1)': null,
    'sets.contains([1], [1, 2]) || sets.intersects([1], [2]) || sets.equivalent([1], [1, 2])': false,
  })
})

test('edges of addresses, amounts, URLs and versions', () => {
  given.are({
    'ip("1.2.3")':
      'error: IP Address "1.2.3" parse error during conversion from string: ParseAddr("1.2.3"): unable to parse IP',
    'ip("fe80::1%eth0")': 'error: IP address "fe80::1%eth0" with zone value is not allowed',
    'cidr("10.0.0.0").prefixLength()':
      'error: network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("10.0.0.0"): no \'/\'',
    'sign(quantity("0")) + sign(quantity("5"))': '1n',
    'quantity("1").compareTo(quantity("2")) + quantity("2").compareTo(quantity("1"))': '0n',
    'quantity("1").sub(2).asInteger()': '-1n',
    'url("//a/b").getHost()': '',
    'url("//a/b").getEscapedPath()': '//a/b',
    'url("/a%zz")': 'error: URL parse error during conversion from string: parse "/a%zz": invalid URL escape "%zz"',
    'url("https://a b/")':
      'error: URL parse error during conversion from string: parse "https://a b/": invalid character in host name',
    'url("")': 'error: URL parse error during conversion from string: parse "": empty url',
    'url("https://a/b?c=d;e&f&g=+h").getQuery()': { f: [''], g: [' h'] },
    'url("https://a.b").getPort() + url("https://a.b:8/").getPort()': '8',
    'semver("x.1.2")': 'error: Invalid character(s) found in major number "x"',
    'semver("")': 'error: Version string empty',
    'semver("1.2.3-01")': 'error: Invalid character(s) found in version "1.2.3-01"',
    'semver("1.2-a", true)': 'error: short version cannot contain PreRelease/Build meta data',
    'semver("1.2.3").compareTo(semver("1.2.4"))': '-1n',
  })
  given.hold(
    'semver("1.0.0-a.1").isLessThan(semver("1.0.0-a.2")) && semver("1.0.0-a").isLessThan(semver("1.0.0-a.1"))',
    'semver("1.0.0-1").isLessThan(semver("1.0.0-a")) && semver("1.0.0").compareTo(semver("1.0.0+b")) == 0',
    'semver("2.0.0").isGreaterThan(semver("1.9.9")) && !semver("1.0.0").isGreaterThan(semver("1.0.0"))',
    '!quantity("1").isLessThan(quantity("1")) && !quantity("1").isGreaterThan(quantity("1"))',
    'ip("0.0.0.0").isUnspecified() && !ip("1.0.0.0").isUnspecified() && ip("::1").isLoopback()',
    'ip("224.0.0.1").isLinkLocalMulticast() && ip("ff02::1").isLinkLocalMulticast() && !ip("ff05::1").isLinkLocalMulticast()',
    'ip("169.254.1.1").isLinkLocalUnicast() && !ip("fe00::1").isLinkLocalUnicast()',
    '!ip("255.255.255.255").isGlobalUnicast() && !ip("127.0.0.1").isGlobalUnicast() && ip("fd00::1").isGlobalUnicast()',
    '!ip("224.0.0.1").isGlobalUnicast() && !ip("::").isGlobalUnicast() && !ip("fe80::1").isGlobalUnicast()',
    'string(cidr("10.0.0.5/8").ip()) == "10.0.0.5" && string(cidr("10.0.0.5/8")) == "10.0.0.5/8"',
    '!cidr("10.0.0.0/16").containsCIDR("10.0.0.0/8") && cidr("::/0").containsIP("::1") && !cidr("::/0").containsIP("1.1.1.1")',
    'isSemver("1.2.3") && !isSemver("1.2") && isSemver("v1.2", true) && !isURL("") && !isCIDR("10.0.0.0")',
  )
})

test('a text that is too large, or has too many digits, is an error of the expression', () => {
  const large = new Expressions({ d: DYN }, { d: toValue({ text: 'é'.repeat(300_000) }) })
  large.are({
    '"%.101f".format([1.0])': 'error: error during formatting: more than 100 digits are not supported, not 101',
    '"%s".format([bytes(d.text)]) == d.text': true,
    '"😀a😀b".indexOf("b", 2) * 100 + "😀a😀b".lastIndexOf("a", 3) * 10 + "😀a😀b".indexOf("a", 2)': '309n',
  })
})
