import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import { keyOf } from '#objects/object-key.ts'
import { aliasKeys, desiredAlias } from './desired-alias.ts'

const gateway = (name: string, gatewayClassName: string, namespace = 'shop', uid = `uid ${name}`): Gateway => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name, namespace, uid },
  spec: { gatewayClassName },
})
const theirs = (namespace: string, name: string): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace, name },
  spec: { type: 'ExternalName', externalName: 'elsewhere.test' },
})
const aliasOf = (one: Gateway, key: string): Service => desiredAlias(one, key, 'gateway-x', 'cluster.local')
test('two Gateways that mean one alias have one each: the second one ends with a hash, as does one that is too long', () => {
  const both = [gateway('a', 'b-c'), gateway('a-b', 'c')] as const
  const keys = [...aliasKeys(both, () => undefined).values()]
  assert.equal(keys[0], 'shop/a-b-c')
  assert.match(keys[1]!, /^shop\/gw-a-b-c-[a-z0-9]+$/)
  assert.match([...aliasKeys([gateway('x'.repeat(70), 'c')], () => undefined).values()][0]!, /^shop\/gw-x+-[a-z0-9]+$/)
  // Elsewhere it is another name.
  assert.equal(aliasKeys([both[0], gateway('a-b', 'c', 'other')], () => undefined).get('other/a-b'), 'other/a-b-c')
})

test('an alias stays under the name that it has, whoever comes first and whatever is free', () => {
  const [first, second] = [gateway('a', 'b-c'), gateway('a-b', 'c')] as const
  const [, hashed] = [...aliasKeys([first, second], () => undefined).values()]
  const there = [aliasOf(second, 'shop/a-b-c')]
  assert.deepEqual(
    aliasKeys([first, second], (key) => there.find((one) => keyOf(one) === key)).get('shop/a-b'),
    'shop/a-b-c',
  )
  const alone = aliasOf(second, hashed!)
  assert.deepEqual([...aliasKeys([second], (key) => (key === hashed ? alone : undefined)).values()], [hashed])
})

test('a name that somebody else has is waited for, as is what is left of a Gateway that went', () => {
  const one = gateway('a-b', 'c')
  const before = aliasOf(gateway('a-b', 'c', 'shop', 'an older one'), 'shop/a-b-c')
  for (const holder of [theirs('shop', 'a-b-c'), before])
    assert.deepEqual(
      [...aliasKeys([one], (key) => (key === 'shop/a-b-c' ? holder : undefined)).values()],
      ['shop/a-b-c'],
    )
})
