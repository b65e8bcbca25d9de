import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pods } from '#api/core/pod/resource.ts'
import { ask } from '../testing/ask.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import { podSecurity } from './pod-security.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

const call = (line: string, body?: object) => ask(server.socketPath, line, body)
const PREFIX = 'pod-security.kubernetes.io/'
const labelled = (labels: object) =>
  Object.fromEntries(Object.entries(labels).map(([mode, value]) => [`${PREFIX}${mode}`, value]))

const namespace = (name: string, labels: object) =>
  call('POST /api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: labelled(labels) },
  })
const within = async (name: string, labels: object): Promise<void> => {
  assert.equal((await namespace(name, labels)).status, 201)
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }
  assert.equal((await call(`POST /api/v1/namespaces/${name}/serviceaccounts`, account)).status, 201)
}

const specOf = (more: object = {}) => ({
  automountServiceAccountToken: false,
  containers: [{ name: 'c', image: 'fairlead/echo' }],
  ...more,
})
const pod = (where: string, name: string, more: object = {}) =>
  call(`POST /api/v1/namespaces/${where}/pods`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: specOf(more),
  })
test('a pod that violates what its namespace enforces is refused, and told of all that it violates', async () => {
  await within('strict', { enforce: 'baseline', 'enforce-version': 'v1.36' })
  const { status, body } = await pod('strict', 'root', { hostNetwork: true, hostPID: true })
  assert.equal(status, 403)
  assert.equal(
    body.message,
    'pods "root" is forbidden: violates PodSecurity "baseline:v1.36": host namespaces (hostNetwork=true, hostPID=true)',
  )
  assert.deepEqual(body.details, { name: 'root', kind: 'pods' })
  const fine = await pod('strict', 'plain')
  assert.equal(fine.status, 201)
  assert.equal(fine.warnings, undefined)
})

test('what makes pods is let in, and warned of as its pods will be', async () => {
  const template = { metadata: { labels: { a: 'b' } }, spec: specOf({ hostIPC: true }) }
  const answer = await call('POST /apis/apps/v1/namespaces/strict/deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: { a: 'b' } }, template },
  })
  assert.equal(answer.status, 201)
  assert.deepEqual(answer.warnings, ['would violate PodSecurity "baseline:v1.36": host namespaces (hostIPC=true)'])
})

test('whatever makes pods is looked at, and what makes none is not', async () => {
  const template = { metadata: { labels: { a: 'b' } }, spec: specOf({ hostIPC: true }) }
  const of = { selector: { matchLabels: { a: 'b' } }, template }
  const jobs = { metadata: template.metadata, spec: { ...template.spec, restartPolicy: 'Never' } }
  const kinds: readonly (readonly [path: string, apiVersion: string, kind: string, body: object])[] = [
    ['/apis/apps/v1', 'apps/v1', 'StatefulSet', { spec: { ...of, serviceName: 's' } }],
    ['/apis/apps/v1', 'apps/v1', 'DaemonSet', { spec: of }],
    ['/apis/apps/v1', 'apps/v1', 'ReplicaSet', { spec: of }],
    ['/apis/batch/v1', 'batch/v1', 'Job', { spec: { template: jobs } }],
    [
      '/apis/batch/v1',
      'batch/v1',
      'CronJob',
      { spec: { schedule: '* * * * *', jobTemplate: { spec: { template: jobs } } } },
    ],
    ['/api/v1', 'v1', 'ReplicationController', { spec: { selector: { a: 'b' }, template } }],
    ['/api/v1', 'v1', 'PodTemplate', { template }],
  ]
  for (const [path, apiVersion, kind, body] of kinds) {
    const plural = `${kind.toLowerCase()}s`
    const line = `POST ${path}/namespaces/strict/${plural}?dryRun=All`
    const answer = await call(line, { apiVersion, kind, metadata: { name: 'x' }, ...body })
    assert.equal(answer.status, 201, answer.body.message)
    assert.deepEqual(
      answer.warnings,
      ['would violate PodSecurity "baseline:v1.36": host namespaces (hostIPC=true)'],
      kind,
    )
  }
})

