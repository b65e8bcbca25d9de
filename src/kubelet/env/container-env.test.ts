import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core-v1.ts'
import { divideQuantity, parseQuantity } from '../quantity.ts'
import { expandVariables } from './expand.ts'
import { serviceEnv } from './service-env.ts'

test('Service links are those of the own namespace and default/kubernetes, in both forms, without headless ones', () => {
  const service = (namespace: string, name: string, clusterIP: string): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    spec: {
      clusterIP,
      ports: [
        { name: 'http', port: 80, protocol: 'TCP' },
        { name: 'dns-udp', port: 53, protocol: 'UDP' },
      ],
    },
  })
  const all = [
    service('shop', 'my-db', '10.96.0.9'),
    service('shop', 'none', 'None'),
    service('default', 'kubernetes', '10.96.0.1'),
    service('other', 'x', '10.96.0.3'),
  ]
  const env = serviceEnv(all, 'shop', true)
  assert.equal(env.get('MY_DB_SERVICE_HOST'), '10.96.0.9')
  assert.equal(env.get('MY_DB_SERVICE_PORT'), '80')
  assert.equal(env.get('MY_DB_SERVICE_PORT_DNS_UDP'), '53')
  assert.equal(env.get('MY_DB_PORT'), 'tcp://10.96.0.9:80')
  assert.equal(env.get('MY_DB_PORT_53_UDP_ADDR'), '10.96.0.9')
  assert.equal(env.get('KUBERNETES_SERVICE_HOST'), '10.96.0.1')
  assert.deepEqual(
    [...env.keys()].filter((key) => /^(NONE|X)_/.test(key)),
    [],
  )
  assert.deepEqual(
    [...serviceEnv(all, 'shop', false).keys()].filter((key) => key.startsWith('MY_')),
    [],
  )
})

test('$(NAME) is expanded where it is known, and $$ escapes', () => {
  const lookup = (name: string) => (name === 'A' ? '1' : undefined)
  assert.equal(expandVariables('$(A) $(B) $$(A) $A $(', lookup), '1 $(B) $(A) $A $(')
})

test('quantities are read and divided, rounding up', () => {
  assert.equal(parseQuantity('250m'), 0.25)
  assert.equal(parseQuantity('64Mi'), 67108864)
  assert.equal(divideQuantity(parseQuantity('250m'), '1m'), '250')
  assert.equal(divideQuantity(parseQuantity('250m'), '1'), '1')
  assert.equal(divideQuantity(parseQuantity('64Mi'), '1Mi'), '64')
})
