import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wordList } from './word-list.ts'

test('how an image is run is one word or a JSON list, and a line of a shell is refused with the list that it may mean', () => {
  assert.equal(wordList('cmd', undefined), undefined)
  assert.deepEqual(wordList('cmd', '/bin/app'), ['/bin/app'])
  assert.deepEqual(wordList('cmd', '["/bin/my app", "-p", "80"]'), ['/bin/my app', '-p', '80'])
  assert.throws(() => wordList('entrypoint', '/bin/httpd  -f -p 80 '), {
    code: 'USAGE',
    message: "image add: --entrypoint is '/bin/httpd  -f -p 80 ', neither one word nor a list of words",
    hint: `write a list as JSON: --entrypoint '["/bin/httpd","-f","-p","80"]'`,
  })
  for (const text of ['[', '[1]', '["a"', '{"a":1} ', '', ' '])
    assert.throws(() => wordList('cmd', text), { code: 'USAGE', message: /image add: --cmd is / }, text)
})
