import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { customResourceDefinitions } from '#api/apiextensions/customresourcedefinition/resource.ts'
import { clusterNetworkPolicies } from '#api/policynetworking/clusternetworkpolicy/resource.ts'
import { clusterNetworkPolicyDefinition } from '#api/policynetworking/definition.ts'
import { ask } from '#apiserver/testing/ask.ts'
import { startTestServer, type TestServer } from '#apiserver/testing/test-server.ts'
import { Informers } from '#client/informer.ts'
import { systemClock } from '#clock/clock.ts'

type Loose = any
const PATH = '/apis/policy.networking.k8s.io/v1alpha2/clusternetworkpolicies'
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const NAME = 'clusternetworkpolicies.policy.networking.k8s.io'

let server: TestServer
before(async () => {
  server = await startTestServer({
    systemObjects: [{ resource: customResourceDefinitions, object: clusterNetworkPolicyDefinition }],
  })
})
after(() => server.close())

const api = (line: string, body?: object, options: object = {}) => ask(server.socketPath, line, body, options)
const policy = (spec: object, name = 'one'): Loose => ({
  apiVersion: 'policy.networking.k8s.io/v1alpha2',
  kind: 'ClusterNetworkPolicy',
  metadata: { name },
  spec: { tier: 'Admin', priority: 1, subject: { namespaces: {} }, ...spec },
})
/** Why it is not created; undefined where it would be. */
const refusal = async (spec: object): Promise<string | undefined> => {
  const { status, body } = await api(`POST ${PATH}?dryRun=All`, policy(spec))
  return status === 201 ? undefined : body.message
}
const egress = (to: object, more: object = {}) => ({ egress: [{ action: 'Accept', to: [to], ...more }] })
const port = (destinationPort: object) => ({
  ingress: [{ action: 'Deny', from: [{ namespaces: {} }], protocols: [{ tcp: { destinationPort } }] }],
})

test('ClusterNetworkPolicies are served by the time that a server has started', async () => {
  const { status, body } = await api(`GET ${PATH}`)
  assert.deepEqual([status, body.items], [200, []])
  const { body: definition } = await api(`GET ${DEFINITIONS}/${NAME}`)
  const is = Object.fromEntries(definition.status.conditions.map((one: Loose) => [one.type, one.status]))
  assert.deepEqual(is, { NamesAccepted: 'True', Established: 'True', KubernetesAPIApprovalPolicyConformant: 'True' })
  const { body: found } = await api('GET /apis/policy.networking.k8s.io/v1alpha2')
  assert.deepEqual(
    found.resources.map(({ name, shortNames, namespaced }: Loose) => [name, shortNames ?? [], namespaced]),
    [
      ['clusternetworkpolicies', ['cnp'], false],
      ['clusternetworkpolicies/status', [], false],
    ],
  )
})

test('all fields of the API are taken as they are, and kubectl lists tier and priority', async () => {
  const labels = { matchLabels: { a: 'b' } }
  const range = { range: { start: 1, end: 9 } }
  const whole = {
    tier: 'Baseline',
    priority: 1000,
    subject: { pods: { namespaceSelector: labels, podSelector: {} } },
    ingress: [
      {
        name: 'n',
        action: 'Pass',
        from: [{ namespaces: labels }, { pods: { podSelector: labels } }],
        protocols: [
          { tcp: { destinationPort: { number: 80 } } },
          { udp: { destinationPort: range } },
          { sctp: { destinationPort: { number: 1 } } },
          { destinationNamedPort: 'web' },
        ],
      },
    ],
    egress: [{ action: 'Deny', to: [{ nodes: {} }, { networks: ['10.0.0.0/8', 'fd00::/8'] }] }],
  }
  const { status, body } = await api(`POST ${PATH}`, policy(whole, 'whole'))
  assert.equal(status, 201, JSON.stringify(body))
  assert.deepEqual(body.spec, whole)
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
  const { body: table } = await api(`GET ${PATH}`, undefined, { headers: { accept } })
  assert.deepEqual(
    table.columnDefinitions.map(({ name }: Loose) => name),
    ['Name', 'Tier', 'Priority', 'Age'],
  )
  assert.deepEqual(table.rows[0].cells.slice(0, 3), ['whole', 'Baseline', '1000'])
  await api(`DELETE ${PATH}/whole`)
})

