import { test } from 'node:test'
import { DYN, toValue } from '../cel.ts'
import { Expressions } from '../testing/evaluated.ts'

const given = new Expressions({ d: DYN }, { d: toValue({ a: 1 }) })

test('a literal ends where it must, and names no half of a code point', () => {
  given.are({
    '"\\ud7ff\\ue000".size()': '2n',
    '"\\U0010ffff".size()': '1n',
    "b'\\x41\\101\\\\' + b'é'": [65, 65, 92, 195, 169],
    'b"""a"b"""': [97, 34, 98],
    "r'''a'b'''": "a'b",
    '"""a\r\nb\rc"""': 'a\nb\nc',
    'br"""\\n"""': [92, 110],
    '0xFFu + 1u': '256u',
    '-0x8000000000000000': '-9223372036854775808n',
    '1e3 + 1.5e-1': 1000.15,
    '-1.5 - -0.5': -1,
    '1-1': '0n',
    '[1][0]-1': '0n',
    '- 1 + 2': '1n',
  })
  given.refuse({
    '"\\ud800"': 'unable to unescape string',
    '"\\udfff"': 'unable to unescape string',
    'b"\\U00000041"': 'unable to unescape string',
    '-1e999': 'invalid double literal',
    '"\\q"': 'token recognition error',
    '"a\nb"': 'token recognition error',
    '1 = 2': "token recognition error at: '= '",
    'd | d': "token recognition error at: '| '",
    'd $ d': "token recognition error at: '$'",
    'd.`a`': "unsupported syntax: '`'",
    'd.`a-b.c/d`': "unsupported syntax: '`'",
  })
})
