import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { podReferences } from './pod-references.ts'

const names = (spec: object): Readonly<Record<string, readonly string[]>> => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec } as unknown as Pod
  const { secrets, configMaps, claims } = podReferences(pod)
  return { secrets: [...secrets].sort(), configMaps: [...configMaps].sort(), claims: [...claims].sort() }
}

test('a pod names Secrets, ConfigMaps and claims wherever it may, each once', () => {
  const container = (prefix: string) => ({
    env: [
      { name: 'a', valueFrom: { secretKeyRef: { name: `${prefix}-key`, key: 'k' } } },
      { name: 'b', valueFrom: { configMapKeyRef: { name: `${prefix}-map`, key: 'k' } } },
      { name: 'c', value: 'plain' },
    ],
    envFrom: [{ secretRef: { name: `${prefix}-all` } }, { configMapRef: { name: `${prefix}-maps` } }],
  })
  const spec = {
    imagePullSecrets: [{ name: 'pull' }, {}],
    containers: [container('c'), container('c')],
    initContainers: [container('i')],
    ephemeralContainers: [container('e')],
    volumes: [
      { name: 's', secret: { secretName: 'volume' } },
      { name: 'm', configMap: { name: 'volume-map' } },
      { name: 'p', persistentVolumeClaim: { claimName: 'claim' } },
      { name: 'scratch', ephemeral: {} },
      {
        name: 'j',
        projected: { sources: [{ secret: { name: 'projected' } }, { configMap: { name: 'projected-map' } }, {}] },
      },
      { name: 'az', azureFile: { secretName: 'azure', shareName: 's' } },
      { name: 'csi', csi: { nodePublishSecretRef: { name: 'csi' } } },
      ...['cephfs', 'cinder', 'flexVolume', 'iscsi', 'rbd', 'scaleIO', 'storageos'].map((kind) => ({
        name: kind.toLowerCase(),
        [kind]: { secretRef: { name: `of-${kind}` } },
      })),
      { name: 'none', emptyDir: {} },
    ],
  }
  assert.deepEqual(names(spec), {
    secrets: [
      'azure',
      'c-all',
      'c-key',
      'csi',
      'e-all',
      'e-key',
      'i-all',
      'i-key',
      'of-cephfs',
      'of-cinder',
      'of-flexVolume',
      'of-iscsi',
      'of-rbd',
      'of-scaleIO',
      'of-storageos',
      'projected',
      'pull',
      'volume',
    ],
    configMaps: ['c-map', 'c-maps', 'e-map', 'e-maps', 'i-map', 'i-maps', 'projected-map', 'volume-map'],
    claims: ['claim', 'web-scratch'],
  })
  assert.deepEqual(names({ containers: [] }), { secrets: [], configMaps: [], claims: [] })
})