test('what a ClusterNetworkPolicy cannot say is refused, in the words of its API where that has words', async () => {
  const cases: readonly (readonly [spec: object, said: RegExp])[] = [
    [{ tier: 'Middle' }, /spec\.tier: Unsupported value: "Middle": supported values: "Admin", "Baseline"/],
    [{ priority: 1001 }, /spec\.priority: Invalid value: 1001: .*less than or equal to 1000/],
    [{ priority: -1 }, /spec\.priority: Invalid value: -1: .*greater than or equal to 0/],
    [{ subject: {} }, /spec\.subject: Invalid value: 0: spec\.subject in body should have at least 1 properties/],
    [
      { subject: { namespaces: {}, pods: { podSelector: {} } } },
      /spec\.subject: (Too many: 2: must have at most 1 items|Invalid value: 2: spec\.subject in body should have at most 1 properties)/,
    ],
    [{ subject: { pods: {} } }, /spec\.subject\.pods\.podSelector: Required value/],
    [{ egress: [{ action: 'Accept' }] }, /spec\.egress\[0\]\.to: Required value/],
    [{ egress: [{ action: 'Accept', to: [] }] }, /spec\.egress\[0\]\.to: Invalid value: 0: .*at least 1 items/],
    [
      { egress: [{ action: 'Allow', to: [{ nodes: {} }] }] },
      /action: Unsupported value: "Allow": supported values: "Accept", "Deny", "Pass"/,
    ],
    [egress({}), /spec\.egress\[0\]\.to\[0\]: Invalid value: 0: .*at least 1 properties/],
    [egress({ networks: ['10.0.0.0/33'] }), /networks\[0\]: Invalid value: .*Invalid CIDR format provided/],
    [egress({ networks: ['10.0.0.0/8', '10.0.0.0/8'] }), /networks\[1\]: Duplicate value: "10\.0\.0\.0\/8"/],
    [
      egress({ domainNames: ['example.com'] }),
      /to\[0\]: Invalid value: .*domainNames is not supported: write the networks of those names/,
    ],
    [
      egress({ nodes: {} }, { protocols: [{ destinationNamedPort: 'web' }] }),
      /spec\.egress\[0\]: Invalid value: .*networks\/nodes peer cannot be set with namedPorts/,
    ],
    [port({ range: { start: 9, end: 9 } }), /range: Invalid value: .*Start port must be less than End port/],
    [port({ number: 0 }), /number: Invalid value: 0: .*greater than or equal to 1/],
    [port({ number: 65_536 }), /number: Invalid value: 65536: .*less than or equal to 65535/],
    [port({}), /destinationPort: Invalid value: 0: .*at least 1 properties/],
    [
      { ingress: [{ action: 'Deny', from: [{ namespaces: {} }], name: 'n'.repeat(101) }] },
      /name: (Too long|Invalid value).*100/,
    ],
    [
      { ingress: Array(26).fill({ action: 'Deny', from: [{ namespaces: {} }] }) },
      /spec\.ingress: Too many: 26: must have at most 25 items/,
    ],
  ]
  for (const [spec, said] of cases) {
    const message = await refusal(spec)
    assert.match(message ?? 'it is taken', said, JSON.stringify(spec))
  }
  assert.equal(
    await refusal(egress({ pods: { podSelector: {} } }, { protocols: [{ destinationNamedPort: 'web' }] })),
    undefined,
  )
})

test('a status may have conditions of anybody, and none that is no condition', async () => {
  await api(`POST ${PATH}`, policy({}, 'told'))
  const condition = {
    type: 'Accepted',
    status: 'True',
    reason: 'Accepted',
    message: 'm',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  }
  const put = async (...conditions: readonly object[]) => {
    const { body } = await api(`GET ${PATH}/told`)
    return api(`PUT ${PATH}/told/status`, { ...body, status: { conditions } })
  }
  assert.equal((await put(condition, { ...condition, type: 'example.com/Ready' })).status, 200)
  for (const wrong of [
    { ...condition, status: 'Yes' },
    { ...condition, reason: '' },
    { ...condition, type: 'a b' },
    { type: 'Accepted' },
  ])
    assert.equal((await put(wrong)).status, 422, JSON.stringify(wrong))
  await api(`DELETE ${PATH}/told`)
})

test('its definition may go and come back, also as another one: whoever watches sees no policies, and then those', async () => {
  const stop = new AbortController()
  const faults: string[] = []
  const informers = new Informers(server.client, {
    clock: systemClock,
    random: () => 0,
    signal: stop.signal,
    onError: (error, what) => void faults.push(`${what}: ${(error as Error).message}`),
  })
  const until = async (what: string, holds: () => boolean): Promise<void> => {
    for (let turn = 0; turn < 600; turn++) {
      if (holds()) return
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    assert.fail(`it never came: ${what}`)
  }
  try {
    const seen = informers.for(clusterNetworkPolicies, { isOptional: true })
    await seen.hasSynced
    const names = () =>
      seen.lister
        .list()
        .map(({ metadata, spec }) => `${metadata?.name} ${spec?.priority}`)
        .join()
    await api(`POST ${PATH}`, policy({ priority: 1 }, 'first'))
    await until('the policy', () => names() === 'first 1')
    assert.equal((await api(`DELETE ${DEFINITIONS}/${NAME}`)).status, 200)
    await until('none', () => names() === '')
    // As the project's own channel has it: a field more, and its own annotations.
    const other = structuredClone(clusterNetworkPolicyDefinition) as Loose
    const { to } = other.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.egress.items.properties
    delete to.items['x-kubernetes-validations']
    assert.equal((await api(`POST ${DEFINITIONS}`, other)).status, 201)
    const late = policy({ priority: 2, ...egress({ domainNames: ['example.com'] }) }, 'late')
    for (let turn = 0; (await api(`POST ${PATH}`, late)).status !== 201; turn++) {
      assert.ok(turn < 300, 'the definition that came back is not served')
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await until('the policy of the definition that came back', () => names() === 'late 2')
    assert.deepEqual(seen.lister.list()[0]?.spec?.egress?.[0]?.to?.[0]?.domainNames, ['example.com'])
    assert.deepEqual(faults, [], 'that it is not served is no fault')
  } finally {
    stop.abort()
  }
})
