import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Pod, Service } from '#api/core-v1.ts'
import { writeAtomically } from './atomic-writer.ts'
import { expandVariables } from './expand.ts'
import { hostsFile } from './hosts-file.ts'
import { kernelHostname } from './pod-hostname.ts'
import { divideQuantity, parseQuantity } from './quantity.ts'
import { resolvConf } from './resolv-conf.ts'
import { serviceEnv } from './service-env.ts'
import { statusPatch } from './status-patch.ts'
import { unsupported } from './unsupported.ts'

const settings = {
  clusterDns: ['10.96.0.10'],
  clusterDomain: 'cluster.local',
  hostResolvConf: 'nameserver 192.0.2.1\nsearch corp.example\noptions edns0\n',
}
const pod = (spec: Partial<NonNullable<Pod['spec']>>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-0', namespace: 'shop' },
  spec: { containers: [], ...spec },
})

test('resolv.conf follows dnsPolicy, and dnsConfig is merged into it', () => {
  const cluster =
    'search shop.svc.cluster.local svc.cluster.local cluster.local corp.example\nnameserver 10.96.0.10\noptions ndots:5\n'
  const host = 'search corp.example\nnameserver 192.0.2.1\noptions edns0\n'
  const conf = (spec: Partial<NonNullable<Pod['spec']>>) => resolvConf({ containers: [], ...spec }, 'shop', settings)
  assert.equal(conf({}), cluster)
  assert.equal(conf({ dnsPolicy: 'Default' }), host)
  assert.equal(conf({ hostNetwork: true }), host)
  assert.equal(conf({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }), cluster)
  assert.equal(
    conf({
      dnsPolicy: 'None',
      dnsConfig: {
        nameservers: ['192.0.2.9'],
        searches: ['x.y'],
        options: [{ name: 'ndots', value: '2' }, { name: 'rotate' }],
      },
    }),
    'search x.y\nnameserver 192.0.2.9\noptions ndots:2 rotate\n',
  )
  assert.match(conf({ dnsConfig: { options: [{ name: 'ndots', value: '1' }] } }), /options ndots:1\n$/)
})

test('/etc/hosts names the pod by its domain where it has a subdomain, and carries aliases', () => {
  const text = hostsFile(
    pod({ subdomain: 'web', hostAliases: [{ ip: '192.0.2.5', hostnames: ['a', 'b'] }] }),
    ['10.244.1.5', 'fd00::5'],
    'cluster.local',
    '',
  )
  assert.match(text, /^10\.244\.1\.5\tweb-0\.web\.shop\.svc\.cluster\.local\tweb-0$/m)
  assert.match(text, /^fd00::5\tweb-0\.web/m)
  assert.match(text, /^192\.0\.2\.5\ta\tb$/m)
  assert.match(hostsFile(pod({ hostNetwork: true }), [], 'cluster.local', '127.0.0.1 box\n'), /127\.0\.0\.1 box/)
})

test('the kernel’s hostname is the pod’s, its domain name where asked for, and the node’s on the host network', () => {
  assert.equal(kernelHostname(pod({}), 'n1', 'cluster.local'), 'web-0')
  assert.equal(
    kernelHostname(pod({ hostname: 'h', subdomain: 's', setHostnameAsFQDN: true }), 'n1', 'cluster.local'),
    'h.s.shop.svc.cluster.local',
  )
  assert.equal(kernelHostname(pod({ hostNetwork: true }), 'n1', 'cluster.local'), 'n1')
})

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

test('files change all at once through ..data, equal ones not at all, and removed ones go', () => {
  const dir = mkdtempSync(join(tmpdir(), 'atomic-'))
  const file = (text: string, mode = 0o644) => ({ content: Buffer.from(text), mode })
  assert.equal(
    writeAtomically(
      dir,
      new Map([
        ['a', file('1')],
        ['d/b', file('2', 0o400)],
      ]),
    ),
    true,
  )
  assert.equal(readFileSync(join(dir, 'd/b'), 'utf8'), '2')
  assert.equal(statSync(join(dir, 'd/b')).mode & 0o777, 0o400)
  assert.equal(readlinkSync(join(dir, 'a')), '..data/a')
  const before = readlinkSync(join(dir, '..data'))
  assert.equal(
    writeAtomically(
      dir,
      new Map([
        ['a', file('1')],
        ['d/b', file('2', 0o400)],
      ]),
    ),
    false,
  )
  assert.equal(readlinkSync(join(dir, '..data')), before)
  assert.equal(writeAtomically(dir, new Map([['a', file('3')]])), true)
  assert.equal(readFileSync(join(dir, 'a'), 'utf8'), '3')
  assert.equal(statSync(join(dir, 'd'), { throwIfNoEntry: false }), undefined)
  rmSync(dir, { recursive: true })
})

test('a status patch names only what changed, merges conditions by type, and nulls what went', () => {
  const ready = { type: 'Ready', status: 'False', reason: 'ContainersNotReady', lastTransitionTime: 'T1' }
  const before = {
    phase: 'Pending' as const,
    conditions: [{ type: 'PodScheduled', status: 'True' }, ready],
    message: 'm',
    hostIP: 'h',
  }
  assert.equal(statusPatch(before, before), undefined)
  assert.deepEqual(
    statusPatch(before, {
      phase: 'Running',
      hostIP: 'h',
      conditions: [
        { type: 'PodScheduled', status: 'True' },
        { type: 'Ready', status: 'True', lastTransitionTime: 'T2' },
      ],
    }),
    {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: 'T2', reason: null }],
      message: null,
    },
  )
})

test('what is not supported is named by its field with a way out, and what is supported is not', () => {
  const fields = (spec: Partial<NonNullable<Pod['spec']>>) =>
    unsupported(pod(spec)).map(({ field, refused }) => `${refused ? '!' : ''}${field}`)
  assert.deepEqual(
    fields({
      volumes: [
        { name: 'v', nfs: { server: 's', path: '/' } },
        { name: 'e', emptyDir: { medium: 'HugePages' } },
        { name: 'ok', secret: { secretName: 's' } },
      ],
      containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 80 }], livenessProbe: { grpc: { port: 1 } } }],
      hostPID: true,
    }),
    [
      '!spec.volumes[v].nfs',
      '!spec.volumes[e].emptyDir.medium',
      '!spec.containers[c].ports[80].hostPort',
      '!spec.containers[c].livenessProbe.grpc',
      '!spec.hostPID',
    ],
  )
  assert.deepEqual(fields({ securityContext: { supplementalGroupsPolicy: 'Merge' } }), [
    'spec.securityContext.supplementalGroupsPolicy',
  ])
  assert.deepEqual(
    fields({
      imagePullSecrets: [{ name: 's' }],
      securityContext: { fsGroup: 2000, supplementalGroups: [3000], supplementalGroupsPolicy: 'Strict' },
      containers: [
        {
          name: 'c',
          resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }],
          securityContext: { allowPrivilegeEscalation: false },
        },
      ],
    }),
    ['spec.containers[c].resizePolicy', 'spec.imagePullSecrets'],
  )
  assert.deepEqual(
    fields({ hostNetwork: true, containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 80 }] }] }),
    [],
  )
})
