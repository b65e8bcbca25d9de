import assert from 'node:assert/strict'
import { test } from 'node:test'
import { envFileValue } from './env-file.ts'

test('a file of variables has quoted values, which are as they stand, comments, and the first of two', () => {
  const text = [
    '# made by an init container',
    '',
    "  DB='postgres://db:5432/shop?x=1#frag'  # where it is",
    "TEXT='first",
    '  # no comment',
    "last'",
    "EMPTY=''",
    "SPACE= 'no value'",
    "DB='another'",
    "É='ü $HOME \\n'",
  ].join('\n')
  for (const [key, value] of [
    ['DB', 'postgres://db:5432/shop?x=1#frag'],
    ['TEXT', 'first\n  # no comment\nlast'],
    ['EMPTY', ''],
    ['SPACE', ''],
    ['É', 'ü $HOME \\n'],
    ['NONE', undefined],
    ['# no comment', undefined],
  ] as const)
    assert.equal(envFileValue(text, key), value, key)
  assert.equal(envFileValue(text.replaceAll('\n', '\r\n'), 'TEXT'), 'first\n  # no comment\nlast')
  assert.equal(envFileValue('', 'A'), undefined)
})

test('what is none is told by its line, unless what is asked for stands before it', () => {
  for (const [text, why] of [
    ["A='1'\nexport", "at line 2: missing '='"],
    ["A='1'\n='2'", 'at line 2: empty variable name'],
    ["B ='2'", "at line 1: whitespace before '=' is not allowed"],
    ['B=2', 'at line 1: value must be enclosed in single quotes'],
    ['B="2"', 'at line 1: value must be enclosed in single quotes'],
    ["\nB='2", 'starting at line 2: unclosed single quote'],
    ["B='2'3", 'at line 1: unexpected content after closing quote'],
  ] as const)
    assert.throws(() => envFileValue(text, 'C'), { message: `invalid environment variable format ${why}` })
  assert.equal(envFileValue("A='1'\nnonsense", 'A'), '1')
})
