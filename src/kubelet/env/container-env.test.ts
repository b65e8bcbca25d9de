import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { EnvVar } from '#api/core/pod/spec/environment.ts'
import type { Service } from '#api/core/service/message.ts'
import { divideQuantity, quantityValue } from '../quantity.ts'
import { containerEnv } from './container-env.ts'
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
  assert.equal(quantityValue('250m'), 0.25)
  assert.equal(quantityValue('64Mi'), 67108864)
  assert.equal(divideQuantity(quantityValue('250m'), '1m'), '250')
  assert.equal(divideQuantity(quantityValue('250m'), '1'), '1')
  assert.equal(divideQuantity(quantityValue('64Mi'), '1Mi'), '64')
})

/** The environment of a container in namespace `shop`, with the ConfigMap `cm` and the Secret `se`. */
const environment = async (
  { env, envFrom }: Pick<Partial<Container>, 'env' | 'envFrom'>,
  links: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> => {
  const pod = { metadata: { name: 'web', namespace: 'shop' }, spec: { containers: [] } } as unknown as Pod
  const container = { name: 'c', ...(env && { env }), ...(envFrom && { envFrom }) } as Container
  const node = { hostIPs: [], podIPs: ['10.244.1.5'], allocatable: {} }
  const found = await containerEnv(pod, container, new Map(Object.entries(links)), node, {
    configMap: async (name) =>
      name === 'cm' ? ({ data: { A: 'cm-a', B: 'cm-b', '1.x': 'cm-1' } } as never) : undefined,
    secret: async (name) => (name === 'se' ? ({ data: { A: btoa('se-a'), C: btoa('se-c') } } as never) : undefined),
    file: (volume, path) => (`${volume}/${path}` === 'work/env' ? "A='file-a'\nB='file b'\nbad" : undefined),
  })
  return Object.fromEntries(found)
}

test('a container’s own environment beats envFrom, a later envFrom an earlier one, and all of them Service links', async () => {
  const configMap = { configMapRef: { name: 'cm' } }
  const secret = { secretRef: { name: 'se' } }
  const links = { A: 'link', B: 'link', C: 'link', D: 'link', DB_SERVICE_HOST: '10.96.0.9' }
  assert.deepEqual(await environment({ envFrom: [configMap, secret], env: [{ name: 'B', value: 'own' }] }, links), {
    A: 'se-a',
    B: 'own',
    C: 'se-c',
    D: 'link',
    '1.x': 'cm-1',
    DB_SERVICE_HOST: '10.96.0.9',
  })
  assert.equal((await environment({ envFrom: [secret, configMap] }, links)).A, 'cm-a')
  const own = [{ name: 'DB_SERVICE_HOST', value: 'db.example.com' }]
  assert.equal((await environment({ env: own }, links)).DB_SERVICE_HOST, 'db.example.com')
})

test('a variable may be a key of a file in a volume; one that may be missing is left out then, any other is an error', async () => {
  const fileKeyRef = (key: string, more: { path?: string; optional?: boolean } = {}) => ({
    name: 'V',
    valueFrom: { fileKeyRef: { volumeName: 'work', path: 'env', key, ...more } },
  })
  assert.deepEqual(await environment({ env: [fileKeyRef('B'), { name: 'W', value: '$(V)!' }] }), {
    V: 'file b',
    W: 'file b!',
  })
  assert.deepEqual(await environment({ env: [fileKeyRef('A', { path: 'none', optional: true })] }), {})
  await assert.rejects(environment({ env: [fileKeyRef('A', { path: 'none' })] }), {
    code: 'REFERENCE_NOT_FOUND',
    message: 'file "none" of volume "work" not found',
  })
  await assert.rejects(environment({ env: [fileKeyRef('C')] }), {
    code: 'REFERENCE_INVALID',
    message: `couldn't parse env file "env" of volume "work": invalid environment variable format at line 3: missing '='`,
  })
})

test('$(NAME) in a value is what stands earlier, an own variable before a Service link of its name', async () => {
  const env = [
    { name: 'URL', value: 'http://$(HOST):$(PORT)/$(LATER)' },
    { name: 'HOST', value: 'own' },
    { name: 'AGAIN', value: '$(HOST) $(URL)' },
    { name: 'LATER', value: 'x' },
  ]
  assert.deepEqual(await environment({ env }, { HOST: 'link', PORT: '80' }), {
    HOST: 'own',
    PORT: '80',
    URL: 'http://link:80/$(LATER)',
    AGAIN: 'own http://link:80/$(LATER)',
    LATER: 'x',
  })
})

test('each source gives its value; a prefix is put before every key, and any key is a name', async () => {
  const env: EnvVar[] = [
    { name: 'EMPTY' },
    { name: 'CM', valueFrom: { configMapKeyRef: { name: 'cm', key: 'A' } } },
    { name: 'SE', valueFrom: { secretKeyRef: { name: 'se', key: 'C' } } },
    { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
  ]
  assert.deepEqual(await environment({ env, envFrom: [{ prefix: 'P_', configMapRef: { name: 'cm' } }] }), {
    P_A: 'cm-a',
    P_B: 'cm-b',
    'P_1.x': 'cm-1',
    EMPTY: '',
    CM: 'cm-a',
    SE: 'se-c',
    IP: '10.244.1.5',
  })
})

test('what is missing is named, unless it is optional: then there is no such variable', async () => {
  const fails = async (given: Parameters<typeof environment>[0], message: string): Promise<void> =>
    assert.rejects(environment(given), { code: 'REFERENCE_NOT_FOUND', message })
  const key = (kind: 'configMapKeyRef' | 'secretKeyRef', name: string, optional?: boolean): EnvVar => ({
    name: 'X',
    valueFrom: { [kind]: { name, key: 'Z', ...(optional && { optional }) } },
  })
  await fails({ env: [key('configMapKeyRef', 'gone')] }, 'configmap "gone" not found')
  await fails({ env: [key('secretKeyRef', 'gone')] }, 'secret "gone" not found')
  await fails({ env: [key('configMapKeyRef', 'cm')] }, "couldn't find key Z in ConfigMap shop/cm")
  await fails({ env: [key('secretKeyRef', 'se')] }, "couldn't find key Z in Secret shop/se")
  await fails({ envFrom: [{ configMapRef: { name: 'gone' } }] }, 'configmap "gone" not found')
  await fails({ envFrom: [{ secretRef: { name: 'gone' } }] }, 'secret "gone" not found')
  for (const kind of ['configMapKeyRef', 'secretKeyRef'] as const)
    for (const name of ['gone', 'cm', 'se']) assert.deepEqual(await environment({ env: [key(kind, name, true)] }), {})
  const optional = [{ configMapRef: { name: 'gone', optional: true } }, { secretRef: { name: 'gone', optional: true } }]
  assert.deepEqual(await environment({ envFrom: optional }), {})
})
