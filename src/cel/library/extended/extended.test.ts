import { test } from 'node:test'
import { DYN, toValue } from '../../cel.ts'
import { Expressions } from '../../testing/evaluated.ts'

const given = new Expressions({ d: DYN }, { d: toValue({ a: 1, mixed: ['a', 1] }) })

test('places in a text are between its code points, its end the last of them', () => {
  given.are({
    '"abc".substring(3) + "abc".substring(0, 0) + "abc".substring(1, 1)': '',
    '"abc".substring(-1)': 'error: index out of range: -1',
    '"abc".substring(0, 3)': 'abc',
    '"abc".charAt(0) + "abc".charAt(3)': 'a',
    '"abc".charAt(4)': 'error: index out of range: 4',
    '"abc".indexOf("c", 3)': '-1n',
    '"abc".indexOf("a", 0)': '0n',
    '"abcabc".indexOf("a", 1)': '3n',
    '"abc".indexOf("d")': '-1n',
    '"abc".lastIndexOf("c", 2)': '2n',
    '"abc".lastIndexOf("c", 3)': '-1n',
    '"abc".lastIndexOf("a", 0)': '0n',
    '"abc".lastIndexOf("", 1)': '1n',
    '"é😀z".lastIndexOf("z") * 10 + "é😀z".indexOf("z")': '22n',
    '"a-b-c".split("-", 3)': ['a', 'b', 'c'],
    '"a-b-c".split("-", 2)': ['a', 'b-c'],
    '"abc".split("", 2)': ['a', 'bc'],
    '"".split("-")': [''],
    '"aaaa".replace("aa", "b", 1) + "abc".replace("d", "e") + "ab".replace("", "-", 1)': 'baaabc-ab',
    '"ab".replace("", "-", 9) + "ab".replace("", "+", 3) + "".replace("", "a", 2)': '-a-b-+a+b+a',
    '"a$b".replace("$", "$&")': 'a$&b',
    '" \\t\\na\\r ".trim()': 'a',
    '"Zz".lowerAscii() + "Zz".upperAscii() + "É".lowerAscii()': 'zzZZÉ',
    '[].join("-") + ["a"].join("-") + ["a", "", "b"].join("-")': 'aa--b',
    'd.mixed.join("-")': 'error: join: invalid input: 1',
    'strings.quote("\\a\\b\\f\\n\\r\\t\\v\\\\\\"\'é")': '"\\a\\b\\f\\n\\r\\t\\v\\\\\\"\'é"',
  })
})

test('lists are cut, counted and ordered up to their ends', () => {
  given.are({
    '[1, 2].slice(0, 2) + [1, 2].slice(2, 2) + [1, 2].slice(0, 0)': ['1n', '2n'],
    '[1, 2].slice(0, -1)': 'error: cannot slice(0, -1), negative indexes not supported',
    '[1, 2].slice(0, 3)': 'error: cannot slice(0, 3), list is length 2',
    '[dyn(1), [dyn(2), [3]]].flatten(0)': ['1n', ['2n', ['3n']]],
    '[dyn(1), [dyn(2), [3]]].flatten(1)': ['1n', '2n', ['3n']],
    '[[1, 2], [], [3]].flatten()': ['1n', '2n', '3n'],
    'lists.range(0) == [] && lists.range(1) == [0]': true,
    'lists.range(1000001)': 'error: lists.range() size 1000001 exceeds limit 1000000',
    '[3u, 1u, 2u].sort()': ['1u', '2u', '3u'],
    '[b"b", b"a"].sort() == [b"a", b"b"] && [true, false].sort() == [false, true] && [2.0, 1.0].sort() == [1.0, 2.0]': true,
    '[duration("2s"), duration("1s")].sort()[0] == duration("1s")': true,
    '[timestamp(2), timestamp(1)].sort()[0] == timestamp(1)': true,
    '[{"n": dyn(2), "s": "b"}, {"n": dyn(1), "s": "a"}].sortBy(e, e.n).map(e, e.s)': ['a', 'b'],
    '["bb", "a", "cc", "d"].sortBy(x, x.size())': ['a', 'd', 'bb', 'cc'],
    '[1, 1, 2].isSorted() && [].isSorted() && [1].isSorted() && !["b", "a"].isSorted()': true,
    '[1, 3, 3, 2].max() * 10 + [2, 1, 1, 3].min()': '31n',
    '[].max() == 1': 'error: max called on empty list',
    '[1].filter(x, x > 1).min()': 'error: min called on empty list',
    '[1.5, 0.5].max() + [1.5, 0.5].min() == 2.0': true,
    '[timestamp(1), timestamp(2)].max() == timestamp(2) && [true, false].min() == false': true,
    '[9223372036854775807, 1].sum()': 'error: integer overflow',
    '[1u].filter(x, false).sum()': '0u',
    '["a"].filter(x, false).size()': '0n',
    '[1.0].filter(x, false).sum()': 0,
    '[duration("1s")].filter(x, false).sum() == duration("0s")': true,
    '[1, 2, 1].indexOf(1) * 10 + [1, 2, 1].lastIndexOf(1)': '2n',
    '[1, 2].lastIndexOf(3)': '-1n',
    '[1, dyn(1.0), 2, dyn("1")].distinct().size()': '3n',
    'sets.contains([], []) && sets.contains([1], []) && !sets.contains([], [1]) && sets.equivalent([], [])': true,
    'sets.intersects([1, 2], [2, 3]) && !sets.intersects([], []) && !sets.equivalent([1, 2], [1])': true,
    'sets.equivalent([1, 1], [dyn(1u)]) && !sets.equivalent([1], [2])': true,
  })
})

test('an optional holds a value, null among them, or none', () => {
  given.are({
    'optional.of(1).value() + optional.of(2).orValue(9) + optional.none().orValue(3)': '6n',
    'optional.of(1).or(optional.of(2)).value()': '1n',
    'optional.none().or(optional.none()).hasValue()': false,
    'optional.none().or(optional.of(2)).value()': '2n',
    'optional.ofNonZeroValue(0u).hasValue() || optional.ofNonZeroValue(0.0).hasValue()': false,
    'optional.ofNonZeroValue(b"").hasValue() || optional.ofNonZeroValue([]).hasValue()': false,
    'optional.ofNonZeroValue(false).hasValue() || optional.ofNonZeroValue(null).hasValue()': false,
    'optional.ofNonZeroValue(1u).hasValue() && optional.ofNonZeroValue(1.0).hasValue()': true,
    'optional.ofNonZeroValue(b"a").hasValue() && optional.ofNonZeroValue({"a": 1}).hasValue()': true,
    'optional.ofNonZeroValue(true).hasValue() && optional.ofNonZeroValue("a").hasValue()': true,
    '[1, 2].first().value() * 10 + [1, 2].last().value()': '12n',
    '[].first().hasValue() || [].last().hasValue()': false,
    'optional.of(1).optMap(x, x + 1).value() + optional.of(1).optFlatMap(x, optional.of(x + 2)).value()': '5n',
    'optional.none().optMap(x, x + 1).hasValue()': false,
    '[?optional.none(), ?optional.of(1)] + [2]': ['1n', '2n'],
    '{?"a": optional.none(), "b": 1}.size()': '1n',
    '[?dyn(1)]': 'error: no such overload: ?int',
  })
  given.refuse({ '[?1]': "expected type 'optional_type(int)' but found 'int'" })
})
