import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createImageStore } from './image-store.ts'

test('an image that is not built in is unknown, and the message says what there is', async () => {
  const store = createImageStore({ folder: '/nonexistent' })
  await assert.rejects(store.resolve('nginx:1.27'), {
    code: 'IMAGE_UNKNOWN',
    message: /'nginx:1.27'.*fairlead\/echo, fairlead\/host.*registries/,
  })
  await assert.rejects(store.resolve('registry.k8s.io/fairlead/echo'), { code: 'IMAGE_UNKNOWN' })
  await assert.rejects(store.resolve('Fairlead Echo'), { code: 'IMAGE_INVALID' })
})

test('an image that people know is answered with what does its work meanwhile, whatever its registry and tag', async () => {
  const store = createImageStore({ folder: '/nonexistent' })
  const message = async (name: string): Promise<string> => (await store.resolve(name).catch((error) => error)).message
  for (const name of [
    'nginx',
    'nginx:1.27-alpine',
    'docker.io/library/nginx',
    'bitnami/nginx',
    'example.com/mirror/library/nginx',
    'httpd',
  ])
    assert.match(await message(name), /use fairlead\/echo with args \["--http-port=80"\]/, name)
  for (const name of ['busybox', 'busybox:1.28', 'alpine', 'curlimages/curl', 'nicolaka/netshoot'])
    assert.match(await message(name), /use fairlead\/echo with the same command/, name)
  assert.match(await message('registry.k8s.io/e2e-test-images/agnhost:2.53'), /takes the args of netexec as they are/)
  assert.match(await message('ubuntu'), /use fairlead\/host with the same command/)
  assert.match(await message('example.com/shop/cart:v3'), /fairlead\/echo stands in for a server/)
})
