import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

test('an error that nobody caught is told with its stack, and the process goes on', () => {
  const program = `
    import { survive } from ${JSON.stringify(new URL('./last-defence.ts', import.meta.url).href)}
    survive((message) => console.log(message))
    setTimeout(() => { throw new Error('in a timer') })
    process.nextTick(() => { throw new Error('in a microtask') })
    Promise.reject(new Error('a promise'))
    Promise.reject('no error at all')
    setTimeout(() => console.log('alive'), 20)
  `
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  })
  assert.equal(status, 0)
  for (const word of ['in a timer', 'in a microtask', 'a promise'])
    assert.match(stdout, new RegExp(`Error: ${word}\\n    at `))
  assert.match(stdout, /rejected, and nobody caught it: no error at all/)
  assert.match(stdout, /alive\n$/)
})