test('a level to be warned of lets in, and warns', async () => {
  await within('loose', { warn: 'restricted', audit: 'restricted' })
  const answer = await pod('loose', 'plain')
  assert.equal(answer.status, 201)
  assert.match(
    answer.warnings![0]!,
    /^would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false \(/,
  )
})

test('a namespace that begins to enforce lets stay what is there, which may be labelled, and not be given another image', async () => {
  await within('later', {})
  for (const name of ['old', 'older']) assert.equal((await pod('later', name, { hostPID: true })).status, 201)
  const enforce = { metadata: { labels: labelled({ enforce: 'baseline' }) } }
  assert.deepEqual((await call('PATCH /api/v1/namespaces/later', enforce)).warnings, [
    'existing pods in namespace "later" violate the new PodSecurity enforce level "baseline:latest"',
    'old (and 1 other pod): host namespaces',
  ])
  const change = (body: object) => call('PATCH /api/v1/namespaces/later/pods/old', body)
  assert.equal((await change({ metadata: { labels: { a: 'b' } } })).status, 200)
  const { status, body } = await change({ spec: { containers: [{ name: 'c', image: 'fairlead/toolbox' }] } })
  assert.equal(status, 403, body.message)
  assert.match(body.message, /violates PodSecurity "baseline:latest": host namespaces \(hostPID=true\)$/)
  // What changes nothing of it, or asks less, finds nothing to say.
  const levels: readonly (readonly [labels: object, warns: boolean])[] = [
    [{ metadata: { labels: { a: 'b' } } }, false],
    [{ metadata: { labels: labelled({ enforce: 'restricted' }) } }, true],
    [enforce, false],
  ]
  for (const [patch, warns] of levels)
    assert.equal((await call('PATCH /api/v1/namespaces/later', patch)).warnings !== undefined, warns)
  const relaxed = { metadata: { labels: labelled({ enforce: 'privileged' }) } }
  assert.equal((await call('PATCH /api/v1/namespaces/later', relaxed)).warnings, undefined)
})

test('labels that cannot be read are refused, each by its name', async () => {
  const { status, body } = await namespace('odd', { enforce: 'strict', 'warn-version': '1.36' })
  assert.equal(status, 422)
  assert.deepEqual(body.details.causes, [
    {
      reason: 'FieldValueInvalid',
      message: 'Invalid value: "strict": must be one of privileged, baseline, restricted',
      field: 'metadata.labels[pod-security.kubernetes.io/enforce]',
    },
    {
      reason: 'FieldValueInvalid',
      message: 'Invalid value: "1.36": must be "latest" or "v1.x"',
      field: 'metadata.labels[pod-security.kubernetes.io/warn-version]',
    },
  ])
  await within('even', {})
  const wrong = { metadata: { labels: labelled({ enforce: 'x' }) } }
  assert.equal((await call('PATCH /api/v1/namespaces/even', wrong)).status, 422)
})

test('labels that cannot be read are noted with each pod, one as it is and several as a list', () => {
  const noted = (labels: object): string | undefined => {
    const notes = new Map<string, string>()
    const remarks = { annotate: (key: string, text: string) => notes.set(key, text), warn: () => {} }
    const reader = { find: () => ({ metadata: { labels: labelled(labels) } }) }
    const object = { metadata: { name: 'p', namespace: 'n' }, spec: specOf() }
    assert.throws(() => podSecurity.check!({ resource: pods, object, reader, remarks } as never), /restricted:latest/)
    assert.equal(notes.get(`${PREFIX}enforce-policy`), 'restricted:latest')
    return notes.get(`${PREFIX}error`)
  }
  const bad = (mode: string, text: string): string =>
    `metadata.labels[${PREFIX}${mode}]: Invalid value: "${text}": must be one of privileged, baseline, restricted`
  assert.equal(noted({ enforce: 'odd' }), `Failed to parse policy: ${bad('enforce', 'odd')}`)
  assert.equal(
    noted({ enforce: 'odd', warn: 'x' }),
    `Failed to parse policy: [${bad('enforce', 'odd')}, ${bad('warn', 'x')}]`,
  )
})
