import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DYN, toValue } from '../../cel.ts'
import { Expressions } from '../../testing/evaluated.ts'

const given = new Expressions({ d: DYN }, { d: toValue({ a: 'x', bad: '%q' }) })

// Kubernetes has version 2 of cel-go's library of texts, whose numbers are those of American English.
test('a text is formatted as cel-go does it', () => {
  given.are({
    '"no substitution".format([])': 'no substitution',
    '"%%%s%% and %%".format(["a"])': '%a% and %',
    '"%d %d, %s %s".format([dyn(1), 2u, "A", "B"])': '1 2, A B',
    '"%d %d %b %o %x".format([-1990, 1990, 1990, 1990, 1990])': '-1990 1990 11111000110 3706 7c6',
    '"%.3f %f".format([1.2345, 2.71828])': '1.234 2.718280',
    '"%b %b %b %b %b".format([dyn(5), -5, uint(64), true, false])': '101 -101 1000000 1 0',
    '"%o %o %o".format([dyn(11), -11, 65535u])': '13 -13 177777',
    '"%x %X %x %X".format([dyn(30), 30, -30, 6000u])': '1e 1E -1e 1770',
    '"%x %X %x".format([dyn("Hello"), b"byte", b"\\x00\\x0a"])': '48656c6c6f 62797465 000a',
    '"%.6e %e".format([1052.032911275, 2.71828])': '1.052033\u202f×\u202f10⁰³ 2.718280\u202f×\u202f10⁰⁰',
    '"%s %s %s".format([2.71, 0.000000002, double("-inf")])': '2.71 2e-09 -Inf',
    '"%s".format([[2.71, 0.000000002]])': '[2.710000, 0.000000]',
    '"%f %f %f".format(["NaN", "Infinity", "-Infinity"])': 'NaN ∞ -∞',
    '"%e %f".format([1.0 / 0.0, -1.0 / 0.0])': '∞ -∞',
    '"%s".format([[double("NaN"), double("+Inf"), double("-Inf")]])': '["NaN", "+Inf", "-Inf"]',
    '"%s %s %s %s".format([dyn(null), 999999999999, b"xyz", type("a")])': 'null 999999999999 xyz string',
    '"%s %s".format([dyn(timestamp("2023-02-03T23:31:20+00:00")), duration("1h45m47s")])': '2023-02-03T23:31:20Z 6347s',
    '"%s".format([["abc", dyn(3.14), null, [9, 8], timestamp("2023-02-03T23:31:20Z"), true, int]])':
      '["abc", 3.140000, null, [9, 8], timestamp("2023-02-03T23:31:20Z"), true, int]',
    '"%s".format([{"b": b"x\\"z", "e": dyn(null), "c": duration("2h"), "d": true, "a": 2.71828}])':
      '{"a":2.718280, "b":b"x\\"z", "c":duration("7200s"), "d":true, "e":null}',
    '"%s".format([{dyn(1): "value1", uint(2): "value2", true: dyn(double("NaN"))}])':
      '{1:"value1", 2:"value2", true:"NaN"}',
    '"%s %s".format([dyn(true), "é\\n"])': 'true é\n',
  })
})

test('numbers have commas between their thousands, and a half goes to what is even', () => {
  given.are({
    '"%.2f %.0f %.1f".format([1234567.5, 999.0, -1000.0])': '1,234,567.50 999 -1,000.0',
    '"%.0f %.0f %.0f %.1f %.1f %.2f".format([0.5, 1.5, 2.5, 0.25, 0.35, 1.005])': '0 2 2 0.2 0.3 1.00',
    '"%.0f %.1f".format([-2.5, -0.0])': '-2 -0.0',
    '"%.1f".format([1e21])': '1,000,000,000,000,000,000,000.0',
    '"%.0f".format([1e21])': '1,000,000,000,000,000,000,000',
    '"%s".format([[1e21, 12345.5, -1e22]])':
      '[1000000000000000000000.000000, 12345.500000, -10000000000000000000000.000000]',
    '"%.0e %.0e %.1e".format([25.0, 35.0, -1.25])': '2\u202f×\u202f10⁰¹ 4\u202f×\u202f10⁰¹ -1.2\u202f×\u202f10⁰⁰',
    '"%.2e %.1e %e".format([0.00001, 1e100, 0.0])':
      '1.00\u202f×\u202f10⁻⁰⁵ 1.0\u202f×\u202f10¹⁰⁰ 0.000000\u202f×\u202f10⁰⁰',
    '"%.100f".format([0.5]).size()': '102n',
  })
})

