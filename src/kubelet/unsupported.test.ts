import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { unsupported } from './unsupported.ts'

const pod = (spec: Partial<NonNullable<Pod['spec']>>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-0', namespace: 'shop' },
  spec: { containers: [], ...spec },
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
      containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 80 }] }],
      runtimeClassName: 'gvisor',
    }),
    ['!spec.volumes[v].nfs', '!spec.volumes[e].emptyDir.medium', '!spec.runtimeClassName'],
  )
  assert.deepEqual(
    fields({
      imagePullSecrets: [{ name: 's' }],
      hostPID: true,
      hostIPC: true,
      hostUsers: false,
      securityContext: {
        fsGroup: 2000,
        supplementalGroups: [3000],
        supplementalGroupsPolicy: 'Merge',
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'c',
          securityContext: {
            allowPrivilegeEscalation: false,
            procMount: 'Unmasked',
            seccompProfile: { type: 'Localhost', localhostProfile: 'p.json' },
            appArmorProfile: { type: 'Localhost', localhostProfile: 'p' },
          },
        },
      ],
    }),
    [],
  )
})

test('whatever keeps a pod from starting says what to do instead', () => {
  const everything = {
    volumes: [
      { name: 'nfs', nfs: { server: 's', path: '/' } },
      { name: 'medium', emptyDir: { medium: 'HugePages' } },
      { name: 'projected', projected: { sources: [{ clusterTrustBundle: { path: 'p' } }] } },
    ],
    securityContext: {
      seLinuxOptions: {},
      windowsOptions: {},
    },
    containers: [
      {
        name: 'c',
        volumeMounts: [
          {
            name: 'nfs',
            mountPath: '/m',
            mountPropagation: 'Bidirectional',
            recursiveReadOnly: 'Enabled',
          },
        ],
        volumeDevices: [{ name: 'd', devicePath: '/d' }],
        lifecycle: { postStart: { tcpSocket: { port: 1 } } },
        resources: { claims: [{ name: 'gpu' }] },
      },
    ],
    runtimeClassName: 'gvisor',
    resourceClaims: [{ name: 'gpu' }],
  } as unknown as Partial<NonNullable<Pod['spec']>>
  const refused = unsupported(pod(everything)).filter(({ refused }) => refused)
  assert.equal(refused.length, 12)
  assert.deepEqual(
    refused.filter(({ reason }) => !/: (?:use|leave) /.test(reason)),
    [],
  )
})
