import { test } from 'node:test'
import { DYN, toValue } from '../cel.ts'
import { Expressions } from '../testing/evaluated.ts'

const given = new Expressions({ d: DYN }, { d: toValue({ text: 'b', map: { a: [1, { b: 2 }] }, none: null }) })

test('values are ordered within their type, and numbers by what they are worth', () => {
  given.hold(
    '1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3 && !(2 < 2) && !(2 > 2)',
    '1u < 2u && 2u <= 2u && 3u > 2u && 3u >= 3u',
    '1.5 < 2.5 && 2.5 <= 2.5 && 3.5 > 2.5 && 3.5 >= 3.5',
    '1 < 1.5 && 1.5 < 2 && 1u < 1.5 && 1.5 < 2u && 1 < 2u && 1u < 2',
    '-1 < 0u && 0u > -1 && 1 <= 1.0 && 1.0 >= 1u && 1.0 <= 1u && 2u >= 2.0',
    'false < true && true >= false && !(true < true) && true <= true && !(false > true)',
    '"a" < "b" && "a" < "aa" && "b" > "aa" && "a" <= "a" && "é" > "z" && !("a" > "a")',
    '"\\uffee" < "😀" && "😀" > "\\uffee"',
    'b"a" < b"b" && b"a" < b"aa" && b"b" > b"aa" && b"a" >= b"a" && !(b"a" < b"a")',
    'duration("1s") < duration("2s") && duration("1m") >= duration("60s") && duration("3s") > duration("1s")',
    'duration("1s") <= duration("1s")',
    'timestamp("2020-01-01T00:00:00Z") < timestamp("2020-01-01T00:00:00.000000001Z")',
    'timestamp("2021-01-01T00:00:00Z") > timestamp("2020-01-01T00:00:00Z")',
    'timestamp("2020-01-01T00:00:00Z") <= timestamp("2020-01-01T00:00:00Z")',
    'timestamp("2020-01-01T00:00:00Z") >= timestamp("2020-01-01T00:00:00Z")',
  )
  given.are({ '0.0 / 0.0 < 1.0': 'error: NaN values cannot be ordered' })
})

test('values are equal by what they are, at every depth, and those of different types never', () => {
  given.hold(
    'dyn(1) == dyn(1.0) && dyn(1u) == dyn(1) && dyn(1.0) == dyn(1u) && dyn(1) != dyn(2u)',
    'dyn(1) != dyn("1") && dyn(null) != dyn(0) && dyn(false) != dyn(0) && dyn("a") != dyn(b"a")',
    'b"ab" == b"ab" && b"ab" != b"abc" && b"ab" != b"ac"',
    '[1, 2] == [1, 2] && [1, 2] != [2, 1] && [1] != [1, 2] && dyn([1]) != dyn({0: 1})',
    '{"a": [1]} == {"a": [1]} && {"a": 1} != {"a": 2} && {"a": 1} != {"b": 1} && {"a": 1} != {"a": 1, "b": 2}',
    'duration(".5s") == duration("500ms") && duration("1.s") == duration("1s") && duration("-.25m") == duration("-15s")',
    'string(timestamp("2020-01-01T00:00:00.005Z")) == "2020-01-01T00:00:00.005Z"',
    'string(timestamp("2020-01-01T00:00:00.000000010Z")) == "2020-01-01T00:00:00.00000001Z"',
    '[1, 2][dyn(1.0)] == 2 && [1, 2][?dyn(1.0)].value() == 2 && !dyn([1, 2])[?dyn(2.0)].hasValue()',
    'duration("0") == duration("0s") && duration("-0") == duration("0h")',
    'duration("60s") == duration("1m") && duration("1s") != duration("2s") && dyn(duration("1s")) != dyn(1)',
    'timestamp("2020-01-01T01:00:00+01:00") == timestamp("2020-01-01T00:00:00Z")',
    'timestamp("2020-01-01T00:00:00Z") != timestamp("2020-01-01T00:00:01Z")',
    'optional.of(1) == optional.of(1) && optional.of(1) != optional.of(2) && optional.none() != optional.of(1)',
    'optional.none() == optional.none() && dyn(optional.of(1)) != dyn(1)',
    'type(1) == type(2) && type(1) != type("a") && dyn(type(1)) != dyn("int")',
    'url("/a") == url("/a") && url("/a") != url("/b") && dyn(url("/a")) != dyn(quantity("1"))',
    'ip("::1") == ip("0::1") && ip("::1") != ip("::2") && ip("0.0.0.1") != ip("::1")',
    'cidr("10.0.0.0/8") == cidr("10.0.0.0/8") && cidr("10.0.0.0/8") != cidr("10.0.0.0/9")',
    'semver("1.0.0") == semver("1.0.0") && semver("1.0.0") != semver("1.0.1") && semver("1.0.0-a") != semver("1.0.0")',
    'd.map == {"a": [dyn(1), {"b": 2}]} && d.map.a[1].b == 2 && d.none == null',
  )
})

test('a value tells its type', () => {
  given.hold(
    'type(1) == int && type(1u) == uint && type(1.0) == double && type(true) == bool && type("a") == string',
    'type(b"a") == bytes && type(null) == null_type && type([1]) == list && type({1: 1}) == map',
    'type(duration("1s")) == google.protobuf.Duration && type(timestamp(0)) == google.protobuf.Timestamp',
    'type(optional.of(1)) == optional_type && type(type(1)) == type && type(d.map) == map',
    'type(cidr("::/0")) == net.CIDR && type(url("/")) == kubernetes.URL && type(semver("1.0.0")) == kubernetes.Semver',
  )
})

test('what is asked of a value of another type than it takes is an error', () => {
  given.are({
    'd.text.size() + 1': '2n',
    'd.map.size()': '1n',
    'd.map.startsWith("a")': 'error: no such overload: startsWith(map, string)',
    'd.text.a': 'error: no such overload',
    'd.text && true': 'error: no such overload',
    'd.text || true': true,
    'd.text ? 1 : 2': 'error: no such overload',
    'd.text.all(x, true)': "error: got 'string', expected iterable type",
    'd.map[1.5]': 'error: no such key: 1.5',
    '[1][dyn(0.0)]': '1n',
    '[1][dyn("a")]': "error: unsupported index type 'string' in list",
    '[1][dyn(-1)]': 'error: index out of bounds: -1',
    '{dyn(1.5): 1}': 'error: unsupported key type: double',
    '{"a": 1, "a": 2}': 'error: Failed with repeated key',
    '{dyn(true): 1, dyn(2u): 2}[dyn(2)]': '2n',
  })
})
