import assert from 'node:assert/strict'
import { test } from 'node:test'

import { mappedLibraries } from './echo-image.ts'
import { createImageStore } from './image-store.ts'

test('mappedLibraries() finds the C libraries of a process, once each, and no other mapping', () => {
  const maps = [
    '7f00-7f01 r--p 00000000 fe:00 1 /usr/lib/x86_64-linux-gnu/libc.so.6',
    '7f01-7f02 r-xp 00000000 fe:00 1 /usr/lib/x86_64-linux-gnu/libc.so.6',
    '7f02-7f03 r--p 00000000 fe:00 2 /usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30',
    '7f03-7f04 r--p 00000000 fe:00 3 /usr/lib/x86_64-linux-gnu/libnftables.so.1.1.0',
    '7f04-7f05 r--p 00000000 fe:00 4 /srv/node_modules/koffi/koffi.node',
    '7f05-7f06 rw-p 00000000 00:00 0 [heap]',
    '7f06-7f07 r--p 00000000 fe:00 5 /usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
  ].join('\n')
  assert.deepEqual(mappedLibraries(maps), [
    '/lib64/ld-linux-x86-64.so.2',
    '/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
    '/usr/lib/x86_64-linux-gnu/libc.so.6',
    '/usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30',
  ])
})

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
