import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { Kind } from '#api/catalogue/kind.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { summarizePod } from '#api/core/pod/summary.ts'
import { builtInKinds } from '#api/kinds.ts'
import type { ApiObject } from '#api/resource.ts'
import { since } from './human-duration.ts'
import { toTable } from './table.ts'

const NOW = Date.parse('2026-11-21T03:25:38Z')
const kindOf = (name: string): Kind => builtInKinds.find(({ resource }) => resource.kind === name)!
const SINGULAR: { readonly [plural: string]: string } = {
  pods: 'Pod',
  services: 'Service',
  nodes: 'Node',
  namespaces: 'Namespace',
  secrets: 'Secret',
  serviceaccounts: 'ServiceAccount',
  deployments: 'Deployment',
  leases: 'Lease',
}

const recorded = readFileSync(new URL('../catalogue/fixtures/recorded.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

for (const { name, path, response } of recorded.filter(({ response }) => response.columnDefinitions)) {
  test(`the columns of "${name}" are those of a real API server`, () => {
    const plural = path.split('?')[0].split('/').at(-1)
    const table = toTable(kindOf(SINGULAR[plural]!), [], { now: NOW })
    assert.deepEqual(
      table.columnDefinitions!.map(({ description: _, ...column }) => column),
      response.columnDefinitions,
    )
  })
}

test('the columns of every kind have the names and the types that kubectl shows, and those of -o wide their mark', () => {
  const shown = Object.fromEntries(
    builtInKinds.map((kind) => {
      const { columnDefinitions } = toTable(kind, [], { now: NOW })
      const texts = columnDefinitions!.map(({ name, type, format, priority }) =>
        [name, type === 'string' ? '' : `:${type}`, format && `=${format}`, priority === 0 ? '' : '*'].join(''),
      )
      return [kind.isMeasured ? kind.resource.kind : kind.resource.plural, texts.join(', ')]
    }),
  )
  const pods = 'Containers*, Images*, Selector*'
  const bindings = 'Name=name, Role, Age, Users*, Groups*, ServiceAccounts*'
  assert.deepEqual(shown, {
    apiservices: 'Name=name, Service, Available, Age',
    csidrivers:
      'Name=name, AttachRequired:boolean, PodInfoOnMount:boolean, StorageCapacity:boolean, TokenRequests, RequiresRepublish:boolean, Modes, Age',
    csinodes: 'Name=name, Drivers:integer, Age',
    csistoragecapacities: 'Name=name, StorageClassName, Capacity',
    volumeattachments: 'Name=name, Attacher, PV, Node, Attached:boolean, Age',
    volumeattributesclasses: 'Name=name, DriverName, Age',
    ComponentStatus: 'Name=name, Status, Message, Error',
    NodeMetrics: 'Name=name, CPU, Memory, Window',
    PodMetrics: 'Name=name, CPU, Memory, Window',
    certificatesigningrequests: 'Name=name, Age, SignerName, Requestor, RequestedDuration, Condition',
    flowschemas: 'Name=name, PriorityLevel, MatchingPrecedence, DistinguisherMethod, Age, MissingPL',
    horizontalpodautoscalers: 'Name=name, Reference, Targets, MinPods, MaxPods, Replicas, Age',
    limitranges: 'Name=name, Created At',
    persistentvolumes:
      'Name=name, Capacity, Access Modes, Reclaim Policy, Status, Claim, StorageClass, VolumeAttributesClass, Reason, Age, VolumeMode*',
    podtemplates: 'Name=name, Containers, Images, Pod Labels',
    priorityclasses: 'Name=name, Value:integer, Global-Default:boolean, Age, PreemptionPolicy',
    prioritylevelconfigurations: 'Name=name, Type, NominalConcurrencyShares, Queues, HandSize, QueueLengthLimit, Age',
    resourcequotas: 'Name=name, Request, Limit, Age',
    runtimeclasses: 'Name=name, Handler, Age',
    storageclasses: 'Name=name, Provisioner, ReclaimPolicy, VolumeBindingMode, AllowVolumeExpansion, Age',
    configmaps: 'Name=name, Data, Age',
    endpoints: 'Name=name, Endpoints, Age',
    events: 'Last Seen, Type, Reason, Object, Subobject*, Source*, Message, First Seen*, Count*, Name=name*',
    namespaces: 'Name=name, Status, Age',
    networkpolicies: 'Name=name, Pod-Selector, Age',
    nodes:
      'Name=name, Status, Roles, Age, Version, Internal-IP*, External-IP*, OS-Image*, Kernel-Version*, Container-Runtime*',
    persistentvolumeclaims:
      'Name=name, Status, Volume, Capacity, Access Modes, StorageClass, VolumeAttributesClass, Age, VolumeMode*',
    pods: 'Name=name, Ready, Status, Restarts, Age, IP*, Node*, Nominated Node*, Readiness Gates*',
    secrets: 'Name=name, Type, Data, Age',
    serviceaccounts: 'Name=name, Age',
    servicecidrs: 'Name=name, CIDRs, Age',
    services: 'Name=name, Type, Cluster-IP, External-IP, Port(s), Age, Selector*',
    deployments: `Name=name, Ready, Up-to-date, Available, Age, ${pods}`,
    replicasets: `Name=name, Desired:integer, Current:integer, Ready:integer, Age, ${pods}`,
    customresourcedefinitions: 'Name=name, Created At:date',
    cronjobs: `Name=name, Schedule, Timezone, Suspend, Active:integer, Last Schedule, Age, ${pods}`,
    ingressclasses: 'Name=name, Controller, Parameters, Age',
    ingresses: 'Name=name, Class, Hosts, Address, Ports, Age',
    ipaddresses: 'Name=name, ParentRef, Age',
    jobs: `Name=name, Status, Completions, Duration, Age, ${pods}`,
    poddisruptionbudgets: 'Name=name, Min Available, Max Unavailable, Allowed Disruptions:integer, Age',
    clusterrolebindings: bindings,
    clusterroles: 'Name=name, Created At',
    rolebindings: bindings,
    roles: 'Name=name, Created At',
    mutatingadmissionpolicies: 'Name=name, Mutations:integer, ParamKind, Age',
    mutatingadmissionpolicybindings: 'Name=name, PolicyName, ParamRef, Age',
    mutatingwebhookconfigurations: 'Name=name, Webhooks:integer, Age',
    validatingadmissionpolicies: 'Name=name, Validations:integer, ParamKind, Age',
    validatingadmissionpolicybindings: 'Name=name, PolicyName, ParamRef, Age',
    validatingwebhookconfigurations: 'Name=name, Webhooks:integer, Age',
    replicationcontrollers: `Name=name, Desired:integer, Current:integer, Ready:integer, Age, ${pods}`,
    statefulsets: 'Name=name, Ready, Age, Containers*, Images*',
    daemonsets: `Name=name, Desired:integer, Current:integer, Ready:integer, Up-to-date:integer, Available:integer, Node Selector, Age, ${pods}`,
    controllerrevisions: 'Name=name, Controller, Revision, Age',
    leases: 'Name=name, Holder, Age',
    endpointslices: 'Name=name, AddressType, Ports, Endpoints, Age',
  })
  for (const kind of builtInKinds)
    for (const { name, description } of toTable(kind, [], { now: NOW }).columnDefinitions!)
      assert.match(description, /^[A-Z].*\.$/, `${kind.resource.plural} ${name}`)
})

test('a row carries what is asked for of its object, and a table its columns unless they are not', () => {
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', uid: 'u' }, type: 'a' }
  const secret = kindOf('Secret')
  const cells = ['s', 'a', 0, '<unknown>']
  const only = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata }
  const rows = (includeObject?: 'None' | 'Metadata' | 'Object') =>
    toTable(secret, [object], { now: NOW, ...(includeObject && { includeObject }) }).rows
  assert.deepEqual(rows(), [{ cells, object: only }])
  assert.deepEqual(rows('Metadata'), [{ cells, object: only }])
  assert.deepEqual(rows('Object'), [{ cells, object }])
  assert.deepEqual(rows('None'), [{ cells }])
  const bare = toTable(secret, [{ apiVersion: 'v1', kind: 'Secret' }], { now: NOW }).rows[0]!
  assert.deepEqual((bare.object as any).metadata, {})
  const metadata = { resourceVersion: '7' }
  assert.deepEqual(toTable(secret, [], { now: NOW, metadata, columns: false }), {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: null,
    rows: [],
  })
  assert.deepEqual(toTable(secret, [], { now: NOW }).metadata, {})
})

test('the rows of Services print as a real API server prints them', () => {
  const printed = new Map<string, unknown[]>()
  for (const { name, response } of recorded)
    if (name === 'table services') for (const row of response.rows) printed.set(row.cells[0], row.cells)
  let seen = 0
  for (const { method, response } of recorded) {
    if (method !== 'POST' || response.kind !== 'Service' || response.metadata.name === 'd-clusterip') continue
    const expected = printed.get(response.metadata.name)
    if (expected === undefined || ['d-lb', 'd-lb-local', 'd-multi'].includes(response.metadata.name)) continue
    const [row] = toTable(kindOf('Service'), [response as ApiObject], { now: NOW }).rows
    assert.deepEqual(row!.cells.toSpliced(5, 1), expected.toSpliced(5, 1))
    seen++
  }
  assert.ok(seen >= 8, `${seen} rows compared`)
})

test('a load balancer without an address is pending, and one with addresses and external IPs shows both', () => {
  const service = (ingress: object[], externalIPs: string[] = []): ApiObject =>
    ({
      metadata: { name: 's' },
      spec: { type: 'LoadBalancer', externalIPs, ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }] },
      status: { loadBalancer: { ingress } },
    }) as never
  const cells = (object: ApiObject): readonly unknown[] =>
    toTable(kindOf('Service'), [object], { now: NOW, includeObject: 'None' }).rows[0]!.cells
  assert.deepEqual(cells(service([])), [
    's',
    'LoadBalancer',
    '<none>',
    '<pending>',
    '80:30080/TCP',
    '<unknown>',
    '<none>',
  ])
  assert.equal(cells(service([{ ip: '192.0.2.1' }, { hostname: 'lb' }], ['192.0.2.9']))[3], '192.0.2.1,lb,192.0.2.9')
})

