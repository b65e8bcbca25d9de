import assert from 'node:assert/strict'
import { test } from 'node:test'

import { isBuiltIn, parseBroughtName, parseImageReference } from './image-reference.ts'

test('parseImageReference() normalises names as Docker does', () => {
  const name = (text: string): string => {
    const { registry, repository, tag, digest } = parseImageReference(text)
    return `${registry}/${repository}:${tag}${digest === undefined ? '' : `@${digest}`}`
  }
  assert.equal(name('nginx'), 'docker.io/library/nginx:latest')
  assert.equal(name('fairlead/echo'), 'docker.io/fairlead/echo:latest')
  assert.equal(name('docker.io/fairlead/echo:v1'), 'docker.io/fairlead/echo:v1')
  assert.equal(name('index.docker.io/nginx:1'), 'docker.io/library/nginx:1')
  assert.equal(name('registry.k8s.io/e2e/agnhost:2.45'), 'registry.k8s.io/e2e/agnhost:2.45')
  assert.equal(name('localhost:5000/a/b'), 'localhost:5000/a/b:latest')
  assert.equal(name('localhost/a'), 'localhost/a:latest')
  const digest = `sha256:${'0'.repeat(64)}`
  assert.equal(name(`a/b@${digest}`), `docker.io/a/b:latest@${digest}`)
})

test('parseImageReference() refuses what is no image name', () => {
  for (const text of ['', 'UPPER', 'a b', 'a/', '/a', 'a:', 'a:b:c', 'a@sha256:12', 'a/../b', '-a', 'a:.']) {
    assert.throws(() => parseImageReference(text), { code: 'IMAGE_INVALID' }, text)
  }
})

test('the name of a built-in image is kept for it, with whatever tag, and those of other registries are free', () => {
  for (const text of [
    'fairlead/echo',
    'fairlead/echo:v2',
    'docker.io/fairlead/host',
    'index.docker.io/fairlead/host:1',
  ])
    assert.throws(() => parseBroughtName(text), { code: 'IMAGE_INVALID', message: /is built in.*another name$/ }, text)
  for (const text of ['fairlead/echoes', 'echo', 'h.io/fairlead/echo', 'localhost:5000/fairlead/host'])
    assert.deepEqual(parseBroughtName(text), parseImageReference(text))
  assert.throws(() => parseBroughtName('A'), { code: 'IMAGE_INVALID', message: /lower case/ })
  const echo = parseImageReference('fairlead/echo:v2')
  assert.deepEqual([isBuiltIn(echo, 'fairlead/echo'), isBuiltIn(echo, 'fairlead/host')], [true, false])
})
