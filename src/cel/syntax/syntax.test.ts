import assert from 'node:assert/strict'
import { test } from 'node:test'
import { celEnvironment, DYN, toValue } from '../cel.ts'
import { Expressions } from '../testing/evaluated.ts'
import { CelCompileError } from './source-error.ts'

const given = new Expressions({ d: DYN }, { d: toValue({ a: 1, b: [1, 2] }) })

test('literals are what they say, up to the largest', () => {
  given.are({
    '9223372036854775807': '9223372036854775807n',
    '18446744073709551615u + 0U': '18446744073709551615u',
    '-0x10 + 0xfF': '239n',
    '.5 + 1e-1 + 2.5E+1 + 1.0': 26.6,
    '"\\a\\b\\f\\n\\r\\t\\v\\\\\\"\\\'\\?\\`"': '\u0007\b\f\n\r\t\v\\"\'?`',
    '"\\x41\\X42\\u0043\\U0001F600\\103"': 'ABC😀C',
    "'''a\n\"b\"'''": 'a\n"b"',
    'r"\\d" + R\'\\n\' + r"""\\"""': '\\d\\n\\',
    'b"\\x00\\377é" + b\'\\n\'': [0, 255, 195, 169, 10],
    'br"\\n"': [92, 110],
    '1 // what follows is passed over\n + 2': '3n',
    '[1, 2,][1] + {"a": 3,}.a': '5n',
  })
  given.refuse({
    '9223372036854775808': 'invalid int literal',
    '-9223372036854775809': 'invalid int literal',
    '18446744073709551616u': 'invalid uint literal',
    '1e999': 'invalid double literal',
    '"\\ud800"': 'unable to unescape string',
    '"\\U00110000"': 'unable to unescape string',
    'b"\\u0041"': 'unable to unescape string',
    '"a': "token recognition error at: '\"'",
    'd & d': "token recognition error at: '& '",
    'd # d': "token recognition error at: '#'",
  })
})

test('operators bind as CEL says, from the left', () => {
  given.are({
    '2 - 1 - 1': '0n',
    '2 + 3 * 4 % 5': '4n',
    '-2 * -(3)': '6n',
    '!true || true && !false': true,
    '!!true == true': true,
    '--1': '1n',
    '1 < 2 == true': true,
    'false ? 1 : true ? 2 : 3': '2n',
    '1 in [1] && !(2 in [1])': true,
    '.d.a + .size([1])': '2n',
    'd.b[0] + d["b"][1]': '3n',
    '(d).a': '1n',
  })
})

test('bounds: an expression as deep or as long as nobody writes is refused, and thousands of terms are none', () => {
  given.hold(Array.from({ length: 5000 }, () => 'd.a == 1').join(' && '))
  given.hold(`${Array.from({ length: 5000 }, () => 'd.a == 2').join(' || ')} || true`)
  given.are({
    [Array.from({ length: 200 }, () => '1').join(' + ')]: '200n',
    [`${'('.repeat(200)}1${')'.repeat(200)}`]: '1n',
  })
  const deep = 'max recursion depth exceeded'
  given.refuse({
    [Array.from({ length: 300 }, () => '1').join(' + ')]: deep,
    [`${'('.repeat(300)}1${')'.repeat(300)}`]: deep,
    [`d${'.a'.repeat(300)}`]: deep,
    [`d${'[0]'.repeat(300)}`]: deep,
    [`"${'a'.repeat(100_000)}"`]: 'expression code point size exceeds limit: size: 100002, limit 100000',
  })
})

test('macros take names and a number of arguments, and nothing else', () => {
  given.refuse({
    'd.b.all(x.y, true)': 'argument must be a simple name',
    'd.b.map(1, 2)': 'argument is not an identifier',
    'd.b.exists(a, a, true)': 'duplicate variable name: a',
    'd.b.all(__result__, true)': 'iteration variable overwrites accumulator variable',
    'has(d)': 'invalid argument to has() macro',
    'optional.of(1).optMap(1, 2)': 'optMap() variable name must be a simple identifier',
    'optional.of(1).optFlatMap(1, 2)': 'optFlatMap() variable name must be a simple identifier',
    'd.b.all(x)': "undeclared reference to 'all' (in container '')",
    'd.b.all(x, 1)': "expected type 'bool' but found 'int'",
    '[1].exists(x, "a")': "expected type 'bool' but found 'string'",
  })
})

test('what cannot follow is told of with what could', () => {
  given.refuse({
    '(1': "mismatched input '<EOF>' expecting ')'",
    '[1': "mismatched input '<EOF>' expecting ']'",
    '{1}': "mismatched input '}' expecting ':'",
    'true ? 1': "mismatched input '<EOF>' expecting ':'",
    in: "mismatched input 'in' expecting {'[', '{', '(', '.'",
    '1 2 3': "mismatched input '2' expecting <EOF>",
    'd.in': "mismatched input 'in' expecting IDENTIFIER",
    'T{1: 2}': "mismatched input '1' expecting IDENTIFIER",
  })
})

test('problems of one expression are told of in the order in which they stand', () => {
  const told = (source: string): readonly string[] => {
    try {
      celEnvironment({}).compile(source)
    } catch (error) {
      return (error as Error).message.split('\n').filter((line) => line.startsWith('ERROR'))
    }
    return []
  }
  assert.deepEqual(told('b + a\n  + c'), [
    "ERROR: <input>:1:1: undeclared reference to 'b' (in container '')",
    "ERROR: <input>:1:5: undeclared reference to 'a' (in container '')",
    "ERROR: <input>:2:5: undeclared reference to 'c' (in container '')",
  ])
  const problems = [5, 2, 4, 0].map((at) => ({ at, message: `at ${at}` }))
  assert.equal(
    new CelCompileError('abc\nde', problems).message.replace(/\n \|.*/g, ''),
    'ERROR: <input>:1:1: at 0\nERROR: <input>:1:3: at 2\nERROR: <input>:2:1: at 4\nERROR: <input>:2:2: at 5',
  )
  assert.throws(() => celEnvironment({}).compile('"é" + 1\t+ a'), /\n \| "é" \+ 1 \+ a\n \| \.．\.\.\^/)
})