describe('summarizePod()', () => {
  const pod = (parts: object): Pod =>
    ({ metadata: { name: 'p' }, spec: { containers: [{ name: 'c' }] }, ...parts }) as never
  const status = (state: object, more: object = {}): object => ({
    status: { phase: 'Running', containerStatuses: [{ name: 'c', ready: false, restartCount: 0, state, ...more }] },
  })
  const cases: readonly (readonly [string, Pod, string, string, string])[] = [
    ['a running pod', pod(status({ running: {} }, { ready: true })), '1/1', 'Running', '0'],
    ['a pending pod', pod({ status: { phase: 'Pending' } }), '0/1', 'Pending', '0'],
    [
      'a crash loop',
      pod(
        status(
          { waiting: { reason: 'CrashLoopBackOff' } },
          { restartCount: 4, lastState: { terminated: { exitCode: 1, finishedAt: '2026-11-21T03:25:33Z' } } },
        ),
      ),
      '0/1',
      'CrashLoopBackOff',
      '4 (5s ago)',
    ],
    ['a completed pod', pod(status({ terminated: { exitCode: 0, reason: 'Completed' } })), '0/1', 'Completed', '0'],
    ['an exit without a reason', pod(status({ terminated: { exitCode: 3 } })), '0/1', 'ExitCode:3', '0'],
    ['a signal without a reason', pod(status({ terminated: { exitCode: 137, signal: 9 } })), '0/1', 'Signal:9', '0'],
    [
      'a deleted pod',
      pod({
        ...status({ running: {} }, { ready: true }),
        metadata: { name: 'p', deletionTimestamp: '2026-11-21T03:25:33Z' },
      }),
      '1/1',
      'Terminating',
      '0',
    ],
    [
      'the second of two init containers',
      pod({
        spec: { containers: [{ name: 'c' }], initContainers: [{ name: 'a' }, { name: 'b' }] },
        status: {
          phase: 'Pending',
          initContainerStatuses: [
            { name: 'a', state: { terminated: { exitCode: 0 } } },
            { name: 'b', state: { running: {} } },
          ],
        },
      }),
      '0/1',
      'Init:1/2',
      '0',
    ],
    [
      'a failing init container',
      pod({
        spec: { containers: [{ name: 'c' }], initContainers: [{ name: 'a' }] },
        status: {
          phase: 'Pending',
          initContainerStatuses: [{ name: 'a', restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } }],
        },
      }),
      '0/1',
      'Init:CrashLoopBackOff',
      '2',
    ],
    [
      'a sidecar beside a running container',
      pod({
        spec: { containers: [{ name: 'c' }], initContainers: [{ name: 's', restartPolicy: 'Always' }] },
        status: {
          phase: 'Running',
          initContainerStatuses: [{ name: 's', started: true, ready: true, restartCount: 1, state: { running: {} } }],
          containerStatuses: [{ name: 'c', ready: true, state: { running: {} } }],
        },
      }),
      '2/2',
      'Running',
      '1',
    ],
    ['an evicted pod', pod({ status: { phase: 'Failed', reason: 'Evicted' } }), '0/1', 'Evicted', '0'],
  ]
  for (const [what, object, ready, word, restarts] of cases)
    test(`shows ${what} as ${ready} ${word} ${restarts}`, () => {
      assert.deepEqual(summarizePod(object, NOW), { ready, status: word, restarts })
    })
})

