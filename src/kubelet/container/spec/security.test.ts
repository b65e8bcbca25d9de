import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import { securityFields } from './security.ts'

type Own = Container['securityContext']
type Shared = NonNullable<Pod['spec']>['securityContext']

const fields = (own: Own, shared: Shared = undefined, imageUser = '', more: object = {}) => {
  const container: Container = { name: 'c', ...(own && { securityContext: own }) }
  const spec = { containers: [container], ...(shared && { securityContext: shared }), ...more }
  const metadata = { name: 'web', namespace: 'shop', uid: 'u1' }
  const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec }
  return securityFields(pod, container, { imageUser, seccompDir: '/state/seccomp' })
}

test('where nothing is said, the image’s user and no filter', () => {
  assert.deepEqual(fields(undefined), {})
})

test('the container’s user goes before the pod’s, and groups are the pod’s', () => {
  assert.deepEqual(fields({ runAsUser: 5 }, { runAsUser: 6, runAsGroup: 7, supplementalGroups: [8], fsGroup: 9 }), {
    user: { uid: 5, gid: 7, supplementalGroups: [8, 9] },
  })
  assert.deepEqual(fields({ runAsGroup: 4 }, { runAsUser: 6, runAsGroup: 7 }), { user: { uid: 6, gid: 4 } })
  assert.deepEqual(fields(undefined, { supplementalGroupsPolicy: 'Strict' }), { user: { strictGroups: true } })
  assert.deepEqual(fields(undefined, { supplementalGroupsPolicy: 'Merge' }), {})
})

test('the container’s seccomp profile goes before the pod’s; one of the node is a file of its folder', () => {
  assert.deepEqual(fields(undefined, { seccompProfile: { type: 'RuntimeDefault' } }), {
    seccomp: { type: 'RuntimeDefault' },
  })
  assert.deepEqual(
    fields({ seccompProfile: { type: 'Unconfined' } }, { seccompProfile: { type: 'RuntimeDefault' } }),
    {},
  )
  assert.deepEqual(fields({ seccompProfile: { type: 'Localhost', localhostProfile: 'profiles/a.json' } }), {
    seccomp: { type: 'Localhost', file: '/state/seccomp/profiles/a.json' },
  })
})

test('what a container is allowed beyond others, or kept from, is its own to say', () => {
  assert.deepEqual(
    fields({ privileged: true, readOnlyRootFilesystem: true, capabilities: { add: ['NET_ADMIN'], drop: ['KILL'] } }),
    { privileged: true, readOnlyRootFilesystem: true, capabilities: { add: ['NET_ADMIN'], drop: ['KILL'] } },
  )
  assert.deepEqual(fields({ capabilities: { drop: ['ALL'] } }), { capabilities: { add: [], drop: ['ALL'] } })
  assert.deepEqual(fields({ allowPrivilegeEscalation: false }), { noNewPrivileges: true })
  assert.deepEqual(fields({ allowPrivilegeEscalation: true, privileged: false, capabilities: {} }), {})
})

test('AppArmor’s profile is passed on by its name, and an unmasked /proc as it is', () => {
  assert.deepEqual(
    fields({ appArmorProfile: { type: 'Localhost', localhostProfile: 'k8s-a' }, procMount: 'Unmasked' }),
    {
      appArmorProfile: 'k8s-a',
      unmaskedProc: true,
    },
  )
  assert.deepEqual(fields(undefined, undefined, '', { hostPID: true, hostIPC: true }), { hostPid: true, hostIpc: true })
})

test('runAsNonRoot is held against the pod’s user, or else the image’s', () => {
  const refused = (message: string, ...args: Parameters<typeof fields>) =>
    assert.throws(() => fields(...args), {
      code: 'SECURITY_REFUSED',
      message: `${message} (pod: "web_shop(u1)", container: c)`,
    })
  const breaks = "container's runAsUser breaks non-root policy"
  const asRoot = 'container has runAsNonRoot and image will run as root'
  refused(breaks, { runAsNonRoot: true, runAsUser: 0 })
  refused(breaks, { runAsUser: 0 }, { runAsNonRoot: true })
  refused(breaks, undefined, { runAsNonRoot: true, runAsUser: 0 })
  refused(asRoot, { runAsNonRoot: true })
  refused(asRoot, { runAsNonRoot: true }, undefined, '0:5')
  refused(asRoot, { runAsNonRoot: true }, undefined, ':5')
  refused(
    'container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root',
    { runAsNonRoot: true },
    undefined,
    'app:app',
  )
  assert.deepEqual(fields({ runAsNonRoot: true }, undefined, '1000:0'), {})
  assert.deepEqual(fields({ runAsNonRoot: true, runAsUser: 5 }, undefined, 'app'), { user: { uid: 5 } })
  assert.deepEqual(fields({ runAsNonRoot: false }, { runAsNonRoot: true }), {})
})
