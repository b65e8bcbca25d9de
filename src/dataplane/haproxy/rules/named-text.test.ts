import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asciiJson } from './ascii-json.ts'
import { contentId } from './content-id.ts'
import { namedText } from './named-text.ts'
import { ruleName } from './rule-name.ts'

test('a text is JSON in one line of ASCII, whatever characters are in it', () => {
  for (const value of ['plain ~', 'ü€𝄞', '\ud800', '\0\t\r\n\x7f', '"\\/', { ä: ['\u2028', 7, null] }]) {
    const text = asciiJson(value)
    assert.match(text, /^[ -~]*$/)
    assert.deepEqual(JSON.parse(text), value)
  }
  assert.equal(asciiJson('ü~'), '"\\u00fc~"')
})

test('a text is at its name; of one that is longer than a command may be the rest is at its name and a number', () => {
  const linesOf = (length: number) => {
    // Two quotes stand around it.
    const value = Array.from({ length: length - 2 }, (_, at) => at % 10).join('')
    const { name, lines } = namedText(value)
    assert.equal(name, contentId(asciiJson(value)))
    const texts = [...lines.values()]
    assert.equal(texts.map((line) => line.slice(1)).join(''), asciiJson(value))
    for (const [at, line] of texts.entries()) assert.equal(line[0], at === texts.length - 1 ? '.' : '>')
    return Array.from(lines, ([key, line]) => `${key.replace(name, '')} ${line.length - 1}`)
  }
  assert.deepEqual(linesOf(8000), [' 8000'])
  assert.deepEqual(linesOf(8001), [' 8000', '.1 1'])
  assert.deepEqual(linesOf(20_000), [' 8000', '.1 8000', '.2 4000'])
})

test('no line ends in a blank, wherever a text is cut: maps have no such lines', () => {
  for (const value of [`${'x'.repeat(7998)} y`, ' '.repeat(30_000), { a: `b${' '.repeat(16_000)}c` }]) {
    const lines = [...namedText(value).lines.values()]
    for (const line of lines) assert.match(line, /^[.>](?:.*\S)$/)
    assert.deepEqual(JSON.parse(lines.map((line) => line.slice(1)).join('')), value)
  }
})

test('a rule has its own name, and another one where counters have no room for it', () => {
  assert.equal(ruleName('x'.repeat(160)), 'x'.repeat(160))
  assert.equal(ruleName('x'.repeat(161)), contentId('x'.repeat(161)))
})