test('a clause says of a value that it does not take what it takes, once the value is known', () => {
  const cases: { readonly [call: string]: string } = {
    '"%s".format([dyn(quantity("1"))])':
      'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given kubernetes.Quantity',
    '"%s".format([dyn([quantity("1")])])': 'no formatting function for kubernetes.Quantity',
    '"%s".format([dyn(b"\\xff")])':
      'could not convert argument "invalid UTF-8 in bytes, cannot convert to string" to string',
    '"%d".format([dyn(1.5)])': 'decimal clause can only be used on integers, was given double',
    '"%f".format([dyn(1)])': 'fixed-point clause can only be used on doubles, was given int',
    '"%f".format([d.a])': 'fixed-point clause can only be used on doubles, was given string',
    '"%e".format([dyn(true)])': 'scientific clause can only be used on doubles, was given bool',
    '"%b".format([d.a])': 'only integers and bools can be formatted as binary, was given string',
    '"%o".format([dyn(true)])': 'octal clause can only be used on integers, was given bool',
    '"%X".format([dyn(1.5)])': 'only integers, byte buffers, and strings can be formatted as hex, was given double',
    '"%.101f".format([1.0])': 'more than 100 digits are not supported, not 101',
  }
  for (const [call, why] of Object.entries(cases)) given.are({ [call]: `error: error during formatting: ${why}` })
  given.are({
    'd.bad.format([1])': 'error: could not parse formatting clause: unrecognized formatting clause "q"',
    '(d.a + "%").format([])': 'error: index 0 out of range',
    '(d.a + "%").format([1])': 'error: unexpected end of string',
    '(d.a + "%s%s").format([1])': 'error: index 1 out of range',
    '(d.a + "%.2").format([1])':
      'error: could not parse formatting clause: error while parsing precision: could not find end of precision specifier',
    '(d.a + "%.f").format([1])':
      'error: could not parse formatting clause: error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax',
    '(d.a + "%é").format([1])': 'error: could not parse formatting clause: unrecognized formatting clause "Ã"',
    '(d.a + "%s").format([1, 2])': 'x1',
  })
})

test('a call whose text and list stand in the expression is looked at before there are values', () => {
  given.refuse({
    '"%d %d".format([1, "a"].map(x, x))': "expected type 'int' but found 'string'",
    '"%d".format(["a"])':
      '<input>:1:14: error during formatting: decimal clause can only be used on integers, was given string',
    '"%d".format([[1]])': 'decimal clause can only be used on integers, was given list',
    '"%f".format([1])': 'fixed-point clause can only be used on doubles, was given int',
    '"%e".format([1u])': 'scientific clause can only be used on doubles, was given uint',
    '"%b".format([1.0])': 'only integers and bools can be formatted as binary, was given double',
    '"%o".format([false])': 'octal clause can only be used on integers, was given bool',
    '"%x".format([duration("1s")])':
      'only integers, byte buffers, and strings can be formatted as hex, was given google.protobuf.Duration',
    '"%X".format([timestamp(1)])': 'was given google.protobuf.Timestamp',
    '"%s".format([[quantity("1")]])':
      '<input>:1:23: error during formatting: string clause can only be used on strings',
    '"%s".format([{"a": {"b": quantity("1")}}])': '<input>:1:34: error during formatting: string clause',
    '"%s".format([{quantity("1"): 1}])': 'was given kubernetes.Quantity',
    '"%s".format([])': '<input>:1:12: index 0 out of range',
    '"%s %s".format([1])': 'index 1 out of range',
    '"%".format([])': 'unexpected end of string',
    '"%.2".format([1])': 'error while parsing precision: could not find end of precision specifier',
    '"%q".format([1])': 'could not parse formatting clause: unrecognized formatting clause "q"',
    '"%s".format([1, 2])': '<input>:1:12: too many arguments supplied to string.format (expected 1, got 2)',
    '[1].exists(x, "%d".format([true]) == "")': 'was given bool',
  })
  given.are({
    '"%s %d %f %x %X".format([dyn(1), dyn(1), dyn(1.0), "a", dyn(b"a")])': '1 1 1.000000 61 61',
    '"%s".format([[dyn(1), {"a": dyn([dyn(null), true])}]])': '[1, {"a":[null, true]}]',
    '"%s%s".format([1, 2].map(x, x + 1))': '23',
  })
})

test('bounds: a text that would fill the memory is not made', () => {
  const most = 'x'.repeat(10_000_000)
  const large = new Expressions({ d: DYN }, { d: toValue({ most, list: [most, 'x'] }) })
  assert.equal(large.value('"%s!".format([d.most]) != ""'), true)
  for (const source of ['"%s%s".format([d.most, "x"])', '"%s%s".format(d.list)', '"%s".format([[d.most]])'])
    assert.equal(large.value(source), 'error: operation cancelled: actual cost limit exceeded')
})
