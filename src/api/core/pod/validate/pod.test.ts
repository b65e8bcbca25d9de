import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusals, refusedChange, refusedStatus } from '#api/testing/refusals.ts'

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const ADDRESS = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'

const container = (more: object = {}): object => ({ name: 'c', image: 'i', ...more })
const pod = (spec: object): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [container()], ...spec },
})

/** Holds whole lists of errors, each given without `spec.`. */
const hold = (cases: readonly (readonly [object, readonly string[]])[]): void => {
  for (const [spec, errors] of cases)
    assert.deepEqual(
      refusals(pod(spec)),
      errors.map((error) => `spec.${error}`),
      JSON.stringify(spec),
    )
}

test('a pod’s containers have names of their own, the first ones among them', () => {
  hold([
    [{}, []],
    [{ containers: [] }, ['containers: Required value']],
    [{ containers: [container(), container({ name: 'd' })], initContainers: [container({ name: 'e' })] }, []],
    [
      { containers: [container(), container()], initContainers: [container()] },
      ['containers[1].name: Duplicate value: "c"', 'initContainers[0].name: Duplicate value: "c"'],
    ],
    [{ containers: [container({ volumeMounts: [{ name: 'v', mountPath: '/a' }] })], volumes: [{ name: 'v' }] }, []],
    [{ volumes: [{ name: 'v' }, { name: 'v' }] }, ['volumes[1].name: Duplicate value: "v"']],
  ])
})

test('only a container that goes on beside the others is probed among the first', () => {
  const probe = { tcpSocket: { port: 1 } }
  const probes = { livenessProbe: probe, readinessProbe: probe, startupProbe: probe }
  const first = (more: object): object => ({ initContainers: [container({ name: 'i', ...probes, ...more })] })
  hold([
    [first({ restartPolicy: 'Always' }), []],
    [
      first({}),
      ['livenessProbe', 'readinessProbe', 'startupProbe'].map(
        (name) =>
          `initContainers[0].${name}: Forbidden: may not be set for init containers without restartPolicy=Always`,
      ),
    ],
  ])
})

test('ports of a pod in the node’s network are the node’s own', () => {
  const ports = [{ containerPort: 80 }, { containerPort: 81, hostPort: 82 }]
  hold([
    [
      { hostNetwork: true, containers: [container({ ports })] },
      ['containers[0].ports[1].hostPort: Invalid value: 82: must match `containerPort` when `hostNetwork` is true'],
    ],
    [{ containers: [container({ ports })] }, []],
  ])
})

test('a pod’s policies are ones that there are, and its own DNS has servers', () => {
  hold([
    ...['Always', 'OnFailure', 'Never'].map((restartPolicy) => [{ restartPolicy }, []] as const),
    ...['ClusterFirstWithHostNet', 'ClusterFirst', 'Default'].map((dnsPolicy) => [{ dnsPolicy }, []] as const),
    [
      { restartPolicy: 'Once', dnsPolicy: 'Never' },
      [
        'restartPolicy: Unsupported value: "Once": supported values: "Always", "OnFailure", "Never"',
        'dnsPolicy: Unsupported value: "Never": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
      ],
    ],
    [{ dnsPolicy: 'None', dnsConfig: { nameservers: ['192.0.2.1'] } }, []],
    [{ dnsPolicy: 'None' }, ['dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None']],
    [
      { dnsPolicy: 'None', dnsConfig: {} },
      ['dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None'],
    ],
    [{ dnsConfig: {} }, []],
    [{ dnsConfig: { nameservers: ['192.0.2.1', 'x'] } }, [`dnsConfig.nameservers[1]: Invalid value: "x": ${ADDRESS}`]],
  ])
})

