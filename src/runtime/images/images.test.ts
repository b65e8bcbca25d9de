import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { imageHint } from './image-hint.ts'
import { parseImageReference } from './image-reference.ts'
import { createImageStore } from './image-store.ts'
import { imageStorePaths } from './local/image-store-folder.ts'
import { fakeSkopeo } from './local/testing/fake-skopeo.ts'

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
    ['fairlead/echo:latest', 'fairlead/gateway:latest', 'fairlead/host:latest'],
  )
})

const ECHO_BASIC = 'gcr.io/k8s-staging-gateway-api/echo-basic'

test('a built-in image stands in for one whose registry is out of reach, says so, and gives way to the image itself', async () => {
  using skopeo = fakeSkopeo()
  const localFolder = join(skopeo.folder, 'store')
  const store = createImageStore({ folder: join(skopeo.folder, 'images'), localFolder })
  const name = `${ECHO_BASIC}:v1`
  const source = `docker://${name}`
  assert.equal(await store.find(name), undefined, 'nobody has asked the registry')
  skopeo.offer(source, { fault: 'dial tcp 10.0.0.1:443: i/o timeout' })
  const image = await store.pull(name, [])
  const { id, entrypoint } = await store.resolve('fairlead/echo')
  assert.equal(image.id, id)
  assert.deepEqual(image.entrypoint, [...entrypoint, 'gateway-echo'])
  assert.deepEqual(
    [image.user, image.origin, image.standsIn?.as],
    ['65532:65532', 'registry', 'fairlead/echo gateway-echo'],
  )
  assert.match(image.standsIn?.reason ?? '', /i\/o timeout/)
  assert.deepEqual(await store.find(name), image, 'containers are made of it')
  assert.equal(await store.find(`${ECHO_BASIC}:v2`), undefined, 'each tag is asked for')
  assert.ok(!store.list().some(({ names }) => names.includes(name)), 'it is not here')
  skopeo.offer(source, { config: JSON.stringify({ config: { Entrypoint: ['/echo-basic'] } }) })
  assert.deepEqual((await store.pull(name, [])).entrypoint, ['/echo-basic'])
  assert.equal((await store.find(name))?.standsIn, undefined)
  rmSync(imageStorePaths(localFolder).links, { recursive: true, force: true })
})

test('nothing stands in for an image that its registry refuses, for one by its digest, and for others', async () => {
  using skopeo = fakeSkopeo()
  const store = createImageStore({ folder: join(skopeo.folder, 'images'), localFolder: join(skopeo.folder, 'store') })
  const refused = async (name: string, fault: string, code: string): Promise<void> => {
    skopeo.offer(`docker://${name}`, { fault })
    await assert.rejects(store.pull(name, []), { code }, name)
    assert.equal(await store.find(name), undefined)
  }
  await refused(`${ECHO_BASIC}:v1`, 'manifest unknown', 'IMAGE_UNKNOWN')
  await refused(`${ECHO_BASIC}:v2`, 'unauthorized: authentication required', 'IMAGE_DENIED')
  await refused(`${ECHO_BASIC}@sha256:${'a'.repeat(64)}`, 'dial tcp: i/o timeout', 'IMAGE_UNREACHABLE')
  await refused('gcr.io/other/echo-basic:v1', 'dial tcp: i/o timeout', 'IMAGE_UNREACHABLE')
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
  assert.match(hint('example.com/mirror/echo-basic:v1'), /use fairlead\/echo with args \["gateway-echo"\]/)
  assert.match(hint('ubuntu'), /use fairlead\/host with the same command/)
  assert.match(hint('example.com/shop/cart:v3'), /fairlead\/echo stands in for a server/)
})
