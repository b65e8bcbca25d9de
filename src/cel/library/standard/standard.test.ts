import { test } from 'node:test'
import { DYN, toValue } from '../../cel.ts'
import { Expressions } from '../../testing/evaluated.ts'

const given = new Expressions({ d: DYN }, { d: toValue({ text: 'ab', list: [1, 2], map: { a: 1 } }) })

test('truth and its absence are read in each form that Go reads, and in no other', () => {
  for (const text of ['1', 't', 'T', 'true', 'TRUE', 'True']) given.are({ [`bool("${text}")`]: true })
  for (const text of ['0', 'f', 'F', 'false', 'FALSE', 'False']) given.are({ [`bool("${text}")`]: false })
  for (const text of ['', 'tRUE', 'yes', '2'])
    given.are({ [`bool("${text}")`]: `error: strconv.ParseBool: parsing "${text}": invalid syntax` })
})

test('numbers become others up to the largest and the smallest, and no further', () => {
  given.are({
    'int("9223372036854775807")': '9223372036854775807n',
    'int("9223372036854775808")': 'error: integer overflow',
    'int("-9223372036854775808")': '-9223372036854775808n',
    'int(-3.9)': '-3n',
    'int(9223372036854775807u)': '9223372036854775807n',
    'int(9223372036854775808u)': 'error: integer overflow',
    'int(0.0 / 0.0)': 'error: integer overflow',
    'int(-1.0 / 0.0)': 'error: integer overflow',
    'int("")': 'error: strconv.ParseInt: parsing "": invalid syntax',
    'int(timestamp("1969-12-31T23:59:58Z"))': '-2n',
    'int(duration("-1ms"))': '-1000000n',
    'uint("18446744073709551615")': '18446744073709551615u',
    'uint("18446744073709551616")': 'error: unsigned integer overflow',
    'uint(-0.5)': '0u',
    'uint(-1.5)': 'error: unsigned integer overflow',
    'uint(0u) + uint(0)': '0u',
    '-9223372036854775807 - 2': 'error: integer overflow',
    '-9223372036854775807 - 1': '-9223372036854775808n',
    '18446744073709551614u + 1u': '18446744073709551615u',
    '3u * 0u': '0u',
    'double(".5") + double("5.") + double("-1e-1") + double("+2E+0")': 7.4,
    'double("1e")': 'error: strconv.ParseFloat: parsing "1e": invalid syntax',
    'double("+Inf") > 0.0 && double("-Infinity") < 0.0 && double("NaN") != double("nan")': true,
    'string(1.0 / 0.0) + string(-1.0 / 0.0) + string(0.0 / 0.0)': '+Inf-InfNaN',
    'string(1e20) + " " + string(1e-7) + " " + string(100000.0)': '1e+20 1e-07 100000',
    'string(false) + string(b"\\x61" == b"a")': 'falsetrue',
  })
})

test('bytes become a text where they are UTF-8 alone', () => {
  given.are({
    'string(bytes("é😀"))': 'é😀',
    'string(b"ab") + string(bytes(b"c"))': 'abc',
    'string(b"a\\xc3")': 'error: invalid UTF-8 in bytes, cannot convert to string',
    'string(b"\\xff\\xfe\\xfd")': 'error: invalid UTF-8 in bytes, cannot convert to string',
    'string(b"\\xef\\xbf\\xbd")': '\ufffd',
    'string(b"\\xf0\\x9f\\x98")': 'error: invalid UTF-8 in bytes, cannot convert to string',
  })
})

test('the size of a thing is counted in code points, bytes, items or members', () => {
  given.are({
    'size("a😀b") * 1000 + size(b"a\\xff") * 100 + size([1, 2, 3]) * 10 + size({"a": 1})': '3231n',
    '"".size() + b"".size() + [].size() + {}.size()': '0n',
    '"😀😀".size() + "a😀".size() + "😀a".size()': '6n',
    '"abc".endsWith("bc") && !"abc".endsWith("b") && "abc".startsWith("ab") && !"abc".startsWith("bc")': true,
    '"abc".contains("") && !"abc".contains("ac") && "".startsWith("") && "".endsWith("")': true,
  })
})

test('what a list or a map does not hold is an error, or none where an optional is asked for', () => {
  given.are({
    'd.list[1]': '2n',
    'd.list[2]': 'error: index out of bounds: 2',
    'd.list[dyn(1u)]': "error: unsupported index type 'uint' in list",
    'd.list[dyn(1.5)]': "error: unsupported index type 'double' in list",
    'd.map["b"]': 'error: no such key: b',
    'd.map[dyn(2u)]': 'error: no such key: 2',
    'd.list[?0].value() + d.list[?1].value()': '3n',
    'd.list[?2].hasValue() || d.map[?"b"].hasValue()': false,
    'optional.of([1, 2])[1]': { of: '2n' },
    'optional.of([1, 2])[?2]': 'none',
    'optional.of({"a": 1})["a"]': { of: '1n' },
    'optional.of({"a": 1})[?"b"]': 'none',
    'optional.of(d.list).value()[0]': '1n',
    'optional.none()[?0].hasValue()': false,
    '[optional.of({"a": 1})][0].a': { of: '1n' },
    'has(optional.of({"a": 1}).a) && !has(optional.of({"a": 1}).b)': true,
  })
})

