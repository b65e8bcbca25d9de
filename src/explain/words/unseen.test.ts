import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Unseen } from '../trace/unseen.ts'
import { unseenText } from './unseen.ts'

const TABLE: readonly (readonly [unseen: Unseen, text: string])[] = [
  [
    { code: 'api-only', server: 'https://10.0.0.1:6443' },
    'only the API of https://10.0.0.1:6443 was asked: this is what kube-proxy’s contract says should happen',
  ],
  [{ code: 'listeners-and-kernels' }, 'what programs listen on, and what the nodes’ kernels hold'],
  [
    { code: 'proxy-flags' },
    'kube-proxy’s own flags (--nodeport-addresses, --masquerade-all, --cluster-cidr), and rules of others',
  ],
  [
    { code: 'pod-ranges' },
    'the ranges of pods: nodes name none, so the addresses of the pods that are there stand for them',
  ],
  [{ code: 'service-range', known: [] }, 'the range of Services: give --service-cidr'],
  [
    { code: 'service-range', known: ['10.96.0.0/16', 'fd00::/112'] },
    'the range of Services, which no API tells: at least 10.96.0.0/16 and fd00::/112; --service-cidr gives it',
  ],
  [
    { code: 'resource', resource: 'deployments', why: 'forbidden' },
    'deployments (forbidden): cures change pods, not what makes them',
  ],
  [
    { code: 'resource', resource: 'replicasets', why: 'not-served' },
    'replicasets (not served): one that is scaled to 0 is not recognised',
  ],
  [{ code: 'resource', resource: 'events', why: 'forbidden' }, 'events (forbidden): why a probe fails is not quoted'],
  [
    { code: 'resource', resource: 'namespaces', why: 'forbidden' },
    'namespaces (forbidden): one that does not exist is not recognised, and policies are not looked at',
  ],
  [
    { code: 'agents' },
    'the agents do not answer: no kernel was asked what it holds, so this is what the rules should do; --live sends real packets',
  ],
  [
    { code: 'of-others', what: 'proxy' },
    'what the nodes’ kernels hold of Services, since the proxy is others’ here (--without proxy): this is what kube-proxy’s contract says should happen',
  ],
  [
    { code: 'of-others', what: 'dns' },
    'what DNS answers, since it is others’ here (--without dns): this is what the specification says that it should',
  ],
  [
    { code: 'of-others', what: 'network' },
    'how packets get from a node to a pod and on, since the pod network is others’ here (--network none): it is taken to do what Kubernetes asks of it',
  ],
  [
    { code: 'of-others', what: 'policies' },
    'what the nodes’ kernels hold of NetworkPolicies, since others keep them here (--without policies, or network): they are taken to do what Kubernetes asks of them',
  ],
  [
    { code: 'of-others', what: 'gateway' },
    'what becomes of requests at Ingresses and Gateways, since others serve them here (--without gateway)',
  ],
  [
    { code: 'kernels-behind', nodes: ['node-1', 'node-2'] },
    'what is still to be written to the kernel of node-1, node-2',
  ],
  [{ code: 'kernels-silent', nodes: ['node-1', 'node-2'] }, 'the kernel of node-1, node-2: its agent tells nothing'],
]

test('what nobody could look at is one line, with what follows from it', () => {
  for (const [unseen, text] of TABLE) assert.equal(unseenText(unseen), text)
})

test('what depends on the mode of a proxy names the modes', () => {
  const modes = /iptables|nftables|IPVS|eBPF/
  for (const about of [
    'node-port-at-localhost',
    'node-port-addresses',
    'refusal',
    'port-not-served',
    'address-unassigned',
    'affinity-client',
    'policy-local',
    'source-seen',
  ] as const) {
    const text = unseenText({ code: 'proxy-mode', about })
    assert.match(text, /^which mode its proxy has, and so /)
    assert.match(text, modes)
  }
})
