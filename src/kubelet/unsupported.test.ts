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
      resourceClaims: [{ name: 'gpu' }],
    }),
    ['!spec.volumes[v].nfs', '!spec.volumes[e].emptyDir.medium', '!spec.resourceClaims'],
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

test('options of SELinux and of Windows keep no pod from starting, and are told of where they say something', () => {
  const fields = (securityContext: NonNullable<Pod['spec']>['securityContext']) =>
    unsupported(pod({ securityContext, containers: [{ name: 'c', securityContext }] })).map(({ field, refused }) =>
      refused ? `!${field}` : field,
    )
  assert.deepEqual(fields({ seLinuxOptions: {}, windowsOptions: {} }), [])
  assert.deepEqual(fields({ seLinuxOptions: { type: 'spc_t' }, windowsOptions: { runAsUserName: 'me' } }), [
    'spec.containers[c].securityContext.seLinuxOptions',
    'spec.containers[c].securityContext.windowsOptions',
    'spec.securityContext.seLinuxOptions',
    'spec.securityContext.windowsOptions',
  ])
})

test('whatever keeps a pod from starting says what to do instead', () => {
  const everything = {
    volumes: [
      { name: 'nfs', nfs: { server: 's', path: '/' } },
      { name: 'medium', emptyDir: { medium: 'HugePages' } },
      { name: 'projected', projected: { sources: [{ clusterTrustBundle: { path: 'p' } }] } },
    ],
    containers: [
      {
        name: 'c',
        volumeMounts: [
          {
            name: 'nfs',
            mountPath: '/m',
            recursiveReadOnly: 'Enabled',
          },
        ],
        volumeDevices: [{ name: 'd', devicePath: '/d' }],
        lifecycle: { postStart: { tcpSocket: { port: 1 } } },
        resources: { claims: [{ name: 'gpu' }] },
      },
    ],
    resourceClaims: [{ name: 'gpu' }],
  } as unknown as Partial<NonNullable<Pod['spec']>>
  const refused = unsupported(pod(everything)).filter(({ refused }) => refused)
  assert.equal(refused.length, 8)
  assert.deepEqual(
    refused.filter(({ reason }) => !/: (?:use|leave) /.test(reason)),
    [],
  )
})
