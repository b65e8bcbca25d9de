import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { EMPTY } from '#names/resolv-conf.ts'
import { podWishes } from './pod-wishes.ts'

const dns = { clusterDns: ['10.96.0.10'], clusterDomain: 'cluster.local', host: EMPTY }
const pod = (spec: Partial<NonNullable<Pod['spec']>>, annotations: Record<string, string> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', annotations },
  spec: { containers: [], ...spec },
})

test('a pod wishes host ports of all containers that run beside one another, and the resolver that it has', () => {
  const wishes = podWishes(
    pod({
      containers: [
        {
          name: 'a',
          ports: [
            { containerPort: 80, hostPort: 8080 },
            { containerPort: 53, hostPort: 5353, protocol: 'UDP', hostIP: '192.0.2.1' },
            { containerPort: 81 },
          ],
        },
      ],
      initContainers: [
        { name: 'beside', restartPolicy: 'Always', ports: [{ containerPort: 9, hostPort: 9 }] },
        { name: 'before', ports: [{ containerPort: 7, hostPort: 7 }] },
      ],
    }),
    dns,
  )
  assert.deepEqual(wishes, {
    portMappings: [
      { hostPort: 8080, containerPort: 80, protocol: 'tcp', hostIP: '' },
      { hostPort: 5353, containerPort: 53, protocol: 'udp', hostIP: '192.0.2.1' },
      { hostPort: 9, containerPort: 9, protocol: 'tcp', hostIP: '' },
    ],
    dns: {
      servers: ['10.96.0.10'],
      searches: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
      options: ['ndots:5'],
    },
  })
})

test('bandwidth is an amount of bits a second in an annotation, within Kubernetes’ limits', () => {
  const limits = (ingress: string, egress?: string) =>
    podWishes(
      pod(
        {},
        {
          'kubernetes.io/ingress-bandwidth': ingress,
          ...(egress !== undefined && { 'kubernetes.io/egress-bandwidth': egress }),
        },
      ),
      dns,
    ).bandwidth
  assert.deepEqual(limits('10M'), { ingress: 10_000_000 })
  assert.deepEqual(limits('1k', '1P'), { ingress: 1_000, egress: 1_000_000_000_000_000 })
  for (const [text, why] of [
    ['999', /annotation kubernetes.io\/ingress-bandwidth is '999': resource is unreasonably small \(< 1kbit\)/],
    ['2P', /unreasonably large \(> 1Pbit\)/],
    ['much', /is 'much': quantities must match/],
  ] as const)
    assert.throws(() => limits(text), { code: 'FIELD_UNSUPPORTED', message: why })
})
