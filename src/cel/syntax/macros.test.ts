import { test } from 'node:test'
import { DYN, toValue } from '../cel.ts'
import { Expressions } from '../testing/evaluated.ts'

const given = new Expressions({ d: DYN }, { d: toValue({ a: 1, b: [1, 2] }) })

test('each macro goes over what it is for', () => {
  given.are({
    '[1, 2].existsOne(x, x == 1) && ![1, 1].exists_one(x, x == 1) && ![1].existsOne(i, v, i == v)': true,
    '[1, 2].all(i, v, i < v) && ![1, 2].exists(i, v, i == v) && {"a": 1}.all(k, v, k == "a" && v == 1)': true,
    '[].all(x, false) && ![].exists(x, true) && ![].exists_one(x, true)': true,
    '[1, 2, 3].map(x, x > 1, x * 2)': ['4n', '6n'],
    '[1, 2, 3].transformList(i, v, i > 0, v)': ['2n', '3n'],
    '{"a": 1, "b": 2}.transformMap(k, v, v > 1, v * 2)': { b: '4n' },
    '{"a": 1, "b": 2}.transformMapEntry(k, v, v > 1, {v: k})': { '2n': 'b' },
    '{"a": 1, "b": 2}.filter(k, k != "a")': ['b'],
    '[2, 1].transformMap(i, v, v)': { '0n': '2n', '1n': '1n' },
    'has(d.a) && !has(d.x) && has({"k": 1}.k)': true,
    'optional.of(2).optMap(x, x * x).value() + optional.of(2).optFlatMap(x, optional.of(x)).value()': '6n',
    'optional.none().optFlatMap(x, optional.of(x)).hasValue()': false,
    '[3, 1].sortBy(x, -x)': ['3n', '1n'],
    '[1, 0, 2].exists(x, 2 / x == 1)': true,
    '[1, 0, 2].all(x, 2 / x == 1)': false,
    '[1, 0].all(x, 2 / x == 2)': 'error: division by zero',
    '[0].exists_one(x, 1 / x == 1)': 'error: division by zero',
    '[0].map(x, 1 / x)': 'error: division by zero',
  })
  given.refuse({
    'd.b.transformList(1, v, v)': 'argument must be a simple name',
    'd.b.transformMap(k, k, k)': 'duplicate variable name: k',
    'd.b.sortBy(1, 2)': 'argument is not an identifier',
    'd.b.filter(1, true)': 'argument is not an identifier',
    'd.b.existsOne(a.b, true)': 'argument must be a simple name',
    'd.b.transformMapEntry(k, v, v == 1)': "found no matching overload for 'cel.@mapInsert'",
    'has(d.a, d.b)': "undeclared reference to 'has' (in container '')",
    'has([1])': 'invalid argument to has() macro',
  })
})
