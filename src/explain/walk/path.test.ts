import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { ask, at, facts, listening, node, pod, service, slice } from '../testing/cluster.ts'
import type { Question } from '../trace/question.ts'
import type { PathOutcome } from '../trace/walk/outcome.ts'

/* Each hop of the walk, as people read it, and what becomes of the packet there. */

const { network } = facts()
const balanced = (spec: object = {}): Service => ({
  ...service('web', '10.96.0.1', { type: 'LoadBalancer', ...spec }),
  status: { loadBalancer: { ingress: [{ ip: '172.30.255.1' }] } },
})
const onNode = pod('hostnet', 1, 0, { spec: { hostNetwork: true }, status: { podIPs: [{ ip: '172.30.0.2' }] } })
const external = service('web', '10.96.0.1', { externalIPs: ['203.0.113.5'] })
const older = {
  ...service('old', '10.96.0.8', { externalIPs: ['203.0.113.5'] }, { creationTimestamp: '2025-01-01T00:00:00Z' }),
}
const open = (spec: object = {}) =>
  service('web', '10.96.0.1', {
    type: 'NodePort',
    ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30081 }],
    ...spec,
  })
const http = (...endpoints: readonly object[]) => [slice('web', endpoints, { name: 'http', port: 8080 })]
const [first, second] = [at('10.244.1.11', 1), at('10.244.2.11', 2)]

/** One outcome, short: `deliver node-1 10.244.1.11:8080 default/web-1 translated, sees 10.244.1.9`. */
const outcomeText = ({ node: of, verdict, backend, sourceSeen, ...more }: PathOutcome): string =>
  [
    `${verdict}${of ? ` ${of}` : ''}`,
    ...(backend ? [`${backend.address} ${backend.port}${backend.pod ? ` ${backend.pod.name}` : ''}`] : []),
    ...Object.entries(more).flatMap(([name, is]) => (is ? name : [])),
    ...(sourceSeen ? [`sees ${sourceSeen}`] : []),
  ].join(', ')

const walked = (from: string, to: string, more: Partial<ClusterFacts> = {}, question: Partial<Question> = {}) => {
  const { steps, outcomes } = ask(from, to, question, facts(more))
  return [
    ...steps.flatMap(({ at: place, text, details = [] }) => [`${place}: ${text}`, ...details.map((one) => `  ${one}`)]),
    ...outcomes.map(outcomeText),
  ]
}

