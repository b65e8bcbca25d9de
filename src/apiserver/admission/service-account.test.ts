import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask } from '../testing/ask.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import { secretRefusal } from './mountable-secrets.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

const NAMESPACE = '/api/v1/namespaces/default'
const call = (line: string, body?: object) => ask(server.socketPath, line, body)
const account = async (name: string, more: object = {}, annotations: object = {}): Promise<void> => {
  const metadata = { name, annotations }
  const made = { apiVersion: 'v1', kind: 'ServiceAccount', metadata, ...more }
  assert.equal((await call(`POST ${NAMESPACE}/serviceaccounts`, made)).status, 201)
}
const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'
/** What becomes of a pod that is tried: the object, or why not. */
const tried = async (spec: object, metadata: object = {}) => {
  const container = { name: 'c', image: 'i' }
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', ...metadata },
    spec: { containers: [container], ...spec },
  }
  const { status, body } = await call(`POST ${NAMESPACE}/pods?dryRun=All`, pod)
  return status === 201 ? body : body.message.replace('pods "p" is forbidden: ', '')
}

test('a pod has the token of its ServiceAccount where it says so, or else where its account does not say otherwise', async () => {
  await account('yes', { automountServiceAccountToken: true })
  await account('no', { automountServiceAccountToken: false, imagePullSecrets: [{ name: 'pull' }] })
  const mounted = async (serviceAccountName: string, automountServiceAccountToken?: boolean): Promise<boolean> => {
    const { spec } = await tried({ serviceAccountName, automountServiceAccountToken })
    const mounts = spec.containers.flatMap(({ volumeMounts = [] }: any) => volumeMounts)
    return mounts.some(({ mountPath }: any) => mountPath === MOUNT)
  }
  const all = async (account: string) => [
    await mounted(account),
    await mounted(account, true),
    await mounted(account, false),
  ]
  assert.deepEqual(await all('default'), [true, true, false])
  assert.deepEqual(await all('yes'), [true, true, false])
  assert.deepEqual(await all('no'), [false, true, false])
  assert.deepEqual((await tried({ serviceAccountName: 'no' })).spec.imagePullSecrets, [{ name: 'pull' }])
  const { volumes } = (await tried({ serviceAccountName: 'yes' })).spec
  const fieldRef = { apiVersion: 'v1', fieldPath: 'metadata.namespace' }
  assert.deepEqual(volumes[0].projected, {
    defaultMode: 420,
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef }] } },
    ],
  })
  const why = 'error looking up service account default/nobody: serviceaccount "nobody" not found'
  assert.equal(await tried({ serviceAccountName: 'nobody' }), why)
})

test('a pod that a node runs by itself has nothing that only the API gives', async () => {
  const mirror = (spec: object) =>
    tried({ nodeName: 'n1', ...spec }, { annotations: { 'kubernetes.io/config.mirror': 'x' } })
  const { spec } = await mirror({})
  assert.deepEqual([spec.serviceAccountName, spec.volumes], [undefined, undefined])
  assert.equal(await mirror({ serviceAccountName: 'default' }), 'a mirror pod may not reference service accounts')
  const volume = (source: object) => ({ volumes: [{ name: 'v', ...source }] })
  assert.equal(await mirror(volume({ secret: { secretName: 's' } })), 'a mirror pod may not reference secrets')
  const projected = { sources: [{ serviceAccountToken: { path: 't' } }] }
  assert.equal(await mirror(volume({ projected })), 'a mirror pod may not use ServiceAccountToken volume projections')
})

test('pods have only those Secrets that their ServiceAccount names, where it asks for that', async () => {
  const names = { secrets: [{ name: 's' }], imagePullSecrets: [{ name: 'pull' }] }
  await account('strict', names, { 'kubernetes.io/enforce-mountable-secrets': 'true' })
  await account('loose', names, { 'kubernetes.io/enforce-mountable-secrets': 'false' })
  const of = (name: string, secret: string): readonly object[] => {
    const env = [{ name: 'E', valueFrom: { secretKeyRef: { name: secret, key: 'k' } } }]
    const container = { name: 'c', image: 'i' }
    return [
      { volumes: [{ name: 'v', secret: { secretName: secret } }] },
      { initContainers: [{ ...container, name: 'i', env }] },
      { initContainers: [{ ...container, name: 'i', envFrom: [{ secretRef: { name: secret } }] }] },
      { containers: [{ ...container, env }] },
      { containers: [{ ...container, envFrom: [{ secretRef: { name: secret } }] }] },
    ].map((spec) => ({ serviceAccountName: name, ...spec }))
  }
  const because = 'secret.secretName="x" is not allowed because service account strict does not reference that secret'
  assert.deepEqual(await Promise.all(of('strict', 'x').map((spec) => tried(spec))), [
    `volume with ${because}`,
    `init container i with envVar E referencing ${because}`,
    `init container i with envFrom referencing ${because}`,
    `container c with envVar E referencing ${because}`,
    `container c with envFrom referencing ${because}`,
  ])
  for (const spec of [...of('strict', 's'), ...of('loose', 'x')]) assert.equal((await tried(spec)).kind, 'Pod')
  const pulls = { serviceAccountName: 'strict', imagePullSecrets: [{ name: 'pull' }, { name: 'x' }] }
  assert.equal(
    await tried(pulls),
    'imagePullSecrets[1].name="x" is not allowed because service account strict does not reference that imagePullSecret',
  )
  assert.equal((await tried({ serviceAccountName: 'strict' })).spec.imagePullSecrets[0].name, 'pull')
  const pod = { spec: { containers: [], imagePullSecrets: [{ name: 'x' }] } } as never
  const asks = (text: string): boolean => {
    const annotations = { 'kubernetes.io/enforce-mountable-secrets': text }
    return secretRefusal({ metadata: { name: 'a', annotations } } as never, pod) !== undefined
  }
  for (const text of ['1', 't', 'T', 'true', 'TRUE', 'True']) assert.equal(asks(text), true, text)
  for (const text of ['', '0', 'f', 'yes', 'tRUE']) assert.equal(asks(text), false, text)
})
