import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PodLike } from './check.ts'
import { violations, violationsText } from './evaluate.ts'
import { isSignificantUpdate } from './pod-update.ts'
import type { Level } from './policy.ts'

const BASE = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
}
const container = (name: string, securityContext: object = {}, more: object = {}) => ({
  name,
  securityContext: { ...BASE, ...securityContext },
  ...more,
})
const podOf = (spec: object, annotations: object = {}): PodLike =>
  ({ metadata: { annotations }, spec: { containers: [container('a'), container('b')], ...spec } }) as unknown as PodLike
/** Both containers and an init container alike. */
const all = (securityContext: object, more: object = {}) => ({
  initContainers: [container('i', securityContext, more)],
  containers: [container('a', securityContext, more), container('b')],
})

const said = (spec: object, level: Level, version: number | 'latest' = 'latest', annotations: object = {}): string =>
  violationsText(violations({ level, version }, podOf(spec, annotations)))

test('a pod that asks for nothing violates nothing, and the privileged level lets all in', () => {
  assert.equal(said({}, 'baseline'), '')
  assert.equal(said({}, 'restricted'), '')
  assert.equal(said({ hostNetwork: true, ...all({ privileged: true }) }, 'privileged'), '')
})

test('a plain pod lacks four things of the restricted level', () => {
  const plain = { containers: [{ name: 'c', image: 'i' }] }
  assert.equal(
    said(plain, 'restricted'),
    'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), ' +
      'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), ' +
      'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), ' +
      'seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  )
  assert.equal(
    said(plain, 'restricted', 0),
    'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)',
  )
  assert.equal(said(plain, 'baseline'), '')
})

const volume = (name: string, source: string) => ({ name, [source]: {} })

const BASELINE: readonly (readonly [string, object, string])[] = [
  [
    'namespaces',
    { hostNetwork: true, hostPID: true, hostIPC: true },
    'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)',
  ],
  ['one namespace', { hostNetwork: false, hostPID: true }, 'host namespaces (hostPID=true)'],
  ['host paths', { volumes: [volume('x', 'hostPath'), volume('y', 'emptyDir')] }, 'hostPath volumes (volume "x")'],
  ['several', { volumes: [volume('x', 'hostPath'), volume('y', 'hostPath')] }, 'hostPath volumes (volumes "x", "y")'],
  [
    'host ports',
    all({}, { ports: [{ containerPort: 1, hostPort: 80 }, { containerPort: 2, hostPort: 443 }, { containerPort: 3 }] }),
    'hostPort (containers "i", "a" use hostPorts 443, 80)',
  ],
  [
    'one host port',
    { containers: [container('c', {}, { ports: [{ hostPort: 80 }] })] },
    'hostPort (container "c" uses hostPort 80)',
  ],
  ['no host port', { containers: [container('c', {}, { ports: [{ hostPort: 0 }] })] }, ''],
  [
    'privileged',
    all({ privileged: true }),
    'privileged (containers "i", "a" must not set securityContext.privileged=true)',
  ],
  ['not privileged', all({ privileged: false }), ''],
  [
    'capabilities',
    all({ capabilities: { drop: ['ALL'], add: ['SYS_ADMIN', 'CHOWN', 'NET_RAW'] } }),
    'non-default capabilities (containers "i", "a" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)',
  ],
  ['default capabilities', all({ capabilities: { add: ['CHOWN', 'SYS_CHROOT', 'AUDIT_WRITE', 'MKNOD'] } }), ''],
  [
    'proc',
    all({ procMount: 'Unmasked' }),
    'procMount (containers "i", "a" must not set securityContext.procMount to "Unmasked")',
  ],
  ['default proc', all({ procMount: 'Default' }), ''],
  ['proc of its own users', { hostUsers: false, ...all({ procMount: 'Unmasked' }) }, ''],
  [
    'SELinux',
    {
      securityContext: { seLinuxOptions: { type: 'x', user: 'u', role: 'r' } },
      ...all({ seLinuxOptions: { type: 'y' } }),
    },
    'seLinuxOptions (pod and containers "i", "a" set forbidden securityContext.seLinuxOptions: types "x", "y"; user may not be set; role may not be set)',
  ],
  [
    'SELinux user',
    { securityContext: { seLinuxOptions: { user: 'u' } } },
    'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: user may not be set)',
  ],
  [
    'SELinux role',
    all({ seLinuxOptions: { role: 'u' } }),
    'seLinuxOptions (containers "i", "a" set forbidden securityContext.seLinuxOptions: role may not be set)',
  ],
  [
    'known SELinux',
    {
      securityContext: { seLinuxOptions: { type: 'container_engine_t' } },
      ...all({ seLinuxOptions: { level: 's0' } }),
    },
    '',
  ],
  [
    'seccomp',
    { securityContext: { seccompProfile: { type: 'Unconfined' } }, ...all({ seccompProfile: { type: 'Odd' } }) },
    'seccompProfile (pod and containers "i", "a" must not set securityContext.seccompProfile.type to "Odd", "Unconfined")',
  ],
  ['known seccomp', all({ seccompProfile: { type: 'Localhost' } }), ''],
  [
    'AppArmor',
    { securityContext: { appArmorProfile: { type: 'Unconfined' } } },
    'forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")',
  ],
  [
    'AppArmor of containers',
    all({ appArmorProfile: { type: 'Unconfined' } }),
    'forbidden AppArmor profile (containers "i", "a" must not set AppArmor profile type to "Unconfined")',
  ],
  ['known AppArmor', all({ appArmorProfile: { type: 'Localhost' } }), ''],
  [
    'sysctls',
    {
      securityContext: {
        sysctls: [
          { name: 'kernel.shmmax' },
          { name: 'net.ipv4.tcp_syncookies' },
          { name: 'net.ipv4.tcp_wmem' },
          { name: 'b' },
        ],
      },
    },
    'forbidden sysctls (kernel.shmmax, b)',
  ],
  [
    'Windows',
    { securityContext: { windowsOptions: { hostProcess: true } }, ...all({ windowsOptions: { hostProcess: true } }) },
    'hostProcess (pod and containers "i", "a" must not set securityContext.windowsOptions.hostProcess=true)',
  ],
  [
    'probes',
    all(
      {},
      {
        livenessProbe: { httpGet: { host: 'x' } },
        readinessProbe: { tcpSocket: { host: 'y' } },
        lifecycle: { preStop: { httpGet: { host: 'x' } } },
      },
    ),
    'probe or lifecycle host (containers "a", "i" use probe or lifecycle hosts "x", "y")',
  ],
  [
    'one probe',
    {
      containers: [
        container(
          'c',
          {},
          { startupProbe: { httpGet: { host: 'x' } }, lifecycle: { postStart: { tcpSocket: { host: '' } } } },
        ),
      ],
    },
    'probe or lifecycle host (container "c" uses probe or lifecycle host "x")',
  ],
  [
    'ephemeral',
    { ephemeralContainers: [container('e', { privileged: true })] },
    'privileged (container "e" must not set securityContext.privileged=true)',
  ],
]

test('the baseline names who violates it, and how', () => {
  for (const [what, spec, expected] of BASELINE) assert.equal(said(spec, 'baseline'), expected, what)
})

test('annotations of former times are read where they still count', () => {
  const key = 'container.apparmor.security.beta.kubernetes.io/'
  const annotations = {
    [`${key}b`]: 'unconfined',
    [`${key}a`]: 'x',
    [`${key}c`]: 'localhost/p',
    [`${key}d`]: 'runtime/default',
    [`${key}e`]: '',
  }
  assert.equal(
    said({ securityContext: { appArmorProfile: { type: 'Odd' } } }, 'baseline', 'latest', annotations),
    `forbidden AppArmor profiles (pod and annotations must not set AppArmor profile type to "Odd", "${key}a="x"", "${key}b="unconfined"")`,
  )
  assert.equal(
    said({}, 'baseline', 'latest', { [`${key}b`]: 'unconfined' }),
    `forbidden AppArmor profile (annotation must not set AppArmor profile type to "${key}b="unconfined"")`,
  )
  const seccomp = {
    'seccomp.security.alpha.kubernetes.io/pod': 'unconfined',
    'container.seccomp.security.alpha.kubernetes.io/a': 'x',
    'container.seccomp.security.alpha.kubernetes.io/b': 'docker/default',
  }
  assert.equal(
    said({}, 'baseline', 18, seccomp),
    'seccompProfile (forbidden annotations container.seccomp.security.alpha.kubernetes.io/a="x", seccomp.security.alpha.kubernetes.io/pod="unconfined")',
  )
  assert.equal(said({}, 'baseline', 19, seccomp), '')
})

const RESTRICTED: readonly (readonly [string, object, string])[] = [
  [
    'escalation',
    all({ allowPrivilegeEscalation: undefined }),
    'allowPrivilegeEscalation != false (containers "i", "a" must set securityContext.allowPrivilegeEscalation=false)',
  ],
  [
    'capabilities',
    all({ capabilities: { add: ['CHOWN', 'NET_BIND_SERVICE'] } }),
    'unrestricted capabilities (containers "i", "a" must set securityContext.capabilities.drop=["ALL"]; containers "i", "a" must not include "CHOWN" in securityContext.capabilities.add)',
  ],
  ['bound ports', all({ capabilities: { drop: ['X', 'ALL'], add: ['NET_BIND_SERVICE'] } }), ''],
  [
    'added alone',
    all({ capabilities: { drop: ['ALL'], add: ['CHOWN'] } }),
    'unrestricted capabilities (containers "i", "a" must not include "CHOWN" in securityContext.capabilities.add)',
  ],
  [
    'volumes',
    {
      volumes: [
        volume('x', 'hostPath'),
        volume('y', 'nfs'),
        volume('z', 'csi'),
        { name: 'w' },
        volume('v', 'iscsi'),
        volume('u', 'nfs'),
      ],
    },
    'restricted volume types (volumes "x", "y", "w", "v", "u" use restricted volume types "hostPath", "iscsi", "nfs", "unknown")',
  ],
  [
    'one volume',
    { volumes: [volume('y', 'nfs')] },
    'restricted volume types (volume "y" uses restricted volume type "nfs")',
  ],
  [
    'allowed volumes',
    {
      volumes: [
        'configMap',
        'csi',
        'downwardAPI',
        'emptyDir',
        'ephemeral',
        'image',
        'persistentVolumeClaim',
        'projected',
        'secret',
      ].map((kind) => volume(kind, kind)),
    },
    '',
  ],
  [
    'root',
    { securityContext: { runAsNonRoot: false }, ...all({ runAsNonRoot: false }) },
    'runAsNonRoot != true (pod and containers "i", "a" must not set securityContext.runAsNonRoot=false)',
  ],
  [
    'silent',
    all({ runAsNonRoot: undefined }),
    'runAsNonRoot != true (pod or containers "i", "a" must set securityContext.runAsNonRoot=true)',
  ],
  ['said for all', { securityContext: { runAsNonRoot: true }, ...all({ runAsNonRoot: undefined }) }, ''],
  [
    'user 0',
    { securityContext: { runAsUser: 0 }, ...all({ runAsUser: 0 }) },
    'runAsUser=0 (pod and containers "i", "a" must not set runAsUser=0)',
  ],
  ['user 1', { securityContext: { runAsUser: 1 }, ...all({ runAsUser: 1000 }) }, ''],
  ['own users', { hostUsers: false, ...all({ runAsNonRoot: undefined, runAsUser: 0 }) }, ''],
  [
    'proc of its own users',
    { hostUsers: false, ...all({ procMount: 'Unmasked' }) },
    'procMount (containers "i", "a" must not set securityContext.procMount to "Unmasked")',
  ],
  [
    'seccomp',
    all({ seccompProfile: undefined }),
    'seccompProfile (pod or containers "i", "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  ],
  [
    'seccomp for all',
    { securityContext: { seccompProfile: { type: 'Localhost' } }, ...all({ seccompProfile: undefined }) },
    '',
  ],
  [
    'bad seccomp',
    all({ seccompProfile: { type: 'Unconfined' } }),
    'seccompProfile (containers "i", "a" must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  ['host namespaces', { hostPID: true }, 'host namespaces (hostPID=true)'],
]

test('the restricted level holds the baseline, and more', () => {
  for (const [what, spec, expected] of RESTRICTED) assert.equal(said(spec, 'restricted'), expected, what)
})

test('a version asks what it asked then', () => {
  const table: readonly (readonly [Level, number, object, string])[] = [
    ['restricted', 7, all({ allowPrivilegeEscalation: undefined }), ''],
    ['restricted', 8, all({ allowPrivilegeEscalation: undefined }), 'allowPrivilegeEscalation != false'],
    ['restricted', 21, all({ capabilities: undefined }), ''],
    ['restricted', 22, all({ capabilities: undefined }), 'unrestricted capabilities'],
    ['restricted', 21, all({ capabilities: { add: ['SYS_ADMIN'] } }), 'non-default capabilities'],
    ['restricted', 22, all({ runAsUser: 0 }), ''],
    ['restricted', 23, all({ runAsUser: 0 }), 'runAsUser=0'],
    ['restricted', 18, all({ seccompProfile: undefined }), ''],
    ['restricted', 19, all({ seccompProfile: undefined }), 'seccompProfile'],
    ['restricted', 34, { hostUsers: false, ...all({ runAsNonRoot: undefined }) }, 'runAsNonRoot != true'],
    ['restricted', 34, { hostUsers: false, ...all({ runAsUser: 0 }) }, 'runAsUser=0'],
    ['baseline', 34, { hostUsers: false, ...all({ procMount: 'Unmasked' }) }, 'procMount'],
    ['baseline', 35, { hostUsers: false, ...all({ procMount: 'Unmasked' }) }, ''],
    ['baseline', 30, { securityContext: { seLinuxOptions: { type: 'container_engine_t' } } }, 'seLinuxOptions'],
    ['baseline', 31, { securityContext: { seLinuxOptions: { type: 'container_engine_t' } } }, ''],
    ['baseline', 33, all({}, { livenessProbe: { httpGet: { host: 'x' } } }), ''],
    ['baseline', 34, all({}, { livenessProbe: { httpGet: { host: 'x' } } }), 'probe or lifecycle host'],
    [
      'baseline',
      26,
      { securityContext: { sysctls: [{ name: 'net.ipv4.ip_local_reserved_ports' }] } },
      'forbidden sysctls',
    ],
    ['baseline', 27, { securityContext: { sysctls: [{ name: 'net.ipv4.ip_local_reserved_ports' }] } }, ''],
    ['baseline', 28, { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_fin_timeout' }] } }, 'forbidden sysctls'],
    ['baseline', 29, { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_fin_timeout' }] } }, ''],
    ['baseline', 31, { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem' }] } }, 'forbidden sysctls'],
    ['baseline', 99, { hostPID: true }, 'host namespaces'],
  ]
  for (const [level, version, spec, expected] of table) {
    const reasons = violations({ level, version }, podOf(spec)).map(({ reason }) => reason)
    assert.equal(reasons.join(), expected, `${level} 1.${version} ${JSON.stringify(spec)}`)
  }
})

test('a pod of Windows says by its system what others say field by field', () => {
  const windows = { os: { name: 'windows' }, securityContext: { runAsNonRoot: true }, containers: [{ name: 'c' }] }
  assert.equal(said(windows, 'restricted'), '')
  assert.equal(said(windows, 'restricted', 25), '')
  assert.match(said(windows, 'restricted', 24), /allowPrivilegeEscalation.*unrestricted capabilities.*seccompProfile/)
  assert.equal(said({ ...windows, os: { name: 'linux' } }, 'restricted').split('), ').length, 3)
})

test('a namespace that keeps to the first version has the rules that there were from the beginning', () => {
  const seccomp = { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' }
  const appArmor = { 'container.apparmor.security.beta.kubernetes.io/a': 'unconfined' }
  const cases: readonly (readonly [spec: object, reason: string, annotations?: object])[] = [
    [{}, 'forbidden AppArmor profile', appArmor],
    [all({ capabilities: { add: ['SYS_ADMIN'] } }), 'non-default capabilities'],
    [{ hostNetwork: true }, 'host namespaces'],
    [{ volumes: [volume('x', 'hostPath')] }, 'hostPath volumes'],
    [{ containers: [container('c', {}, { ports: [{ hostPort: 80 }] })] }, 'hostPort'],
    [all({ privileged: true }), 'privileged'],
    [all({ procMount: 'Unmasked' }), 'procMount'],
    [all({ seLinuxOptions: { type: 'spc_t' } }), 'seLinuxOptions'],
    [{}, 'seccompProfile', seccomp],
    [{ securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }, 'forbidden sysctls'],
    [all({ windowsOptions: { hostProcess: true } }), 'hostProcess'],
  ]
  for (const [spec, reason, annotations] of cases)
    assert.ok(said(spec, 'baseline', 0, annotations).startsWith(`${reason} (`), said(spec, 'baseline', 0, annotations))
  assert.match(said({ volumes: [volume('x', 'nfs')] }, 'restricted', 0), /^restricted volume types \(/)
  assert.match(said(all({ runAsNonRoot: false }), 'restricted', 0), /^runAsNonRoot != true \(/)
})

test('a type of SELinux that is forbidden is told alone as well as with others', () => {
  const selinux = (seLinuxOptions: object) => said(all({ seLinuxOptions }), 'baseline')
  const who = 'seLinuxOptions (containers "i", "a" set forbidden securityContext.seLinuxOptions: '
  assert.equal(selinux({ type: 'spc_t' }), `${who}type "spc_t")`)
  assert.equal(
    selinux({ type: 'spc_t', user: 'u', role: 'r' }),
    `${who}type "spc_t"; user may not be set; role may not be set)`,
  )
  assert.equal(selinux({ type: 'container_t', role: 'r' }), `${who}role may not be set)`)
  assert.equal(selinux({ type: '' }), '')
})

test('each setting of the kernel is safe from the version on that counts it so', () => {
  const since: { readonly [version: number]: string } = {
    0: 'kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range net.ipv4.ip_unprivileged_port_start',
    27: 'net.ipv4.ip_local_reserved_ports',
    29: 'net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes',
    32: 'net.ipv4.tcp_rmem net.ipv4.tcp_wmem',
  }
  for (const [version, names] of Object.entries(since))
    for (const name of names.split(' ')) {
      const spec = { securityContext: { sysctls: [{ name, value: '1' }] } }
      assert.equal(said(spec, 'baseline', Number(version)), '', name)
      if (version !== '0') assert.match(said(spec, 'baseline', Number(version) - 1), /^forbidden sysctls \(/, name)
    }
})

test('of an update only other images and other containers are looked at', () => {
  const images = (...images: readonly string[]) => images.map((image, index) => ({ name: `c${index}`, image }))
  const differs = (next: object, previous: object): boolean =>
    isSignificantUpdate({ spec: next } as PodLike, { spec: previous } as PodLike)
  for (const kind of ['containers', 'initContainers']) {
    const was = { [kind]: images('a', 'b') }
    assert.equal(differs({ [kind]: images('a', 'b'), hostPID: true }, was), false)
    for (const other of [images('a', 'x'), images('a'), images('a', 'b', 'c')])
      assert.equal(differs({ [kind]: other }, was), true)
  }
  const was = { ephemeralContainers: images('a', 'b') }
  for (const same of [images('a', 'b'), images('a'), images('a', 'b').reverse()])
    assert.equal(differs({ ephemeralContainers: same }, was), false)
  for (const other of [images('a', 'x'), images('a', 'b', 'c')])
    assert.equal(differs({ ephemeralContainers: other }, was), true)
  assert.equal(differs({ ephemeralContainers: images('a') }, {}), true)
  assert.equal(differs({}, {}), false)
})