const TABLE: readonly (readonly [about: string, got: () => readonly string[], lines: readonly string[]])[] = [
  [
    'a pod at a ClusterIP',
    () => walked('pod/client', '10.96.0.1:80'),
    [
      'pod default/client: sends from 10.244.1.9 to 10.96.0.1:80/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 10.96.0.1:80/TCP is the ClusterIP of default/web, its only port',
      'node-1, endpoints: 2 candidates, internalTrafficPolicy Cluster',
      '  in   10.244.1.11:8080  pod default/web-1 on node-1: ready',
      '  in   10.244.2.11:8080  pod default/web-2 on node-2: ready',
      'node-1, choice: a new connection gets one of 2, by chance, each as likely',
      'node-1, translation: 10.96.0.1:80/TCP becomes 10.244.1.11:8080 or 10.244.2.11:8080',
      'node-1, postrouting: the source stays 10.244.1.9',
      'node-1, route: to the backends',
      '  10.244.1.11 is on this node; pod default/web-1 listens on 8080/TCP (container web, port http): delivered',
      '  10.244.2.11 is on node-2, by way of 172.30.0.3; pod default/web-2 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-1, 10.244.1.11 8080 web-1, translated, sees 10.244.1.9',
      'deliver node-1, 10.244.2.11 8080 web-2, translated, sees 10.244.1.9',
    ],
  ],
  [
    'a pod that may meet itself',
    () => walked('pod/web-1', '10.96.0.1:80'),
    [
      'pod default/web-1: sends from 10.244.1.11 to 10.96.0.1:80/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 10.96.0.1:80/TCP is the ClusterIP of default/web, its only port',
      'node-1, endpoints: 2 candidates, internalTrafficPolicy Cluster',
      '  in   10.244.1.11:8080  pod default/web-1 on node-1: ready',
      '  in   10.244.2.11:8080  pod default/web-2 on node-2: ready',
      'node-1, choice: a new connection gets one of 2, by chance, each as likely',
      'node-1, translation: 10.96.0.1:80/TCP becomes 10.244.1.11:8080 or 10.244.2.11:8080',
      'node-1, postrouting: the source stays 10.244.1.11; masquerade where the sender meets itself: 10.244.1.11 sees the node’s address, or it would answer itself directly',
      'node-1, route: to the backends',
      '  10.244.1.11 is on this node; pod default/web-1 listens on 8080/TCP (container web, port http): delivered',
      '  10.244.2.11 is on node-2, by way of 172.30.0.3; pod default/web-2 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-1, 10.244.1.11 8080 web-1, translated, masqueraded, sees 172.30.0.2',
      'deliver node-1, 10.244.2.11 8080 web-2, translated, sees 10.244.1.11',
    ],
  ],
  [
    'a pod that meets itself alone',
    () => walked('pod/web-1', '10.96.0.1:80', { slices: [slice('web', [first])] }),
    [
      'pod default/web-1: sends from 10.244.1.11 to 10.96.0.1:80/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 10.96.0.1:80/TCP is the ClusterIP of default/web, its only port',
      'node-1, endpoints: 2 candidates, internalTrafficPolicy Cluster',
      '  in   10.244.1.11:8080  pod default/web-1 on node-1: ready',
      '  out  10.244.2.11  pod default/web-2 on node-2: no endpoint stands for it (yet)',
      'node-1, choice: a new connection gets the only one',
      'node-1, translation: 10.96.0.1:80/TCP becomes 10.244.1.11:8080',
      'node-1, postrouting: masquerade where the sender meets itself: 10.244.1.11 sees the node’s address, or it would answer itself directly',
      'node-1, route: to the backend',
      '  10.244.1.11 is on this node; pod default/web-1 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-1, 10.244.1.11 8080 web-1, translated, masqueraded, sees 172.30.0.2',
    ],
  ],
  [
    'a node at a ClusterIP',
    () => walked('node/node-1', '10.96.0.1:80'),
    [
      'node-1: sends from 172.30.0.2 to 10.96.0.1:80/TCP; starts on node-1 itself',
      'node-1, output: 10.96.0.1:80/TCP is the ClusterIP of default/web, its only port',
      'node-1, endpoints: 2 candidates, internalTrafficPolicy Cluster',
      '  in   10.244.1.11:8080  pod default/web-1 on node-1: ready',
      '  in   10.244.2.11:8080  pod default/web-2 on node-2: ready',
      'node-1, choice: a new connection gets one of 2, by chance, each as likely',
      'node-1, translation: 10.96.0.1:80/TCP becomes 10.244.1.11:8080 or 10.244.2.11:8080',
      'node-1, postrouting: the source stays 172.30.0.2, the node’s own',
      'node-1, route: to the backends',
      '  10.244.1.11 is on this node; pod default/web-1 listens on 8080/TCP (container web, port http): delivered',
      '  10.244.2.11 is on node-2, by way of 172.30.0.3; pod default/web-2 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-1, 10.244.1.11 8080 web-1, translated, masqueraded, sees 172.30.0.2',
      'deliver node-1, 10.244.2.11 8080 web-2, translated, masqueraded, sees 172.30.0.2',
    ],
  ],
  [
    'a pod of its node’s network',
    () => walked('pod/hostnet', '10.96.0.1:80', { pods: [...facts().pods, onNode] }),
    [
      'pod default/hostnet: sends from 172.30.0.2 to 10.96.0.1:80/TCP; starts on node-1 itself',
      'node-1, output: 10.96.0.1:80/TCP is the ClusterIP of default/web, its only port',
      'node-1, endpoints: 3 candidates, internalTrafficPolicy Cluster',
      '  in   10.244.1.11:8080  pod default/web-1 on node-1: ready',
      '  in   10.244.2.11:8080  pod default/web-2 on node-2: ready',
      '  out  172.30.0.2  pod default/hostnet on node-1: no endpoint stands for it (yet)',
      'node-1, choice: a new connection gets one of 2, by chance, each as likely',
      'node-1, translation: 10.96.0.1:80/TCP becomes 10.244.1.11:8080 or 10.244.2.11:8080',
      'node-1, postrouting: the source stays 172.30.0.2, the node’s own',
      'node-1, route: to the backends',
      '  10.244.1.11 is on this node; pod default/web-1 listens on 8080/TCP (container web, port http): delivered',
      '  10.244.2.11 is on node-2, by way of 172.30.0.3; pod default/web-2 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-1, 10.244.1.11 8080 web-1, translated, masqueraded, sees 172.30.0.2',
      'deliver node-1, 10.244.2.11 8080 web-2, translated, masqueraded, sees 172.30.0.2',
    ],
  ],
  [
    'the host at a ClusterIP',
    () => walked('host', '10.96.0.1:80'),
    [
      'the host: sends from 172.30.0.1 to 10.96.0.1:80/TCP; Service addresses lead to any node, one client to the same for each address',
      'node-1 or node-2, prerouting: 10.96.0.1:80/TCP is the ClusterIP of default/web, its only port',
      'node-1 or node-2, endpoints: 2 candidates, internalTrafficPolicy Cluster',
      '  in   10.244.1.11:8080  pod default/web-1 on node-1: ready',
      '  in   10.244.2.11:8080  pod default/web-2 on node-2: ready',
      'node-1 or node-2, choice: a new connection gets one of 2, by chance, each as likely',
      'node-1 or node-2, translation: 10.96.0.1:80/TCP becomes 10.244.1.11:8080 or 10.244.2.11:8080',
      'node-1 or node-2, postrouting: masquerade: the backend sees the node’s address instead of 172.30.0.1, and answers by way of it',
      'node-1 or node-2, route: to the backends',
      '  10.244.1.11 is on node-1, by way of 172.30.0.2, or on this node already; pod default/web-1 listens on 8080/TCP (container web, port http): delivered',
      '  10.244.2.11 is on node-2, by way of 172.30.0.3, or on this node already; pod default/web-2 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-1, 10.244.1.11 8080 web-1, translated, masqueraded, sees 172.30.0.2',
      'deliver node-2, 10.244.1.11 8080 web-1, translated, masqueraded, sees 172.30.0.3',
      'deliver node-1, 10.244.2.11 8080 web-2, translated, masqueraded, sees 172.30.0.2',
      'deliver node-2, 10.244.2.11 8080 web-2, translated, masqueraded, sees 172.30.0.3',
    ],
  ],
  [
    'a port that a ClusterIP does not serve',
    () => walked('pod/client', '10.96.0.1:81'),
    [
      'pod default/client: sends from 10.244.1.9 to 10.96.0.1:81/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 10.96.0.1 is a ClusterIP, but 10.96.0.1:81/TCP is no port of it: refused',
      'reject node-1',
    ],
  ],
  [
    'a ClusterIP of nobody',
    () => walked('node/node-1', '10.96.0.77:80'),
    [
      'node-1: sends from 172.30.0.2 to 10.96.0.77:80/TCP; starts on node-1 itself',
      'node-1, output: no Service has 10.96.0.77, and it lies in the range of Services: dropped',
      'drop node-1',
    ],
  ],
  [
    'a Service without endpoints, over UDP',
    () =>
      walked('pod/client', '10.96.0.1:80', {
        services: [service('web', '10.96.0.1', { ports: [{ port: 80, protocol: 'UDP' }] })],
      }),
    [
      'pod default/client: sends from 10.244.1.9 to 10.96.0.1:80/UDP; leaves the pod for its node, node-1',
      'node-1, prerouting: 10.96.0.1:80/UDP is the ClusterIP of default/web, its only port',
      'node-1, endpoints: 2 candidates, internalTrafficPolicy Cluster',
      '  out  10.244.1.11  pod default/web-1 on node-1: no endpoint stands for it (yet)',
      '  out  10.244.2.11  pod default/web-2 on node-2: no endpoint stands for it (yet)',
      'node-1, choice: there is no endpoint at all: refused with ICMP port unreachable',
      'reject node-1',
    ],
  ],
  [
    'internalTrafficPolicy Local, with an endpoint of the node',
    () =>
      walked('pod/client', '10.96.0.1:80', {
        services: [service('web', '10.96.0.1', { internalTrafficPolicy: 'Local' })],
      }),
    [
      'pod default/client: sends from 10.244.1.9 to 10.96.0.1:80/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 10.96.0.1:80/TCP is the ClusterIP of default/web, its only port',
      'node-1, endpoints: 2 candidates, internalTrafficPolicy Local',
      '  in   10.244.1.11:8080  pod default/web-1 on node-1: ready, and on node-1 as the policy Local wants',
      '  out  10.244.2.11:8080  pod default/web-2 on node-2: on node-2, and the policy is Local',
      'node-1, choice: a new connection gets the only one',
      'node-1, translation: 10.96.0.1:80/TCP becomes 10.244.1.11:8080',
      'node-1, postrouting: the source stays 10.244.1.9',
      'node-1, route: to the backend',
      '  10.244.1.11 is on this node; pod default/web-1 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-1, 10.244.1.11 8080 web-1, translated, sees 10.244.1.9',
    ],
  ],
  [
    'internalTrafficPolicy Local, without',
    () =>
      walked('pod/client', '10.96.0.1:80', {
        services: [service('web', '10.96.0.1', { internalTrafficPolicy: 'Local' })],
        slices: [slice('web', [second])],
      }),
    [
      'pod default/client: sends from 10.244.1.9 to 10.96.0.1:80/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 10.96.0.1:80/TCP is the ClusterIP of default/web, its only port',
      'node-1, endpoints: 2 candidates, internalTrafficPolicy Local',
      '  out  10.244.2.11:8080  pod default/web-2 on node-2: on node-2, and the policy is Local',
      '  out  10.244.1.11  pod default/web-1 on node-1: no endpoint stands for it (yet)',
      'node-1, choice: there are endpoints, but none on this node: dropped without a word',
      'drop node-1',
    ],
  ],
  [
    'session affinity, of one node',
    () =>
      walked('pod/client', 'svc/web', {
        services: [
          service('web', '10.96.0.1', {
            sessionAffinity: 'ClientIP',
            sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
          }),
        ],
      }),
    [
      'pod default/client: Service default/web has the ClusterIP 10.96.0.1',
      'pod default/client: sends from 10.244.1.9 to 10.96.0.1:80/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 10.96.0.1:80/TCP is the ClusterIP of default/web, its only port',
      'node-1, endpoints: 2 candidates, internalTrafficPolicy Cluster',
      '  in   10.244.1.11:8080  pod default/web-1 on node-1: ready',
      '  in   10.244.2.11:8080  pod default/web-2 on node-2: ready',
      'node-1, choice: a new connection gets one of 2, by chance, each as likely; then the client stays with it for 60 seconds (ClientIP)',
      'node-1, translation: 10.96.0.1:80/TCP becomes 10.244.1.11:8080 or 10.244.2.11:8080',
      'node-1, postrouting: the source stays 10.244.1.9',
      'node-1, route: to the backends',
      '  10.244.1.11 is on this node; pod default/web-1 listens on 8080/TCP (container web, port http): delivered',
      '  10.244.2.11 is on node-2, by way of 172.30.0.3; pod default/web-2 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-1, 10.244.1.11 8080 web-1, translated, sees 10.244.1.9',
      'deliver node-1, 10.244.2.11 8080 web-2, translated, sees 10.244.1.9',
    ],
  ],
  [
    'a node port of another node, policy Cluster',
    () => walked('pod/client', '172.30.0.3:30081', { services: [open()], slices: http(first) }),
    [
      'pod default/client: sends from 10.244.1.9 to 172.30.0.3:30081/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 172.30.0.3:30081/TCP is no Service’s here: it goes on as it was addressed',
      'node-1, route: 172.30.0.3 is node-2',
      'node-2, prerouting: 172.30.0.3:30081/TCP is the node port of default/web, port http',
      'node-2, endpoints: 2 candidates, externalTrafficPolicy Cluster',
      '  in   10.244.1.11:8080  pod default/web-1 on node-1: ready',
      '  out  10.244.2.11  pod default/web-2 on node-2: no endpoint stands for it (yet)',
      'node-2, choice: a new connection gets the only one',
      'node-2, translation: 172.30.0.3:30081/TCP becomes 10.244.1.11:8080',
      'node-2, postrouting: masquerade: the backend sees the node’s address instead of 10.244.1.9, and answers by way of it',
      'node-2, route: to the backend',
      '  10.244.1.11 is on node-1, by way of 172.30.0.2; pod default/web-1 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-2, 10.244.1.11 8080 web-1, translated, masqueraded, sees 172.30.0.3',
    ],
  ],
  [
    'a node port of the own node',
    () => walked('node/node-1', '172.30.0.2:30081', { services: [open()], slices: http(first, second) }),
    [
      'node-1: sends from 172.30.0.2 to 172.30.0.2:30081/TCP; starts on node-1 itself',
      'node-1, output: 172.30.0.2:30081/TCP is the node port of default/web, port http',
      'node-1, endpoints: 2 candidates, externalTrafficPolicy Cluster',
      '  in   10.244.1.11:8080  pod default/web-1 on node-1: ready',
      '  in   10.244.2.11:8080  pod default/web-2 on node-2: ready',
      'node-1, choice: a new connection gets one of 2, by chance, each as likely',
      'node-1, translation: 172.30.0.2:30081/TCP becomes 10.244.1.11:8080 or 10.244.2.11:8080',
      'node-1, postrouting: the source stays 172.30.0.2, the node’s own',
      'node-1, route: to the backends',
      '  10.244.1.11 is on this node; pod default/web-1 listens on 8080/TCP (container web, port http): delivered',
      '  10.244.2.11 is on node-2, by way of 172.30.0.3; pod default/web-2 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-1, 10.244.1.11 8080 web-1, translated, masqueraded, sees 172.30.0.2',
      'deliver node-1, 10.244.2.11 8080 web-2, translated, masqueraded, sees 172.30.0.2',
    ],
  ],
  [
    'the host at a node port, policy Local',
    () =>
      walked('host', '172.30.0.3:30081', {
        services: [open({ externalTrafficPolicy: 'Local' })],
        slices: http(first, second),
      }),
    [
      'the host: sends from 172.30.0.1 to 172.30.0.3:30081/TCP; 172.30.0.3 is node-2',
      'node-2, prerouting: 172.30.0.3:30081/TCP is the node port of default/web, port http',
      'node-2, endpoints: 2 candidates, externalTrafficPolicy Local',
      '  out  10.244.1.11:8080  pod default/web-1 on node-1: on node-1, and the policy is Local',
      '  in   10.244.2.11:8080  pod default/web-2 on node-2: ready, and on node-2 as the policy Local wants',
      'node-2, choice: a new connection gets the only one',
      'node-2, translation: 172.30.0.3:30081/TCP becomes 10.244.2.11:8080',
      'node-2, postrouting: the source stays 172.30.0.1',
      'node-2, route: to the backend',
      '  10.244.2.11 is on this node; pod default/web-2 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-2, 10.244.2.11 8080 web-2, translated, sees 172.30.0.1',
    ],
  ],
  [
    'a pod at a node port, policy Local, which spares it',
    () =>
      walked('pod/client', '172.30.0.2:30081', {
        services: [open({ externalTrafficPolicy: 'Local' })],
        slices: http(second),
      }),
    [
      'pod default/client: sends from 10.244.1.9 to 172.30.0.2:30081/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 172.30.0.2:30081/TCP is the node port of default/web, port http',
      'node-1, endpoints: 2 candidates, externalTrafficPolicy Local (spares pods and the node itself: all endpoints)',
      '  in   10.244.2.11:8080  pod default/web-2 on node-2: ready',
      '  out  10.244.1.11  pod default/web-1 on node-1: no endpoint stands for it (yet)',
      'node-1, choice: a new connection gets the only one',
      'node-1, translation: 172.30.0.2:30081/TCP becomes 10.244.2.11:8080',
      'node-1, postrouting: the source stays 10.244.1.9',
      'node-1, route: to the backend',
      '  10.244.2.11 is on node-2, by way of 172.30.0.3; pod default/web-2 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-1, 10.244.2.11 8080 web-2, translated, sees 10.244.1.9',
    ],
  ],
  [
    'the load balancer, from the host',
    () => walked('host', '172.30.255.1:80', { services: [balanced()] }),
    [
      'the host: sends from 172.30.0.1 to 172.30.255.1:80/TCP; the load balancer leads 172.30.255.1:80/TCP to node-1 or node-2',
      'node-1 or node-2, prerouting: 172.30.255.1:80/TCP is the load balancer address of default/web, its only port',
      'node-1 or node-2, endpoints: 2 candidates, externalTrafficPolicy Cluster',
      '  in   10.244.1.11:8080  pod default/web-1 on node-1: ready',
      '  in   10.244.2.11:8080  pod default/web-2 on node-2: ready',
      'node-1 or node-2, choice: a new connection gets one of 2, by chance, each as likely',
      'node-1 or node-2, translation: 172.30.255.1:80/TCP becomes 10.244.1.11:8080 or 10.244.2.11:8080',
      'node-1 or node-2, postrouting: masquerade: the backend sees the node’s address instead of 172.30.0.1, and answers by way of it',
      'node-1 or node-2, route: to the backends',
      '  10.244.1.11 is on node-1, by way of 172.30.0.2, or on this node already; pod default/web-1 listens on 8080/TCP (container web, port http): delivered',
      '  10.244.2.11 is on node-2, by way of 172.30.0.3, or on this node already; pod default/web-2 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-1, 10.244.1.11 8080 web-1, translated, masqueraded, sees 172.30.0.2',
      'deliver node-2, 10.244.1.11 8080 web-1, translated, masqueraded, sees 172.30.0.3',
      'deliver node-1, 10.244.2.11 8080 web-2, translated, masqueraded, sees 172.30.0.2',
      'deliver node-2, 10.244.2.11 8080 web-2, translated, masqueraded, sees 172.30.0.3',
    ],
  ],
  [
    'the load balancer, from outside, policy Local',
    () => walked('203.0.113.9', '172.30.255.1:80', { services: [balanced({ externalTrafficPolicy: 'Local' })] }),
    [
      '203.0.113.9: sends from 203.0.113.9 to 172.30.255.1:80/TCP; the load balancer leads 172.30.255.1:80/TCP to node-1 or node-2',
      'node-1, prerouting: 172.30.255.1:80/TCP is the load balancer address of default/web, its only port',
      'node-1, endpoints: 2 candidates, externalTrafficPolicy Local',
      '  in   10.244.1.11:8080  pod default/web-1 on node-1: ready, and on node-1 as the policy Local wants',
      '  out  10.244.2.11:8080  pod default/web-2 on node-2: on node-2, and the policy is Local',
      'node-1, choice: a new connection gets the only one',
      'node-1, translation: 172.30.255.1:80/TCP becomes 10.244.1.11:8080',
      'node-1, postrouting: the source stays 203.0.113.9',
      'node-1, route: to the backend',
      '  10.244.1.11 is on this node; pod default/web-1 listens on 8080/TCP (container web, port http): delivered',
      'node-2, prerouting: 172.30.255.1:80/TCP is the load balancer address of default/web, its only port',
      'node-2, endpoints: 2 candidates, externalTrafficPolicy Local',
      '  out  10.244.1.11:8080  pod default/web-1 on node-1: on node-1, and the policy is Local',
      '  in   10.244.2.11:8080  pod default/web-2 on node-2: ready, and on node-2 as the policy Local wants',
      'node-2, choice: a new connection gets the only one',
      'node-2, translation: 172.30.255.1:80/TCP becomes 10.244.2.11:8080',
      'node-2, postrouting: the source stays 203.0.113.9',
      'node-2, route: to the backend',
      '  10.244.2.11 is on this node; pod default/web-2 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-1, 10.244.1.11 8080 web-1, translated, sees 203.0.113.9',
      'deliver node-2, 10.244.2.11 8080 web-2, translated, sees 203.0.113.9',
    ],
  ],
  [
    'the load balancer, from a source that is not admitted',
    () => walked('host', '172.30.255.1:80', { services: [balanced({ loadBalancerSourceRanges: ['10.0.0.0/8'] })] }),
    [
      'the host: sends from 172.30.0.1 to 172.30.255.1:80/TCP; the load balancer leads 172.30.255.1:80/TCP to node-1 or node-2',
      'node-1 or node-2, prerouting: 172.30.255.1:80/TCP is the load balancer address of default/web, its only port',
      'node-1 or node-2, guard: 172.30.0.1 is not in the source ranges 10.0.0.0/8: dropped',
      'drop node-1',
      'drop node-2',
    ],
  ],
  [
    'the load balancer, from a source that is admitted',
    () =>
      walked('pod/client', '172.30.255.1:80', { services: [balanced({ loadBalancerSourceRanges: ['10.0.0.0/8'] })] }),
    [
      'pod default/client: sends from 10.244.1.9 to 172.30.255.1:80/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 172.30.255.1:80/TCP is the load balancer address of default/web, its only port',
      'node-1, endpoints: 2 candidates, externalTrafficPolicy Cluster',
      '  in   10.244.1.11:8080  pod default/web-1 on node-1: ready',
      '  in   10.244.2.11:8080  pod default/web-2 on node-2: ready',
      'node-1, choice: a new connection gets one of 2, by chance, each as likely',
      'node-1, translation: 172.30.255.1:80/TCP becomes 10.244.1.11:8080 or 10.244.2.11:8080',
      'node-1, postrouting: masquerade: the backend sees the node’s address instead of 10.244.1.9, and answers by way of it',
      'node-1, route: to the backends',
      '  10.244.1.11 is on this node; pod default/web-1 listens on 8080/TCP (container web, port http): delivered',
      '  10.244.2.11 is on node-2, by way of 172.30.0.3; pod default/web-2 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-1, 10.244.1.11 8080 web-1, translated, masqueraded, sees 172.30.0.2',
      'deliver node-1, 10.244.2.11 8080 web-2, translated, masqueraded, sees 172.30.0.2',
    ],
  ],
  [
    'an address of the load balancer that nobody has',
    () => walked('pod/client', '172.30.255.9:80'),
    [
      'pod default/client: sends from 10.244.1.9 to 172.30.255.9:80/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 172.30.255.9:80/TCP is no Service’s here: it goes on as it was addressed',
      'fabric: no Service has 172.30.255.9: the load balancer leads it to no node',
      'unreachable node-1, sees 10.244.1.9',
    ],
  ],
  [
    'an external IP, from a pod',
    () => walked('pod/client', '203.0.113.5:80', { services: [external] }),
    [
      'pod default/client: sends from 10.244.1.9 to 203.0.113.5:80/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 203.0.113.5:80/TCP is an external IP of default/web, its only port',
      'node-1, endpoints: 2 candidates, externalTrafficPolicy Cluster',
      '  in   10.244.1.11:8080  pod default/web-1 on node-1: ready',
      '  in   10.244.2.11:8080  pod default/web-2 on node-2: ready',
      'node-1, choice: a new connection gets one of 2, by chance, each as likely',
      'node-1, translation: 203.0.113.5:80/TCP becomes 10.244.1.11:8080 or 10.244.2.11:8080',
      'node-1, postrouting: masquerade: the backend sees the node’s address instead of 10.244.1.9, and answers by way of it',
      'node-1, route: to the backends',
      '  10.244.1.11 is on this node; pod default/web-1 listens on 8080/TCP (container web, port http): delivered',
      '  10.244.2.11 is on node-2, by way of 172.30.0.3; pod default/web-2 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-1, 10.244.1.11 8080 web-1, translated, masqueraded, sees 172.30.0.2',
      'deliver node-1, 10.244.2.11 8080 web-2, translated, masqueraded, sees 172.30.0.2',
    ],
  ],
  [
    'a host port, from a pod of another node',
    () =>
      walked('pod/client', '172.30.0.3:54323', {
        pods: [
          ...facts().pods,
          pod('db', 2, 31, { ports: [{ containerPort: 8080, hostPort: 54323, protocol: 'TCP' }] }),
        ],
        listening: { ...listening, 'pod/db': [{ protocol: 'TCP', address: '::', port: 8080 }] },
      }),
    [
      'pod default/client: sends from 10.244.1.9 to 172.30.0.3:54323/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 172.30.0.3:54323/TCP is no Service’s here: it goes on as it was addressed',
      'node-1, route: 172.30.0.3 is node-2',
      'node-2, prerouting: 172.30.0.3:54323/TCP is a host port of pod default/db',
      'node-2, translation: 172.30.0.3:54323/TCP becomes 10.244.2.31:8080',
      'node-2, postrouting: the source stays 10.244.1.9',
      'node-2, route: to the backend',
      '  10.244.2.31 is on this node; pod default/db listens on 8080/TCP (container web): delivered',
      'deliver node-2, 10.244.2.31 8080 db, translated, sees 10.244.1.9',
    ],
  ],
  [
    'an external IP that two claim',
    () => walked('pod/client', '203.0.113.5:80', { services: [external, older], slices: [slice('old', [first])] }),
    [
      'pod default/client: sends from 10.244.1.9 to 203.0.113.5:80/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 203.0.113.5:80/TCP is an external IP of default/old, its only port',
      '  default/web claims it too, and does not get it: the older Service has it',
      'node-1, endpoints: 1 candidate, externalTrafficPolicy Cluster',
      '  in   10.244.1.11:8080  pod default/web-1 on node-1: ready',
      'node-1, choice: a new connection gets the only one',
      'node-1, translation: 203.0.113.5:80/TCP becomes 10.244.1.11:8080',
      'node-1, postrouting: masquerade: the backend sees the node’s address instead of 10.244.1.9, and answers by way of it',
      'node-1, route: to the backend',
      '  10.244.1.11 is on this node; pod default/web-1 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-1, 10.244.1.11 8080 web-1, translated, masqueraded, sees 172.30.0.2',
    ],
  ],
  [
    'an external IP, from the host',
    () => walked('host', '203.0.113.5:80', { services: [external] }),
    [
      'the host: sends from 172.30.0.1 to 203.0.113.5:80/TCP; no route of the cluster leads to 203.0.113.5',
      'unreachable',
    ],
  ],
  [
    'a pod of the own node, directly',
    () => walked('pod/client', '10.244.1.11:8080'),
    [
      'pod default/client: sends from 10.244.1.9 to 10.244.1.11:8080/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 10.244.1.11:8080/TCP is no Service’s here: it goes on as it was addressed',
      'node-1, route: 10.244.1.11 is on this node; pod default/web-1 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-1, 10.244.1.11 8080 web-1, sees 10.244.1.9',
    ],
  ],
  [
    'a pod of another node, directly',
    () => walked('host', '10.244.2.11:8080'),
    [
      'the host: sends from 172.30.0.1 to 10.244.2.11:8080/TCP; pods of 10.244.2.11 live on node-2',
      'node-2, prerouting: 10.244.2.11:8080/TCP is no Service’s here: it goes on as it was addressed',
      'node-2, route: 10.244.2.11 is on this node; pod default/web-2 listens on 8080/TCP (container web, port http): delivered',
      'deliver node-2, 10.244.2.11 8080 web-2, sees 172.30.0.1',
    ],
  ],
  [
    'an address that no pod has',
    () => walked('pod/client', '10.244.2.77:80'),
    [
      'pod default/client: sends from 10.244.1.9 to 10.244.2.77:80/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 10.244.2.77:80/TCP is no Service’s here: it goes on as it was addressed',
      'node-1, route: 10.244.2.77 is on node-2, by way of 172.30.0.3; no pod has that address: unreachable',
      'unreachable node-1, 10.244.2.77 80, sees 10.244.1.9',
    ],
  ],
  [
    'the host, from a pod',
    () =>
      walked('pod/client', '172.30.0.1:22', {
        listening: { host: [{ protocol: 'TCP', address: '0.0.0.0', port: 22 }] },
      }),
    [
      'pod default/client: sends from 10.244.1.9 to 172.30.0.1:22/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 172.30.0.1:22/TCP is no Service’s here: it goes on as it was addressed',
      'node-1, route: 172.30.0.1 is the host, over the fabric; a program of its own listens on 22/TCP: delivered',
      'deliver node-1, 172.30.0.1 22, sees 10.244.1.9',
    ],
  ],
  [
    'a program of another node',
    () => walked('pod/client', '172.30.0.3:22', { listening: { ...listening, 'node/node-2': [] } }),
    [
      'pod default/client: sends from 10.244.1.9 to 172.30.0.3:22/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 172.30.0.3:22/TCP is no Service’s here: it goes on as it was addressed',
      'node-1, route: 172.30.0.3 is node-2',
      'node-2, prerouting: 172.30.0.3:22/TCP is no Service’s here: it goes on as it was addressed',
      'node-2, route: 172.30.0.3 is on this node; nothing listens on 22/TCP there: refused',
      'closed node-2, 172.30.0.3 22, sees 10.244.1.9',
    ],
  ],
  [
    'an address outside',
    () => walked('pod/client', '198.51.100.7:80'),
    [
      'pod default/client: sends from 10.244.1.9 to 198.51.100.7:80/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 198.51.100.7:80/TCP is no Service’s here: it goes on as it was addressed',
      'fabric: 198.51.100.7 lies outside of the cluster, and nothing is let out: unreachable',
      'unreachable node-1, sees 10.244.1.9',
    ],
  ],
  [
    'an address outside, where packets are let out',
    () => walked('pod/client', '198.51.100.7:80', { network: { ...network, egress: true } }),
    [
      'pod default/client: sends from 10.244.1.9 to 198.51.100.7:80/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 198.51.100.7:80/TCP is no Service’s here: it goes on as it was addressed',
      'fabric: 198.51.100.7 lies outside of the cluster: it leaves by way of the host',
      'deliver node-1, 198.51.100.7 80, listensUnknown, undeclared, sees 10.244.1.9',
    ],
  ],
  [
    'itself, at a loopback address',
    () => walked('pod/web-1', '127.0.0.1:8080'),
    [
      'pod default/web-1: 127.0.0.1:8080/TCP is the sender itself, no Service has a part in it; it listens there',
      'deliver node-1, 127.0.0.1 8080 web-1, sees 127.0.0.1',
    ],
  ],
  [
    'itself, where nothing listens',
    () => walked('pod/web-1', '127.0.0.1:81'),
    [
      'pod default/web-1: 127.0.0.1:81/TCP is the sender itself, no Service has a part in it; nothing listens there: refused',
      'closed node-1, 127.0.0.1 81 web-1, sees 127.0.0.1',
    ],
  ],
  [
    'itself, at its own address',
    () => walked('pod/web-1', '10.244.1.11:8080'),
    [
      'pod default/web-1: 10.244.1.11:8080/TCP is the sender itself, no Service has a part in it; it listens there',
      'deliver node-1, 10.244.1.11 8080 web-1, sees 10.244.1.11',
    ],
  ],
  [
    'itself, where nobody looked',
    () => walked('pod/web-1', '127.0.0.1:81', { listening: {} }),
    [
      'pod default/web-1: 127.0.0.1:81/TCP is the sender itself, no Service has a part in it; whether it listens is not known',
      'deliver node-1, 127.0.0.1 81 web-1, listensUnknown, undeclared, sees 127.0.0.1',
    ],
  ],
  [
    'itself, where nobody looked, at a port that it declares',
    () => walked('pod/web-1', '127.0.0.1:8080', { listening: {} }),
    [
      'pod default/web-1: 127.0.0.1:8080/TCP is the sender itself, no Service has a part in it; whether it listens is not known',
      'deliver node-1, 127.0.0.1 8080 web-1, listensUnknown, sees 127.0.0.1',
    ],
  ],
  [
    'the host itself',
    () =>
      walked('host', '127.0.0.1:22', { listening: { host: [{ protocol: 'TCP', address: '127.0.0.1', port: 22 }] } }),
    [
      'the host: 127.0.0.1:22/TCP is the sender itself, no Service has a part in it; it listens there',
      'deliver, 127.0.0.1 22, sees 127.0.0.1',
    ],
  ],
  [
    'a node itself, and a pod on its network',
    () => [...walked('node/node-1', '127.0.0.1:53'), ...walked('pod/hostnet', '127.0.0.1:53', { pods: [onNode] })],
    [
      'node-1: 127.0.0.1:53/TCP is the sender itself, no Service has a part in it; nothing listens there: refused',
      'closed node-1, 127.0.0.1 53, sees 127.0.0.1',
      'pod default/hostnet: 127.0.0.1:53/TCP is the sender itself, no Service has a part in it; nothing listens there: refused',
      'closed node-1, 127.0.0.1 53 hostnet, sees 127.0.0.1',
    ],
  ],
]
for (const [about, got, lines] of TABLE) test(`each hop of the walk: ${about}`, () => assert.deepEqual(got(), lines))

