import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { refusals as created, refusedStatus, refusedChange as updated } from '#api/testing/refusals.ts'

const service = (spec: object, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 's', ...metadata },
  spec,
})
const pod = (spec: object): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec })
const container = (more: object = {}): object => ({ name: 'c', image: 'i', ...more })
const deployment = (spec: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd' },
  spec: {
    selector: { matchLabels: { app: 'a' } },
    template: { metadata: { labels: { app: 'a' } }, spec: { containers: [container()] } },
    ...spec,
  },
})

describe('validateCreate()', () => {
  const refused: readonly (readonly [string, object, readonly string[]])[] = [
    ['a Service without ports', service({}), ['spec.ports: Required value']],
    [
      'a Service with two ports of one name',
      service({
        ports: [
          { name: 'a', port: 1 },
          { name: 'a', port: 2 },
        ],
      }),
      ['spec.ports[1].name: Duplicate value: "a"'],
    ],
    [
      'an unknown protocol',
      service({ ports: [{ port: 80, protocol: 'ICMP' }] }),
      ['spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"'],
    ],
    [
      'an affinity of more than a day',
      service({
        ports: [{ port: 80 }],
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 86401 } },
      }),
      [
        'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400',
      ],
    ],
    ['an ExternalName without a name', service({ type: 'ExternalName' }), ['spec.externalName: Required value']],
    [
      'a health check node port without policy Local',
      service({ type: 'LoadBalancer', healthCheckNodePort: 30200, ports: [{ port: 80 }] }),
      [
        "spec.healthCheckNodePort: Invalid value: 30200: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ],
    ],
    [
      'a load balancer class on a ClusterIP',
      service({ loadBalancerClass: 'example.com/x', ports: [{ port: 80 }] }),
      ["spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    ],
    [
      'a label value with a space',
      service({ ports: [{ port: 80 }] }, { labels: { a: 'x y' } }),
      [
        "metadata.labels: Invalid value: \"x y\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      ],
    ],
    [
      'an object without a name',
      service({ ports: [{ port: 80 }] }, { name: undefined }),
      ['metadata.name: Required value: name or generateName is required'],
    ],
    [
      'a loopback external IP',
      service({ externalIPs: ['127.0.0.1'], ports: [{ port: 80 }] }),
      ['spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ],
    [
      'two addresses of one family',
      service({ clusterIPs: ['10.0.0.1', '10.0.0.2'], clusterIP: '10.0.0.1', ports: [{ port: 80 }] }),
      ['spec.clusterIPs: Invalid value: ["10.0.0.1","10.0.0.2"]: may specify no more than one IP for each IP family'],
    ],
    [
      'a Deployment whose selector is not in its template',
      deployment({ selector: { matchLabels: { app: 'b' } } }),
      ['spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`'],
    ],
    [
      'a Deployment without a selector',
      deployment({ selector: undefined }),
      [
        'spec.selector: Required value',
        'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
      ],
    ],
    [
      'a rolling update that may neither add nor take away',
      deployment({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } }),
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0'],
    ],
    [
      'negative replicas',
      deployment({ replicas: -1 }),
      ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'a container without an image',
      pod({ containers: [{ name: 'c' }] }),
      ['spec.containers[0].image: Required value'],
    ],
    [
      'two containers of one name',
      pod({ containers: [container(), container()] }),
      ['spec.containers[1].name: Duplicate value: "c"'],
    ],
    [
      'a mount of no volume',
      pod({ containers: [container({ volumeMounts: [{ name: 'v', mountPath: '/v' }] })] }),
      ['spec.containers[0].volumeMounts[0].name: Not found: "v"'],
    ],
    [
      'a probe that does nothing',
      pod({ containers: [container({ readinessProbe: {} })] }),
      ['spec.containers[0].readinessProbe: Required value: must specify a handler type'],
    ],
    [
      'a request above its limit',
      pod({ containers: [container({ resources: { limits: { cpu: '1' }, requests: { cpu: '1500m' } } })] }),
      ['spec.containers[0].resources.requests: Invalid value: "1500m": must be less than or equal to cpu limit of 1'],
    ],
    [
      'an unknown restart policy',
      pod({ restartPolicy: 'Sometimes', containers: [container()] }),
      ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
    ],
    [
      'a loopback endpoint',
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 's' },
        addressType: 'IPv4',
        ports: [{ port: 80 }],
        endpoints: [{ addresses: ['127.0.0.1'] }],
      },
      [
        'endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      ],
    ],
    [
      'an Endpoints subset of no address',
      { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'e' }, subsets: [{ ports: [{ port: 80 }] }] },
      ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`'],
    ],
    [
      'a TLS Secret without its key',
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's' },
        type: 'kubernetes.io/tls',
        stringData: { 'tls.crt': 'x' },
      },
      ['data[tls.key]: Required value'],
    ],
    [
      'a Lease of no length',
      {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'l' },
        spec: { leaseDurationSeconds: 0 },
      },
      ['spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0'],
    ],
    [
      'a taint without an effect',
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: { taints: [{ key: 'a' }] } },
      ['metadata.taints[0].effect: Required value'],
    ],
    [
      'a namespaced Node',
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', namespace: 'x' } },
      ['metadata.namespace: Forbidden: not allowed on this type'],
    ],
  ]
  for (const [what, object, errors] of refused) test(`refuses ${what}`, () => assert.deepEqual(created(object), errors))

  const taken: readonly (readonly [string, object])[] = [
    [
      'a pod with everything',
      pod({
        containers: [
          container({
            ports: [{ name: 'web', containerPort: 80 }],
            readinessProbe: { httpGet: { port: 'web' } },
            env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
            volumeMounts: [{ name: 'v', mountPath: '/v' }],
            resources: { limits: { cpu: '1' } },
          }),
        ],
        volumes: [{ name: 'v' }],
      }),
    ],
    [
      'a Service of both families',
      service({ clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1', 'fd00::1'], ports: [{ port: 80 }] }),
    ],
    [
      'one port for TCP and UDP',
      service({
        ports: [
          { name: 'a', port: 53 },
          { name: 'b', port: 53, protocol: 'UDP' },
        ],
      }),
    ],
    ['a Deployment', deployment()],
    [
      'a ConfigMap',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt' }, data: { 'ca.crt': 'x' } },
    ],
    [
      'an Event of a namespace',
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: 'e.1' },
        involvedObject: { kind: 'Pod', namespace: 'default', name: 'p' },
      },
    ],
  ]
  for (const [what, object] of taken) test(`takes ${what}`, () => assert.deepEqual(created(object), []))
})

describe('validateUpdate()', () => {
  test('keeps a cluster IP, and lets it go with the type', () => {
    const before = service({ clusterIP: '10.96.0.5', ports: [{ port: 80 }] })
    const changed = updated(before, (object) => {
      object.spec.clusterIP = '10.96.0.99'
    })
    assert.deepEqual(changed, ['spec.clusterIPs[0]: Invalid value: ["10.96.0.99"]: may not change once set'])
    const toName = updated(before, (object) => {
      object.spec.type = 'ExternalName'
      object.spec.externalName = 'example.org'
    })
    assert.deepEqual(toName, [])
  })
  test('gives node ports and policy back when a NodePort becomes a ClusterIP, and refuses a new node port then', () => {
    const before = service({ type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] })
    const back = (more: (object: any) => void): readonly string[] =>
      updated(before, (object) => {
        object.spec.type = 'ClusterIP'
        more(object)
      })
    assert.deepEqual(
      back(() => {}),
      [],
    )
    assert.deepEqual(
      back((object) => {
        object.spec.ports[0].nodePort = 30081
      }),
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    )
  })
  test('keeps a selector of a Deployment', () => {
    const errors = updated(deployment(), (object) => {
      object.spec.selector.matchLabels.app = 'b'
      object.spec.template.metadata.labels.app = 'b'
    })
    assert.deepEqual(errors, ['spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable'])
  })
  test('lets a pod change its image and little else', () => {
    const before = pod({ containers: [container()] })
    assert.deepEqual(
      updated(before, (object) => {
        object.spec.containers[0].image = 'j'
      }),
      [],
    )
    const [error] = updated(before, (object) => {
      object.spec.hostNetwork = true
    })
    assert.match(error!, /^spec: Forbidden: pod updates may not change fields other than `spec.containers\[\*\].image`/)
    assert.match(error!, /changed: spec\.hostNetwork/)
  })
  test('lets a node report each address once, two of one type beside each other', () => {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } }
    const report = (...addresses: readonly string[]): readonly string[] =>
      refusedStatus(node, { addresses: addresses.map((address) => ({ type: 'InternalIP', address })) })
    assert.deepEqual(report('172.30.0.2', 'fd00::2'), [])
    assert.deepEqual(report('fd00::2', 'fd00::2'), [
      'status.addresses[1]: Duplicate value: {"Type":"InternalIP","Address":"fd00::2"}',
    ])
  })
  test('keeps what is immutable in a Secret and in metadata', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', uid: 'u' },
      data: { a: 'YQ==' },
      immutable: true,
    }
    const errors = updated(secret, (object) => {
      object.data.a = 'Yg=='
    })
    assert.deepEqual(errors, ['data: Forbidden: field is immutable when `immutable` is set'])
    assert.deepEqual(
      updated(secret, (object) => {
        object.metadata.uid = 'v'
      }),
      ['metadata.uid: Invalid value: "v": field is immutable'],
    )
  })
})
