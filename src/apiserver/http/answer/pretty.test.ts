import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { indented, isPretty } from './pretty.ts'

test('an answer is indented as the query says, and where it says nothing for browsers, curl and Wget', () => {
  const pretty = (query: string, agent = 'kubectl/v1.36.0'): boolean =>
    isPretty({ url: `/api/v1/pods?${query}`, headers: { 'user-agent': agent } })
  for (const query of ['pretty=1', 'pretty=true', 'limit=5&pretty=True', 'pretty=t']) assert.equal(pretty(query), true)
  for (const query of ['', 'pretty', 'pretty=0', 'pretty=false', 'pretty=yes']) assert.equal(pretty(query), false)
  for (const agent of ['curl/8.1', 'Wget/1.2', 'Mozilla/5.0 (X11)']) {
    assert.equal(pretty('', agent), true)
    assert.equal(pretty('pretty=', agent), true)
    assert.equal(pretty('pretty=false', agent), false)
  }
  assert.equal(isPretty({ url: '/', headers: {} }), false)
  assert.equal(isPretty({ url: '/?pretty=0', headers: {} }, true), true)
})

test('indented JSON is what it was, as JSON.stringify indents it, and numbers keep their digits', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value)
      assert.equal(indented(text), JSON.stringify(JSON.parse(text), undefined, 2))
    }),
  )
  assert.equal(indented('{"a":9007199254740993,"b":1.50}'), '{\n  "a": 9007199254740993,\n  "b": 1.50\n}')
})