const foreign = { network: { ...network, foreign: true, egress: true, hostAddresses: [] }, listening: {}, kernels: [] }
const OTHERS: readonly (readonly [about: string, got: () => readonly string[], lines: readonly string[]])[] = [
  [
    'a node port, from outside',
    () => walked('203.0.113.9', '172.30.0.3:30081', { ...foreign, services: [open()], slices: http(first) }),
    [
      '203.0.113.9: sends from 203.0.113.9 to 172.30.0.3:30081/TCP; 172.30.0.3 is node-2, if the network outside leads there',
      'node-2, prerouting: 172.30.0.3:30081/TCP is the node port of default/web, port http',
      'node-2, endpoints: 2 candidates, externalTrafficPolicy Cluster',
      '  in   10.244.1.11:8080  pod default/web-1 on node-1: ready',
      '  out  10.244.2.11  pod default/web-2 on node-2: no endpoint stands for it (yet)',
      'node-2, choice: a new connection gets the only one',
      'node-2, translation: 172.30.0.3:30081/TCP becomes 10.244.1.11:8080',
      'node-2, postrouting: masquerade: the backend sees the node’s address instead of 203.0.113.9, and answers by way of it',
      'node-2, route: to the backend',
      '  10.244.1.11 is on node-1, by way of 172.30.0.2; pod default/web-1 gets it at 8080/TCP (container web, port http); whether it listens is not known',
      'deliver node-2, 10.244.1.11 8080 web-1, listensUnknown, translated, masqueraded, sees 172.30.0.3',
    ],
  ],
  [
    'a node port of a node that has neither the sender nor the endpoint, policy Local',
    () =>
      walked('pod/client', '172.30.0.4:30081', {
        ...foreign,
        nodes: [node(1), node(2), node(3)],
        services: [open({ externalTrafficPolicy: 'Local' })],
        slices: http(second),
      }),
    [
      'pod default/client: sends from 10.244.1.9 to 172.30.0.4:30081/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 172.30.0.4:30081/TCP is no Service’s here: it goes on as it was addressed',
      'node-1, route: 172.30.0.4 is node-3',
      'node-3, prerouting: 172.30.0.4:30081/TCP is the node port of default/web, port http',
      'node-3, endpoints: 2 candidates, externalTrafficPolicy Local (spares pods and the node itself: all endpoints)',
      '  in   10.244.2.11:8080  pod default/web-2 on node-2: ready',
      '  out  10.244.1.11  pod default/web-1 on node-1: no endpoint stands for it (yet)',
      'node-3, choice: a new connection gets the only one',
      'node-3, translation: 172.30.0.4:30081/TCP becomes 10.244.2.11:8080',
      'node-3, postrouting: the source stays 10.244.1.9',
      'node-3, route: to the backend',
      '  10.244.2.11 is on node-2, by way of 172.30.0.3; pod default/web-2 gets it at 8080/TCP (container web, port http); whether it listens is not known',
      'the reply: 10.244.2.11 answers 10.244.1.9 directly, past node-3, which alone could turn the reply back: the sender takes it for a stranger’s, and waits',
      'astray node-3, 10.244.2.11 8080 web-2, listensUnknown, translated, sees 10.244.1.9',
    ],
  ],
  [
    'an external IP, which any node may get: affinity is not held',
    () =>
      walked('203.0.113.9', '203.0.113.5:80', {
        ...foreign,
        services: [{ ...external, spec: { ...external.spec, sessionAffinity: 'ClientIP' } } as Service],
      }),
    [
      '203.0.113.9: sends from 203.0.113.9 to 203.0.113.5:80/TCP; any node answers for 203.0.113.5, once the network outside leads it to one',
      'node-1 or node-2, prerouting: 203.0.113.5:80/TCP is an external IP of default/web, its only port',
      'node-1 or node-2, endpoints: 2 candidates, externalTrafficPolicy Cluster',
      '  in   10.244.1.11:8080  pod default/web-1 on node-1: ready',
      '  in   10.244.2.11:8080  pod default/web-2 on node-2: ready',
      'node-1 or node-2, choice: a new connection gets one of 2, by chance, each as likely; the node then gives the same client the same for 10800 seconds (ClientIP), but another node may give it another, and which node a connection passes is not the node’s choice: it is not held',
      'node-1 or node-2, translation: 203.0.113.5:80/TCP becomes 10.244.1.11:8080 or 10.244.2.11:8080',
      'node-1 or node-2, postrouting: masquerade: the backend sees the node’s address instead of 203.0.113.9, and answers by way of it',
      'node-1 or node-2, route: to the backends',
      '  10.244.1.11 is on node-1, by way of 172.30.0.2, or on this node already; pod default/web-1 gets it at 8080/TCP (container web, port http); whether it listens is not known',
      '  10.244.2.11 is on node-2, by way of 172.30.0.3, or on this node already; pod default/web-2 gets it at 8080/TCP (container web, port http); whether it listens is not known',
      'deliver node-1, 10.244.1.11 8080 web-1, listensUnknown, translated, masqueraded, sees 172.30.0.2',
      'deliver node-2, 10.244.1.11 8080 web-1, listensUnknown, translated, masqueraded, sees 172.30.0.3',
      'deliver node-1, 10.244.2.11 8080 web-2, listensUnknown, translated, masqueraded, sees 172.30.0.2',
      'deliver node-2, 10.244.2.11 8080 web-2, listensUnknown, translated, masqueraded, sees 172.30.0.3',
    ],
  ],
  [
    'an address of a load balancer that no node takes for a Service’s',
    () => walked('pod/client', '172.30.255.9:80', foreign),
    [
      'pod default/client: sends from 10.244.1.9 to 172.30.255.9:80/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 172.30.255.9:80/TCP is no Service’s here: it goes on as it was addressed',
      'outside: 172.30.255.9 is a load balancer’s, which takes it itself (ipMode Proxy) and sends it on as it is set up',
      'deliver node-1, 172.30.255.9 80, listensUnknown, sees 10.244.1.9',
    ],
  ],
  [
    'an address outside',
    () => walked('pod/client', '198.51.100.7:80', foreign),
    [
      'pod default/client: sends from 10.244.1.9 to 198.51.100.7:80/TCP; leaves the pod for its node, node-1',
      'node-1, prerouting: 198.51.100.7:80/TCP is no Service’s here: it goes on as it was addressed',
      'outside: 198.51.100.7 is no pod and no node: it goes the way that the node’s own routes lead',
      'deliver node-1, 198.51.100.7 80, listensUnknown, undeclared, sees 10.244.1.9',
    ],
  ],
  [
    'an address of pods, from outside',
    () => walked('203.0.113.9', '10.244.2.11:8080', foreign),
    [
      '203.0.113.9: sends from 203.0.113.9 to 10.244.2.11:8080/TCP; pods of 10.244.2.11 live on node-2, if the network outside has a route there',
      'node-2, prerouting: 10.244.2.11:8080/TCP is no Service’s here: it goes on as it was addressed',
      'node-2, route: 10.244.2.11 is on this node; pod default/web-2 gets it at 8080/TCP (container web, port http); whether it listens is not known',
      'deliver node-2, 10.244.2.11 8080 web-2, listensUnknown, sees 203.0.113.9',
    ],
  ],
  [
    'a ClusterIP, from outside',
    () => walked('203.0.113.9', '10.96.0.1:80', foreign),
    [
      '203.0.113.9: sends from 203.0.113.9 to 10.96.0.1:80/TCP; no network outside leads to a ClusterIP, as a rule',
      'unreachable',
    ],
  ],
]
for (const [about, got, lines] of OTHERS)
  test(`each hop of the walk in a cluster of others: ${about}`, () => assert.deepEqual(got(), lines))

test('the trace names who sends, from which address of the family that is asked, and from which node', () => {
  assert.deepEqual(ask('pod/client', '[fd00:10:96::77]:80').trace.source, {
    sender: { kind: 'pod', namespace: 'default', name: 'client' },
    address: 'fd00:10:244:1::9',
    node: 'node-1',
  })
  assert.deepEqual(ask('host', '10.96.0.1:80').trace.source, { sender: { kind: 'host' }, address: '172.30.0.1' })
})