test('names and numbers of a pod have the form that they must have', () => {
  const deadline = 'must be between 1 and 2147483647, inclusive'
  hold([
    [{ activeDeadlineSeconds: 1 }, []],
    [{ activeDeadlineSeconds: 2_147_483_647 }, []],
    [{ activeDeadlineSeconds: 0 }, [`activeDeadlineSeconds: Invalid value: 0: ${deadline}`]],
    [{ activeDeadlineSeconds: 2_147_483_648 }, [`activeDeadlineSeconds: Invalid value: 2147483648: ${deadline}`]],
    [{ serviceAccountName: 'a.b', nodeName: 'n.o', hostname: 'h', subdomain: 's', nodeSelector: { a: 'b' } }, []],
    [
      { serviceAccountName: 'A', nodeName: 'N', hostname: 'h.o', subdomain: 's.u', nodeSelector: { '/a': 'b' } },
      [
        'nodeSelector: Invalid value: "/a": prefix part must be non-empty',
        `serviceAccountName: Invalid value: "A": ${SUBDOMAIN}`,
        `nodeName: Invalid value: "N": ${SUBDOMAIN}`,
        `hostname: Invalid value: "h.o": ${LABEL}`,
        `subdomain: Invalid value: "s.u": ${LABEL}`,
      ],
    ],
    [
      {
        hostAliases: [{ ip: '192.0.2.1', hostnames: ['a', 'b.c'] }, { ip: 'x', hostnames: ['a', 'B'] }, { ip: '::1' }],
      },
      [
        `hostAliases[1].ip: Invalid value: "x": ${ADDRESS}`,
        `hostAliases[1].hostnames[1]: Invalid value: "B": ${SUBDOMAIN}`,
      ],
    ],
    [{ metadata: 1, volumes: [{}] }, ['volumes[0].name: Required value']],
  ])
  assert.deepEqual(refusals({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'P' }, spec: {} }), [
    `metadata.name: Invalid value: "P": ${SUBDOMAIN}`,
    'spec.containers: Required value',
  ])
})

test('a toleration says what it bears, and how long only of what drives pods away', () => {
  const key = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
  const seconds = "effect must be 'NoExecute' when `tolerationSeconds` is set"
  const exists = { key: 'a', operator: 'Exists', value: 'b' }
  hold([
    [
      {
        tolerations: [
          { key: 'a', value: 'b' },
          { key: 'a', operator: 'Lt', value: '1' },
          { key: 'a', operator: 'Gt', value: '1' },
          { operator: 'Exists' },
          { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 },
        ],
      },
      [],
    ],
    [
      { tolerations: [{ value: 'b' }, { key: 'a', tolerationSeconds: 1 }, { key: 'a', operator: 'Near' }, exists] },
      [
        `tolerations[0].operator: Invalid value: "": ${key}`,
        `tolerations[1].effect: Invalid value: "": ${seconds}`,
        'tolerations[2].operator: Unsupported value: "Near": supported values: "Equal", "Exists", "Lt", "Gt"',
        `tolerations[3].operator: Invalid value: "b": value must be empty when \`operator\` is 'Exists'`,
      ],
    ],
    [
      { tolerations: [{ operator: 'Equal', effect: 'NoSchedule', tolerationSeconds: 0 }] },
      [
        `tolerations[0].operator: Invalid value: "Equal": ${key}`,
        `tolerations[0].effect: Invalid value: "NoSchedule": ${seconds}`,
      ],
    ],
  ])
})

const MUTABLE =
  'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\nchanged: '

