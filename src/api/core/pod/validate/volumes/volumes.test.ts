import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VolumeMount } from '#api/core/pod/spec/container.ts'
import type { Volume } from '#api/core/pod/volume/volume.ts'
import { textsOf } from '#api/testing/refusals.ts'
import { validateMounts } from '../container/mounts.ts'
import { validateVolumes } from './volumes.ts'

const VOLUMES = new Map([['v', { name: 'v', emptyDir: {} } as Volume]])
const refusals = (...volumes: object[]): readonly string[] =>
  textsOf(validateVolumes(volumes as Volume[], 'spec.volumes'))

test('a hostPath, and a configMap’s item, that climbs is refused as kube-apiserver 1.36 was recorded to do', () => {
  assert.deepEqual(
    refusals(
      { name: 'Bad', hostPath: { path: '/tmp/../etc' } },
      { name: 'cm', configMap: { name: 'x', items: [{ key: 'a', path: '../x' }] } },
    ),
    [
      `spec.volumes[0].hostPath.path: Invalid value: "/tmp/../etc": must not contain '..'`,
      "spec.volumes[0].name: Invalid value: \"Bad\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      `spec.volumes[1].configMap.items[0].path: Invalid value: "../x": must not contain '..'`,
    ],
  )
})

test('a path that the kubelet would write or mount is refused where it leads out, whatever the source of the volume', () => {
  const bad: readonly (readonly [string, readonly string[]])[] = [
    ['/abs', ['must be a relative path']],
    ['a/../../b', ["must not contain '..'"]],
    ['..', ["must not contain '..'"]],
    ['/../x', ['must be a relative path', "must not contain '..'"]],
    ['..data', ["must not start with '..'"]],
    ['..data/x', ["must not start with '..'"]],
  ]
  const sources: readonly (readonly [string, (path: string) => object])[] = [
    ['configMap.items[0]', (path) => ({ configMap: { name: 'c', items: [{ key: 'k', path }] } })],
    ['secret.items[0]', (path) => ({ secret: { secretName: 's', items: [{ key: 'k', path }] } })],
    ['downwardAPI', (path) => ({ downwardAPI: { items: [{ path, fieldRef: { fieldPath: 'metadata.name' } }] } })],
    [
      'projected.sources[0].configMap.items[0]',
      (path) => ({ projected: { sources: [{ configMap: { name: 'c', items: [{ key: 'k', path }] } }] } }),
    ],
    [
      'projected.sources[0].secret.items[0]',
      (path) => ({ projected: { sources: [{ secret: { name: 's', items: [{ key: 'k', path }] } }] } }),
    ],
    [
      'projected.sources[0].downwardAPI',
      (path) => ({
        projected: { sources: [{ downwardAPI: { items: [{ path, fieldRef: { fieldPath: 'metadata.uid' } }] } }] },
      }),
    ],
    ['projected', (path) => ({ projected: { sources: [{ serviceAccountToken: { path, expirationSeconds: 600 } }] } })],
  ]
  for (const [at, source] of sources) {
    for (const [path, details] of bad)
      assert.deepEqual(
        refusals({ name: 'v', ...source(path) }),
        details.map((detail) => `spec.volumes[0].${at}.path: Invalid value: ${JSON.stringify(path)}: ${detail}`),
      )
    assert.deepEqual(refusals({ name: 'v', ...source('') }), [`spec.volumes[0].${at}.path: Required value`])
    for (const path of ['a', 'a/b..c', 'a/..b']) assert.deepEqual(refusals({ name: 'v', ...source(path) }), [], at)
  }
})

test('a subPath and a subPathExpr are relative and do not climb', () => {
  const container = (mount: Partial<VolumeMount>): readonly string[] =>
    textsOf(
      validateMounts(
        { name: 'c', volumeMounts: [{ name: 'v', mountPath: '/v', ...mount } as VolumeMount] },
        'c',
        VOLUMES,
      ),
    )
  for (const field of ['subPath', 'subPathExpr'] as const) {
    const at = `c.volumeMounts.${field}: Invalid value:`
    assert.deepEqual(container({ [field]: '/a' }), [`${at} "/a": must be a relative path`])
    assert.deepEqual(container({ [field]: 'a/..' }), [`${at} "a/..": must not contain '..'`])
    assert.deepEqual(container({ [field]: 'a/..b' }), [])
  }
  assert.deepEqual(container({ subPath: 'a', subPathExpr: 'b' }), [
    'c.volumeMounts[0].subPathExpr: Invalid value: "b": subPathExpr and subPath are mutually exclusive',
  ])
})

