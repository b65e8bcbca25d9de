import assert from 'node:assert/strict'
import { test } from 'node:test'

import { imageHint } from './image-hint.ts'
import { parseImageReference } from './image-reference.ts'
import { createImageStore } from './image-store.ts'

test('an image that is not on this machine is not found, and a name that is none is refused', async () => {
  const store = createImageStore({ folder: '/nonexistent', localFolder: '/nonexistent/.images' })
  assert.equal(await store.find('nginx:1.27'), undefined)
  await assert.rejects(store.resolve('nginx:1.27'), { code: 'IMAGE_UNKNOWN', message: /'nginx:1.27' is not on this/ })
  assert.equal(await store.find('registry.k8s.io/fairlead/echo'), undefined)
  await assert.rejects(store.find('Fairlead Echo'), { code: 'IMAGE_INVALID' })
})

test('built-in images are listed by the names that a pod gives them, whatever else there is', () => {
  const store = createImageStore({ folder: '/nonexistent', localFolder: '/nonexistent/.images' })
  assert.deepEqual(
    store.list().flatMap(({ names }) => names),
    ['fairlead/echo:latest', 'fairlead/host:latest'],
  )
})

test('whoever cannot get at a registry is told what does the work of an image meanwhile', () => {
  const hint = (name: string): string => imageHint(parseImageReference(name))
  for (const name of [
    'nginx',
    'nginx:1.27-alpine',
    'docker.io/library/nginx',
    'bitnami/nginx',
    'example.com/mirror/library/nginx',
    'httpd',
  ])
    assert.match(hint(name), /use fairlead\/echo with args \["--http-port=80"\]/, name)
  for (const name of ['busybox', 'busybox:1.28', 'alpine', 'curlimages/curl', 'nicolaka/netshoot'])
    assert.match(hint(name), /use fairlead\/echo with the same command/, name)
  assert.match(hint('registry.k8s.io/e2e-test-images/agnhost:2.53'), /takes the args of netexec as they are/)
  assert.match(hint('ubuntu'), /use fairlead\/host with the same command/)
  assert.match(hint('example.com/shop/cart:v3'), /fairlead\/echo stands in for a server/)
})
