import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ChangingFile } from './changing-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'changing-file-'))
const path = join(folder, 'token')
after(() => rmSync(folder, { recursive: true }))

test('the token of a file is read again once a minute; one that cannot be read again stays', () => {
  let now = 0
  writeFileSync(path, 'first\n')
  const token = new ChangingFile(path, undefined, () => now)
  assert.equal(token.text, 'first')
  writeFileSync(path, 'second\n')
  now += 59_000
  assert.equal(token.text, 'first')
  now += 2_000
  assert.equal(token.text, 'second')
  rmSync(path)
  now += 61_000
  assert.equal(token.text, 'second')
  assert.equal(new ChangingFile(path, 'of the kubeconfig').text, 'of the kubeconfig')
  assert.throws(() => new ChangingFile(path).text, { code: 'ENOENT' })
})

test('who asks for it reads at once, and hears whether anything has changed; an empty file is none', () => {
  writeFileSync(path, 'first')
  const token = new ChangingFile(path, undefined, () => 0)
  assert.equal(token.text, 'first')
  assert.equal(token.reread(), false)
  writeFileSync(path, 'second')
  assert.equal(token.reread(), true)
  writeFileSync(path, '\n')
  assert.equal(token.reread(), false)
  assert.equal(token.text, 'second')
  assert.throws(() => new ChangingFile(path).text, /token is empty$/)
})
