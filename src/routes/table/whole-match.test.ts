import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchesWhole } from './whole-match.ts'

test('a regular expression is one of RE2, and matches all of a text', () => {
  const cases = [
    ['/foo', '/foo', true],
    ['/foo', '/foo/', false],
    ['foo', '/foo', false],
    ['a|ab', 'ab', true],
    ['(?i)/foo(/.*)?', '/FOO/bar', true],
    ['(?P<name>[[:alpha:]]+)\\z', 'abc', true],
    ['\\Qa.b\\E', 'a.b', true],
    ['\\Qa.b\\E', 'axb', false],
  ] as const
  for (const [pattern, text, expected] of cases) assert.equal(matchesWhole(pattern, text), expected, pattern)
})
