import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unknownImage } from './unknown-image.ts'

test('of a name that is not here it is said which tags of it are, whether it is built in, or who shows what is', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  const names = ['docker.io/library/app:1', 'docker.io/library/app:2', `h.io/app@${digest}`, 'docker.io/library/site:1']
  const here = names.map((name) => ({ name }))
  const said = (text: string) => unknownImage(text, here).message.replace(/^IMAGE_UNKNOWN: image /, '')
  assert.equal(unknownImage('app', here).code, 'IMAGE_UNKNOWN')
  assert.equal(said('app'), "'app' is not on this machine; it is here as :1, :2")
  assert.equal(said('h.io/app:1'), `'h.io/app:1' is not on this machine; it is here as @${digest}`)
  assert.equal(said('ap:1'), "'ap:1' is not on this machine; fairlead image ls shows what is")
  assert.equal(said('fairlead/echo'), "'fairlead/echo' is not on this machine; it is built in, and always there")
  assert.throws(() => unknownImage('A', here), { code: 'IMAGE_INVALID' })
})