test('parts of moments are those of the calendar, before 1970 and in each zone too', () => {
  const old = 'timestamp("1969-12-31T23:59:59.999999999Z")'
  given.are({
    [`[${old}.getMilliseconds(), ${old}.getSeconds(), ${old}.getFullYear(), ${old}.getDayOfYear()]`]: [
      '999n',
      '59n',
      '1969n',
      '364n',
    ],
    'timestamp("2023-01-01T00:00:00Z").getDayOfYear()': '0n',
    'timestamp("2024-12-31T12:00:00Z").getDayOfYear()': '365n',
    'timestamp("2023-01-01T00:00:00Z").getDayOfWeek()': '0n',
    'timestamp("2024-01-01T00:00:00Z").getDayOfMonth("-00:01")': '30n',
    'timestamp("2024-01-01T00:00:00Z").getFullYear("-00:01")': '2023n',
    'timestamp("2024-01-01T00:00:00Z").getMinutes("05:45")': '45n',
    'timestamp("2024-01-01T00:00:30.5Z").getSeconds("+10:30")': '30n',
    'timestamp("2024-01-01T00:00:30.5Z").getMilliseconds("Europe/Berlin")': '500n',
    'timestamp("2024-07-01T00:00:00Z").getHours("Europe/Berlin")': '2n',
    'timestamp("2024-01-01T00:00:00Z").getHours("Europe/Berlin")': '1n',
    'timestamp("1969-07-01T12:00:00.5Z").getHours("Asia/Tokyo")': '21n',
    'timestamp("2024-12-31T23:00:00Z").getMonth("Europe/Berlin")': '0n',
    'timestamp("2024-12-31T23:00:00Z").getDate("Europe/Berlin")': '1n',
    'timestamp("2024-12-31T23:00:00Z").getDayOfWeek("Europe/Berlin")': '3n',
    'timestamp("2024-12-31T23:00:00Z").getDayOfYear("Europe/Berlin")': '0n',
    'duration("-90m").getHours()': '-1n',
    'duration("1500ms").getMilliseconds()': '500n',
    'duration("59s").getMinutes() + duration("-59s").getMinutes()': '0n',
  })
})

test('moments and durations are read as Go reads them, and written so', () => {
  given.are({
    'string(duration("1h") - duration("1h"))': '0s',
    'string(duration("1ns"))': '0.000000001s',
    'string(duration("-1ns"))': '-0.000000001s',
    'string(duration("-90.25s"))': '-90.25s',
    'string(duration("+1.5m"))': '90s',
    'string(duration("1.s"))': '1s',
    'string(duration("2µs"))': '0.000002s',
    'string(duration("2μs"))': '0.000002s',
    'duration("." + "s")': 'error: time: invalid duration ".s"',
    'duration("-" + "")': 'error: time: invalid duration "-"',
    'duration("1h" + " ")': 'error: time: invalid duration "1h "',
    'duration("9223372036854775807" + "ns") == duration(9223372036854775807)': true,
    'duration("9223372036854775808" + "ns")': 'error: time: invalid duration "9223372036854775808ns"',
    'duration(9223372036854775807) + duration(1)': 'error: integer overflow',
    'duration(-9223372036854775807) - duration(2)': 'error: integer overflow',
    'string(timestamp("0001-01-01T00:00:00Z"))': '0001-01-01T00:00:00Z',
    'timestamp("0001-01-01T00:00:00Z") - duration("1ns")': 'error: timestamp overflow',
    'string(timestamp("9999-12-31T23:59:59.999999999Z"))': '9999-12-31T23:59:59.999999999Z',
    'timestamp(253402300800)': 'error: timestamp overflow',
    'string(timestamp(-1))': '1969-12-31T23:59:59Z',
    'string(timestamp("2020-01-01T00:00:00.123456789-01:30"))': '2020-01-01T01:30:00.123456789Z',
    'timestamp("9999-12-31T00:00:00Z") - timestamp("0001-01-01T00:00:00Z")': 'error: integer overflow',
  })
  for (const text of ['2021-02-29T00:00:00Z', '2020-01-01T24:00:00Z', '2020-01-01T00:60:00Z', '2020-01-01T00:00:00'])
    given.are({
      [`timestamp("${text}" + "")`]: `error: parsing time "${text}" as "2006-01-02T15:04:05Z07:00": cannot parse "${text}" as "2006"`,
    })
})

test('an operator looks at what values are, where the checker took them for something else', () => {
  given.are({
    'd.list[?0].value() + d.list[?1].value()': '3n',
    'd.list[?0].value() < d.list[?1].value()': true,
    'd.list[?1].value() - d.list[?0].value() * d.list[?1].value()': '0n',
    'd.list[?1].value() / d.list[?0].value()': '2n',
    'd.list[?1].value() % d.list[?0].value()': '0n',
    '[d.list[?1].value() >= d.list[?0].value(), d.list[?1].value() <= d.list[?0].value()]': [true, false],
    '-d.list[?0].value()': '-1n',
    '[d.list][?0].value().size()': '2n',
    'd.list[?0].value() + "a"': 'error: no such overload: _+_(int, string)',
  })
})