test('of a pod that exists, images, a shorter deadline and more tolerations may be set, and nothing else', () => {
  const change = (spec: object, next: object): readonly string[] =>
    refusedChange(pod(spec), (object) => {
      Object.assign(object.spec, next)
    })
  const full = {
    image: 'i',
    imagePullPolicy: 'Always',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  }
  const tolerations = [{ key: 'a' }, { key: 'b' }]
  const image = 'spec.containers[0].image: Required value'
  const shorter = 'spec.activeDeadlineSeconds: Invalid value:'
  const cases: readonly (readonly [object, object, readonly string[]])[] = [
    [{}, {}, []],
    [{}, { containers: [{ ...full, name: 'c', image: 'j' }] }, []],
    [{ initContainers: [container({ name: 'i' })] }, { initContainers: [{ ...full, name: 'i', image: 'j' }] }, []],
    [{}, { containers: [{ ...full, name: 'c', image: '' }] }, [image, image]],
    [{}, { containers: [{ ...full, name: 'd' }] }, [`${MUTABLE}spec.containers[0].name`]],
    [
      {},
      {
        containers: [
          { ...full, name: 'c' },
          { ...full, name: 'd' },
        ],
        hostNetwork: true,
      },
      ['spec.containers: Forbidden: pod updates may not add or remove containers'],
    ],
    [
      { initContainers: [container({ name: 'i' })] },
      { initContainers: undefined },
      ['spec.initContainers: Forbidden: pod updates may not add or remove containers'],
    ],
    [{}, { activeDeadlineSeconds: 5 }, []],
    [{ activeDeadlineSeconds: 5 }, { activeDeadlineSeconds: 5 }, []],
    [{ activeDeadlineSeconds: 5 }, { activeDeadlineSeconds: 4 }, []],
    [
      { activeDeadlineSeconds: 5 },
      { activeDeadlineSeconds: 6 },
      [`${shorter} 6: must be less than or equal to previous value`],
    ],
    [
      { activeDeadlineSeconds: 5 },
      { activeDeadlineSeconds: undefined },
      [`${shorter} null: must not update from a positive integer to nil value`],
    ],
    [{ tolerations }, { tolerations: [{ key: 'c' }, ...tolerations] }, []],
    [
      { tolerations },
      { tolerations: [{ key: 'a' }] },
      ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
    ],
    [{ terminationGracePeriodSeconds: -1 }, { terminationGracePeriodSeconds: 1 }, []],
    [
      { terminationGracePeriodSeconds: -1 },
      { terminationGracePeriodSeconds: 2 },
      [`${MUTABLE}spec.terminationGracePeriodSeconds`],
    ],
    [
      { terminationGracePeriodSeconds: 0 },
      { terminationGracePeriodSeconds: 1 },
      [`${MUTABLE}spec.terminationGracePeriodSeconds`],
    ],
    [{ nodeSelector: {} }, { nodeSelector: undefined }, []],
    [
      { nodeSelector: { a: 'b', c: 'd' }, hostname: 'h' },
      { nodeSelector: { a: 'x', e: 'f' }, hostname: 'i', volumes: [{ name: 'v' }] },
      [`${MUTABLE}spec.nodeSelector.a, spec.nodeSelector.e, spec.nodeSelector.c, spec.hostname, spec.volumes`],
    ],
    [
      { hostAliases: [{ ip: '192.0.2.1' }, { ip: '192.0.2.2' }] },
      { hostAliases: [{ ip: '192.0.2.1' }] },
      [`${MUTABLE}spec.hostAliases`],
    ],
  ]
  for (const [spec, next, errors] of cases) assert.deepEqual(change(spec, next), errors, JSON.stringify([spec, next]))
})

test('a kubelet reports addresses, one a family, and the node’s first as the one', () => {
  const report = (status: object): readonly string[] => refusedStatus(pod({}), status)
  const families = 'may specify no more than one IP for each IP family'
  assert.deepEqual(report({}), [])
  assert.deepEqual(
    report({
      podIP: '10.0.0.1',
      podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }],
      hostIP: '192.0.2.1',
      hostIPs: [{ ip: '192.0.2.1' }, { ip: 'fd00::2' }],
    }),
    [],
  )
  assert.deepEqual(report({ podIPs: [{}], hostIPs: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }], hostIP: '10.0.0.2' }), [
    `status.podIPs[0]: Invalid value: "": ${ADDRESS}`,
    'status.hostIPs[0].ip: Invalid value: "10.0.0.1": must be equal to `hostIP`',
    `status.hostIPs: Invalid value: [{"IP":"10.0.0.1"},{"IP":"10.0.0.2"}]: ${families}`,
  ])
  assert.deepEqual(report({ podIPs: [{ ip: 'x' }, { ip: 'y' }] }), [
    `status.podIPs[0]: Invalid value: "x": ${ADDRESS}`,
    `status.podIPs[1]: Invalid value: "y": ${ADDRESS}`,
    `status.podIPs: Invalid value: [{"IP":"x"},{"IP":"y"}]: ${families}`,
  ])
})