test('what else a volume’s files must have is asked for in Kubernetes’ words', () => {
  const mode = 'must be a number between 0 and 0777 (octal), both inclusive'
  const file = (more: object) => ({ name: 'v', downwardAPI: { items: [{ path: 'p', ...more }] } })
  const projected = (...sources: object[]) => ({ name: 'v', projected: { sources } })
  const keyed = (name: string, path = 'same') => ({ name, items: [{ key: 'k', path }] })
  const cases: readonly (readonly [object, readonly string[]])[] = [
    [{ name: 'v', hostPath: { path: '' } }, ['hostPath.path: Required value']],
    [
      { name: 'v', configMap: { name: 'c', defaultMode: 0o1000 } },
      [`configMap.defaultMode: Invalid value: 512: ${mode}`],
    ],
    [
      { name: 'v', secret: { secretName: 's', items: [{ key: '', path: 'p', mode: -1 }] } },
      ['secret.items[0].key: Required value', `secret.items[0].mode: Invalid value: -1: ${mode}`],
    ],
    [file({}), ['downwardAPI: Required value: one of fieldRef and resourceFieldRef is required']],
    [
      file({ fieldRef: { fieldPath: 'status.podIP' } }),
      [
        'downwardAPI.fieldRef.fieldPath: Unsupported value: "status.podIP": supported values: "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"',
      ],
    ],
    [
      file({ resourceFieldRef: { resource: 'limits.cpu' } }),
      ['downwardAPI.resourceFieldRef.containerName: Required value'],
    ],
    [
      projected({ configMap: keyed('a') }, { secret: keyed('b') }),
      ['projected: Invalid value: "b": conflicting duplicate paths'],
    ],
    [
      projected({ configMap: keyed('a'), secret: keyed('b', 'other') }),
      ['projected.sources[0]: Forbidden: may not specify more than 1 volume type per source'],
    ],
    [projected({ serviceAccountToken: { path: 't', expirationSeconds: 600 } }), []],
    [projected({ serviceAccountToken: { path: 't', expirationSeconds: 2 ** 32 } }), []],
    [
      projected({ serviceAccountToken: { path: 't', expirationSeconds: 2 ** 32 + 1 } }),
      [
        'projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
      ],
    ],
    [
      projected(
        { serviceAccountToken: { path: 't', expirationSeconds: 600 } },
        { downwardAPI: { items: [{ path: 't', fieldRef: { fieldPath: 'metadata.name' } }] } },
      ),
      [],
    ],
    [
      projected(
        { downwardAPI: { items: [{ path: 't', fieldRef: { fieldPath: 'metadata.name' } }] } },
        { configMap: keyed('a', 't') },
      ),
      ['projected: Invalid value: "a": conflicting duplicate paths'],
    ],
    [{ name: 'v', projected: { defaultMode: -1 } }, [`projected.defaultMode: Invalid value: -1: ${mode}`]],
    [{ name: 'v', projected: {} }, []],
    [projected({ secret: {}, configMap: undefined }), ['projected.sources[0].secret.name: Required value']],
    [projected({ configMap: {} }), ['projected.sources[0].configMap.name: Required value']],
    [{ name: 'v', secret: {} }, ['secret.secretName: Required value']],
    [{ name: 'v', configMap: {} }, ['configMap.name: Required value']],
    [{ name: 'v', persistentVolumeClaim: {} }, ['persistentVolumeClaim.claimName: Required value']],
    [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }, []],
    [
      { name: 'v', emptyDir: {}, hostPath: { path: '/' }, configMap: undefined },
      ['hostPath: Forbidden: may not specify more than 1 volume type'],
    ],
    [{ name: 'v', secret: { secretName: 's', defaultMode: 0o777, items: [{ key: 'k', path: 'p', mode: 0 }] } }, []],
    [{ name: 'v', downwardAPI: { defaultMode: 0o1000 } }, [`downwardAPI.defaultMode: Invalid value: 512: ${mode}`]],
    [{ name: 'v', secret: { secretName: 's', defaultMode: -1 } }, [`secret.defaultMode: Invalid value: -1: ${mode}`]],
    [
      file({ fieldRef: { fieldPath: "metadata.labels['a']" }, mode: 0o1000 }),
      [`downwardAPI.mode: Invalid value: 512: ${mode}`],
    ],
    [file({ fieldRef: {} }), ['downwardAPI.fieldRef.fieldPath: Required value']],
    [file({ resourceFieldRef: {} }), ['downwardAPI.resourceFieldRef.containerName: Required value']],
    [file({ resourceFieldRef: { containerName: 'c', resource: 'limits.cpu' } }), []],
    [
      file({ fieldRef: { fieldPath: 'metadata.uid' }, resourceFieldRef: { containerName: 'c', resource: 'r' } }),
      ['downwardAPI: Invalid value: "resource": fieldRef and resourceFieldRef can not be specified simultaneously'],
    ],
    ...[
      'metadata.annotations',
      'metadata.labels',
      'metadata.name',
      'metadata.namespace',
      'metadata.uid',
      "metadata.annotations['a']",
    ].map((fieldPath) => [file({ fieldRef: { fieldPath } }), []] as const),
    [
      projected({ serviceAccountToken: { path: 't', expirationSeconds: 599 } }),
      [
        'projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
      ],
    ],
  ]
  for (const [volume, errors] of cases)
    assert.deepEqual(
      refusals(volume),
      errors.map((error) => `spec.volumes[0].${error}`),
    )
})

test('a volume has a name of its own and a source', () => {
  assert.deepEqual(
    refusals({ name: 'a' }, { emptyDir: {} }, { name: 'b', emptyDir: {} }, { name: 'b', emptyDir: {} }),
    [
      'spec.volumes[0]: Required value: must specify a volume type',
      'spec.volumes[1].name: Required value',
      'spec.volumes[3].name: Duplicate value: "b"',
    ],
  )
})
