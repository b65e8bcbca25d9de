import assert from 'node:assert/strict'
import { test } from 'node:test'
import { folderConfig } from './folder-config.ts'

test('how an image is run is what the flags say, and what they leave open is left open', () => {
  assert.deepEqual(folderConfig({}), {})
  const flags = {
    entrypoint: '/app',
    cmd: '["-v"]',
    env: 'A=1,B=',
    workdir: '/srv',
    user: 'app:7',
    expose: '80,53/udp',
  }
  assert.deepEqual(folderConfig(flags), {
    entrypoint: ['/app'],
    cmd: ['-v'],
    env: ['A=1', 'B='],
    workingDir: '/srv',
    user: 'app:7',
    exposedPorts: ['80/tcp', '53/udp'],
  })
})

test('a flag of which no pod could be made is refused by its name, with the way out', () => {
  for (const [flags, message, hint] of [
    [{ env: 'A=1,=2' }, "--env has '=2', which is no NAME=VALUE", undefined],
    [{ workdir: 'www' }, "--workdir is 'www', which is no path from the root", 'for example --workdir /www'],
    [{ user: 'a b' }, "--user is 'a b', which is no USER[:GROUP]", 'for example --user 1000:1000, or --user app'],
    [{ user: 'a:' }, "--user is 'a:', which is no USER[:GROUP]", 'for example --user 1000:1000, or --user app'],
    [{ user: 'a:b:c' }, "--user is 'a:b:c', which is no USER[:GROUP]", 'for example --user 1000:1000, or --user app'],
  ] as const)
    assert.throws(() => folderConfig(flags), { code: 'USAGE', message: `image add: ${message}`, hint })
  for (const expose of ['http', '0', '65536', '80/icmp', '80/', '/tcp', '-1', '8000-8010', '80,'])
    assert.throws(() => folderConfig({ expose }), {
      code: 'USAGE',
      message: /image add: --expose has '.*', which is no PORT/,
    })
  assert.deepEqual(folderConfig({ expose: '65535/sctp' }), { exposedPorts: ['65535/sctp'] })
})
