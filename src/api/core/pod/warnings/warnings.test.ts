import assert from 'node:assert/strict'
import { test } from 'node:test'
import { container, podOf } from '#api/testing/pods.ts'
import { created } from '#api/testing/refusals.ts'
import type { Pod } from '../message.ts'
import { podWarnings, templateWarnings } from './warnings.ts'

const warned = (spec: object, metadata: object = {}): readonly string[] =>
  podWarnings(created(podOf(spec, metadata)) as Pod, true)
const hold = (cases: readonly (readonly [object, readonly string[]])[]): void => {
  for (const [spec, texts] of cases)
    assert.deepEqual(
      warned(spec),
      texts.map((text) => `spec.${text}`),
      JSON.stringify(spec),
    )
}

test('labels of nodes that have another name now, and selectors that choose nothing, are spoken of', () => {
  const none = 'a null labelSelector results in matching no pod'
  const arch = 'deprecated since v1.14; use "kubernetes.io/arch" instead'
  const terms = [{ matchExpressions: [{ key: 'beta.kubernetes.io/arch', operator: 'Exists' }] }]
  const required = 'requiredDuringSchedulingIgnoredDuringExecution'
  const spread = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }
  hold([
    [{}, []],
    [{ nodeSelector: { 'beta.kubernetes.io/arch': 'amd64' } }, [`nodeSelector[beta.kubernetes.io/arch]: ${arch}`]],
    [
      { affinity: { nodeAffinity: { [required]: { nodeSelectorTerms: terms } } } },
      [
        `affinity.nodeAffinity.${required}.nodeSelectorTerms[0].matchExpressions[0].key: beta.kubernetes.io/arch is ${arch}`,
      ],
    ],
    [{ topologySpreadConstraints: [spread] }, [`topologySpreadConstraints[0].labelSelector: ${none}`]],
    [
      { affinity: { podAntiAffinity: { [required]: [{ topologyKey: 'zone' }] } } },
      [`affinity.podAntiAffinity.${required}[0].labelSelector: ${none}`],
    ],
  ])
})

test('what is said twice, or for nothing, is spoken of', () => {
  const env = (...all: object[]) => ({ containers: [container({ env: all })] })
  const port = (more: object = {}) => ({ containerPort: 80, ...more })
  const ports = (...all: object[]) => ({ containers: [container({ ports: all })] })
  hold([
    [env({ name: 'A', value: 'x' }, { name: 'A', value: '$(A)y' }), []],
    [
      env({ name: 'A', value: 'x' }, { name: 'A', value: '$(A)' }),
      ['containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply'],
    ],
    [
      env({ name: 'A', value: 'x' }, { name: 'A', value: 'y' }),
      ['containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply'],
    ],
    [ports(port(), port()), ['containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]']],
    [
      ports(port({ hostPort: 1 }), port()),
      ['containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]'],
    ],
    [
      ports(port({ hostPort: 1, hostIP: '127.0.0.1' }), port({ hostPort: 1 })),
      ['containers[0].ports[1]: dangerously ambiguous port definition with spec.containers[0].ports[0]'],
    ],
    [
      { imagePullSecrets: [{ name: 'a' }, { name: 'a' }, {}] },
      ['imagePullSecrets[1].name: duplicate name "a"', 'imagePullSecrets[2].name: invalid empty name ""'],
    ],
    [{ hostAliases: [{ ip: '10.0.0.1' }, { ip: '10.0.0.1' }] }, ['hostAliases[1].ip: duplicate ip "10.0.0.1"']],
    [
      { containers: [container({ resources: { requests: { memory: '100m' } } })] },
      ['containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer'],
    ],
  ])
})

test('volumes that nothing serves any more, and files in the place of a token, are spoken of', () => {
  const token = { serviceAccountToken: { path: 'token' } }
  const file = { configMap: { name: 'c', items: [{ key: 'k', path: 'token' }] } }
  hold([
    [
      { volumes: [{ name: 'v', flocker: { datasetName: 'x' } }] },
      ['volumes[0].flocker: deprecated in v1.22, non-functional in v1.25+'],
    ],
    [
      { serviceAccountName: 'a', volumes: [{ name: 'v', projected: { sources: [token, file] } }] },
      ['volumes[0].projected.sources.configMap[0]: has duplicated path with ServiceAccountToken "token"'],
    ],
  ])
})

test('a name that is no label, and annotations that mean nothing any more, are spoken of', () => {
  assert.match(
    warned({}, { name: 'a.b' })[0]!,
    /^metadata\.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: \[a lowercase RFC 1123 label/,
  )
  const seccomp = 'seccomp.security.alpha.kubernetes.io/pod'
  const critical = 'scheduler.alpha.kubernetes.io/critical-pod'
  assert.deepEqual(warned({}, { annotations: { [seccomp]: 'runtime/default', [critical]: '' } }), [
    `metadata.annotations[${critical}]: non-functional in v1.16+; use the "priorityClassName" field instead`,
    `metadata.annotations[${seccomp}]: non-functional in v1.27+; use the "seccompProfile" field instead`,
  ])
  const appArmor = 'container.apparmor.security.beta.kubernetes.io/c'
  const template = { metadata: { annotations: { [appArmor]: 'unconfined' } }, spec: { containers: [{ name: 'c' }] } }
  assert.deepEqual(templateWarnings(template as never, 'spec.template'), [
    `spec.template.metadata.annotations[${appArmor}]: deprecated since v1.30; use the "appArmorProfile" field instead`,
  ])
})

test('a template with less than no patience is spoken of; a pod has a second of it instead', () => {
  const spec = { containers: [container()], terminationGracePeriodSeconds: -1 }
  assert.deepEqual(warned(spec), [])
  assert.deepEqual(templateWarnings({ spec } as never, 'spec.template'), [
    'spec.template.spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
  ])
})