test('a length of time is printed in two units at most, the more exactly the shorter it is', () => {
  const [minute, hour, day, year] = [60, 3600, 86_400, 31_536_000]
  for (const [seconds, text] of [
    [-2, '<invalid>'],
    [-1, '0s'],
    [0, '0s'],
    [1, '1s'],
    [2 * minute - 1, '119s'],
    [2 * minute, '2m'],
    [2 * minute + 1, '2m1s'],
    [10 * minute - 1, '9m59s'],
    [10 * minute, '10m'],
    [11 * minute + 59, '11m'],
    [3 * hour - 1, '179m'],
    [3 * hour, '3h'],
    [3 * hour + 119, '3h1m'],
    [8 * hour - 1, '7h59m'],
    [8 * hour + minute, '8h'],
    [2 * day - 1, '47h'],
    [2 * day, '2d'],
    [2 * day + hour, '2d1h'],
    [8 * day - 1, '7d23h'],
    [8 * day + hour, '8d'],
    [2 * year - 1, '729d'],
    [2 * year, '2y'],
    [2 * year + day, '2y1d'],
    [8 * year - 1, '7y364d'],
    [8 * year + day, '8y'],
  ] as const)
    assert.equal(since('2026-11-21T03:25:38Z', NOW + seconds * 1000), text)
  assert.equal(since('2026-11-21T03:25:38Z', NOW + 999), '0s')
  assert.equal(since(undefined, NOW), '<unknown>')
})
