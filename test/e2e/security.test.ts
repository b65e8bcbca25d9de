import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Assert, claim, eventually, FAIRLEAD, run, whyNoOwnUsers, withCluster } from './harness.ts'
import { STATE } from './traces.ts'

const open = withCluster('security', ['--nodes', '1', '--allow-host-access'])

interface PodParts {
  /** Of the pod's spec, as YAML flow or block lines below `spec:`. */
  readonly spec?: string
  /** Below the container. */
  readonly container?: string
  readonly image?: string
}

const podYaml = (name: string, { spec = '', container = '', image = 'fairlead/host' }: PodParts): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  terminationGracePeriodSeconds: 0
${spec
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => `  ${line}\n`)
  .join('')}  containers:
    - name: c
      image: ${image}
      command: [sleep, infinity]
${container
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => `      ${line}\n`)
  .join('')}`

const runPod = async (name: string, parts: PodParts = {}): Promise<void> => {
  await open.kubectl.apply(podYaml(name, parts))
  await open.kubectl('wait', `pod/${name}`, '--for=condition=Ready', '--timeout=30s')
}

/** What a program in the pod prints, both streams. */
const said = async (pod: string, ...command: readonly string[]): Promise<string> => {
  const { stdout, stderr } = await open.inPod(pod, ...command)
  return `${stdout}${stderr}`.trim()
}

/** Kills the agents, and waits until the next ones are ready. */
const killAgents = async (): Promise<void> => {
  const agents = async (): Promise<number | undefined> => {
    const { stdout } = await run(FAIRLEAD, ['status', '--name', open.name, '-o', 'json'])
    const { processes } = JSON.parse(stdout) as { processes: { role: string; pid: number }[] }
    return processes.find(({ role }) => role === 'agent-host')?.pid
  }
  const before = await agents()
  process.kill(before!, 'SIGKILL')
  await eventually('other agents are there', async () => {
    const now = await agents()
    return now !== undefined && now !== before
  })
  await eventually('they are ready', async () => (await run(FAIRLEAD, ['status', '--name', open.name])).status === 0)
}

/** Calls of the kernel, by number on x86-64, and the names of their errors. */
const CALLS = `
import ctypes, errno, sys
libc = ctypes.CDLL(None, use_errno=True)
def call(*args):
    ctypes.set_errno(0)
    result = libc.syscall(*[ctypes.c_long(one) for one in args])
    return 'done' if result >= 0 else errno.errorcode[ctypes.get_errno()]
import socket
def family(number):
    try: socket.socket(number, socket.SOCK_STREAM if number != 38 else socket.SOCK_SEQPACKET).close(); return 'done'
    except OSError as error: return errno.errorcode[error.errno]
print('unshare', call(272, 0x10000000))
print('mount', call(165, 0, 0, 0, 0, 0))
print('keyctl', call(250, 0, -3, 0))
print('clone3', call(435, 0, 0))
print('personality', call(135, 0x0400000))
print('newer', call(10000))
print('bpf', call(321, 0, 0, 0))
print('vsock', family(40))
print('inet', family(2))
`
const calls = async (pod: string): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries((await said(pod, 'python3', '-c', CALLS)).split('\n').map((line) => line.split(' ')))

const RUNTIME_DEFAULT = 'securityContext: { seccompProfile: { type: RuntimeDefault } }'

claim(
  'RuntimeDefault is enforced: namespaces, mounts, keys and kernel programs are refused, programs run',
  async (assert) => {
    await runPod('filtered', { spec: RUNTIME_DEFAULT })
    assert.match(await said('filtered', 'grep', 'Seccomp:', '/proc/self/status'), /Seccomp:\s+2/)
    const { vsock, ...filtered } = await calls('filtered')
    assert.deepEqual(filtered, {
      unshare: 'EPERM',
      mount: 'EPERM',
      keyctl: 'EPERM',
      clone3: 'ENOSYS',
      personality: 'EPERM',
      newer: 'ENOSYS',
      bpf: 'EPERM',
      inet: 'done',
    })
    assert.equal(vsock, 'EPERM')
    // Threads and children are made by clone(), since clone3() is not there.
    assert.equal(
      await said(
        'filtered',
        'python3',
        '-c',
        'import threading; t = threading.Thread(target=lambda: print(1)); t.start(); t.join()',
      ),
      '1',
    )
  },
)

claim('where nothing is said nothing is filtered, and the container’s word goes before the pod’s', async (assert) => {
  await runPod('open')
  await runPod('mixed', {
    spec: RUNTIME_DEFAULT,
    container: 'securityContext: { seccompProfile: { type: Unconfined } }',
  })
  for (const pod of ['open', 'mixed']) {
    assert.match(await said(pod, 'grep', 'Seccomp:', '/proc/self/status'), /Seccomp:\s+0/)
    const { unshare, newer } = await calls(pod)
    assert.deepEqual({ unshare, newer }, { unshare: 'done', newer: 'ENOSYS' })
  }
})

claim(
  'a profile of the node is a file below the cluster’s folder, and one that is not there is told by name',
  async (assert) => {
    const folder = join(STATE, open.name, 'seccomp', 'profiles')
    mkdirSync(folder, { recursive: true })
    const profile = {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 13 }],
    }
    writeFileSync(join(folder, 'no-mkdir.json'), JSON.stringify(profile))
    const local = (file: string) =>
      `securityContext: { seccompProfile: { type: Localhost, localhostProfile: profiles/${file} } }`
    await runPod('local', { spec: local('no-mkdir.json') })
    assert.match(await said('local', 'mkdir', '/tmp/x'), /Permission denied/)
    await open.kubectl.apply(podYaml('nowhere', { spec: local('none.json') }))
    const waiting = await eventually('the container is refused', () =>
      open.kubectl('get', 'pod', 'nowhere', '-o', 'jsonpath={.status.containerStatuses[0].state.waiting}'),
    )
    assert.match(waiting, /"reason":"CreateContainerError"/)
    assert.match(waiting, /cannot load seccomp profile .*seccomp\/profiles\/none\.json.*no such file or directory/)
  },
)

claim('who is privileged has every device and no filter, and all others have neither', async (assert) => {
  await runPod('privileged', {
    container: 'securityContext: { privileged: true, seccompProfile: { type: RuntimeDefault } }',
  })
  assert.match(await said('privileged', 'grep', 'Seccomp:', '/proc/self/status'), /Seccomp:\s+0/)
  const state = await said('privileged', 'sh', '-c', 'ls /dev; touch /proc/sys/kernel/domainname && echo writable')
  assert.match(state, /^(vda|sda|kmsg|loop-control)$/m)
  assert.match(state, /^writable$/m)
  const other = await said('open', 'sh', '-c', 'ls /dev; mknod /root/disk b 254 0 && head -c 1 /root/disk')
  assert.doesNotMatch(other, /^(vda|sda|kmsg)$/m)
  assert.match(other, /Operation not permitted/)
})

claim('a pod with hostPID sees the machine’s processes, and what it leaves behind ends with it', async (assert) => {
  await runPod('watcher', { spec: 'hostPID: true' })
  assert.match(await said('watcher', 'sh', '-c', 'cat /proc/*/cmdline | tr "\\0" " "'), /conmon/)
  await open.kubectl('exec', 'watcher', '--', 'sh', '-c', 'setsid sleep 98765 >/dev/null 2>&1 &')
  const left = async () => (await open.onHost('sh', '-c', 'cat /proc/*/cmdline 2>/dev/null | tr "\\0" " "')).stdout
  assert.match(await left(), /sleep 98765/)
  await open.kubectl('delete', 'pod', 'watcher')
  await eventually('its processes are gone', async () => !(await left()).includes('sleep 98765'))
  assert.doesNotMatch(await left(), /sleep 98765/)
})

claim('a pod with hostIPC has the machine’s IPC objects', async (assert) => {
  const machine = (await open.onHost('readlink', '/proc/self/ns/ipc')).stdout.trim()
  await runPod('ipc', { spec: 'hostIPC: true' })
  assert.equal(await said('ipc', 'readlink', '/proc/self/ns/ipc'), machine)
  assert.notEqual(await said('open', 'readlink', '/proc/self/ns/ipc'), machine)
})

const appArmor = existsSync('/sys/module/apparmor') ? 'the kernel has AppArmor' : undefined
const refusal = async (assert: Assert): Promise<void> => {
  await open.kubectl.apply(podYaml('armed', { spec: 'securityContext: { appArmorProfile: { type: RuntimeDefault } }' }))
  const path = 'jsonpath={.status.phase} {.status.reason} {.status.message}'
  const status = await eventually('the pod is rejected', async () => {
    const told = await open.kubectl('get', 'pod', 'armed', '-o', path)
    return told.startsWith('Pending') ? undefined : told
  })
  assert.equal(status, 'Failed AppArmor Pod was rejected: Cannot enforce AppArmor: AppArmor is not enabled on the host')
}
claim('AppArmor is refused in Kubernetes’ words where the kernel has none', refusal, { skip: appArmor })

const OWN_USERS = `hostUsers: false
volumes:
  - { name: disk, emptyDir: {} }
  - { name: memory, emptyDir: { medium: Memory } }
  - { name: files, configMap: { name: kube-root-ca.crt } }`
const MOUNTS = `volumeMounts:
  - { name: disk, mountPath: /disk }
  - { name: memory, mountPath: /memory }
  - { name: files, mountPath: /files }`

const ownUsers = (name: string, body: Parameters<typeof claim>[1]): void => claim(name, body, { skip: whyNoOwnUsers })

ownUsers(
  'a pod with hostUsers: false has users of its own, to whom its files and its network belong',
  async (assert) => {
    await runPod('own', {
      spec: OWN_USERS,
      container: `${MOUNTS}\nsecurityContext: { capabilities: { add: [NET_ADMIN] } }`,
    })
    const [inside, first, count] = (await said('own', 'cat', '/proc/self/uid_map')).split(/\s+/).map(Number)
    assert.deepEqual([inside, count], [0, 65536])
    assert.ok((first ?? 0) >= 65536, `${first} is nobody else’s`)
    assert.equal(await said('own', 'id', '-u'), '0')
    const owners = 'stat -c %u:%g / /usr/bin /bin/sleep /disk /memory /files/ca.crt /etc/hosts /etc /proc/1 /dev/shm'
    assert.deepEqual([...new Set((await said('own', 'sh', '-c', owners)).split('\n'))], ['0:0'])
    await said('own', 'sh', '-c', 'echo a > /disk/a; echo b > /root/b; chown 1000:1000 /disk/a; mkdir /memory/c')
    assert.equal(await said('own', 'sh', '-c', 'stat -c %u /disk/a; cat /root/b'), '1000\nb')
    // What is root in there is nobody out here.
    const pid = (
      await open.onHost(
        'sh',
        '-c',
        `for p in /proc/[0-9]*; do [ "$(stat -c %u $p 2>/dev/null)" = ${first} ] && echo $p; done`,
      )
    ).stdout
    assert.match(pid, /\/proc\/\d+/)
    const network = await said(
      'own',
      'sh',
      '-c',
      'ip address add 10.9.9.9/32 dev lo && ip address show lo; cat /proc/sys/net/ipv4/ping_group_range',
    )
    assert.match(network, /10\.9\.9\.9/)
    assert.match(await said('own', 'sh', '-c', 'mount -t tmpfs x /mnt'), /permission denied/i)
  },
)

ownUsers('no two pods have users in common, and each keeps its own when the agents start anew', async (assert) => {
  await runPod('other', { spec: 'hostUsers: false', image: 'fairlead/echo' })
  const maps = async () => [
    await said('own', 'cat', '/proc/self/uid_map'),
    await said('other', 'cat', '/proc/self/uid_map'),
  ]
  const before = await maps()
  assert.notEqual(before[0], before[1])
  await killAgents()
  await runPod('third', { spec: 'hostUsers: false', container: 'securityContext: { procMount: Unmasked }' })
  assert.deepEqual(await maps(), before)
  assert.equal(before.includes(await said('third', 'cat', '/proc/self/uid_map')), false)
  for (const pod of ['own', 'other', 'third']) assert.equal(await said(pod, 'cat', '/proc/sys/kernel/hostname'), pod)
  // What is hidden of /proc elsewhere is not where a pod of its own users so asks.
  assert.match(await said('own', 'cat', '/proc/self/mountinfo'), / \/proc\/keys /)
  assert.doesNotMatch(await said('third', 'cat', '/proc/self/mountinfo'), / \/proc\/keys /)
})

ownUsers('the users of a pod are those of its image too, and one beyond them is refused', async (assert) => {
  await addImage('people:own', 'app')
  await imagePod('own-app', 'people:own', 'hostUsers: false')
  await open.kubectl('wait', 'pod/own-app', '--for=condition=Ready', '--timeout=30s')
  assert.equal(await said('own-app', 'sh', '-c', 'echo $(id -u):$(id -g):$(id -G)'), '1000:1001:1001 2000')
  await open.kubectl.apply(podYaml('beyond', { spec: 'hostUsers: false\nsecurityContext: { runAsUser: 70000 }' }))
  const waiting = await eventually('it is refused', () =>
    open.kubectl('get', 'pod', 'beyond', '-o', 'jsonpath={.status.containerStatuses[0].state.waiting.message}'),
  )
  assert.match(waiting, /user or group 70000: a pod with hostUsers: false has those from 0 to 65535/)
})

/** An image of busybox with users of its own. */
const addImage = async (name: string, user: string): Promise<void> => {
  const folder = mkdtempSync(join(STATE, 'image-'))
  for (const path of ['bin', 'etc', 'usr/lib']) mkdirSync(join(folder, path), { recursive: true })
  copyFileSync('/bin/busybox', join(folder, 'bin/busybox'))
  for (const applet of ['sh', 'id', 'sleep', 'cat', 'stat', 'touch'])
    symlinkSync('busybox', join(folder, 'bin', applet))
  // As distributions without a writable /etc have it; and a link that leads out of the image.
  writeFileSync(join(folder, 'usr/lib/passwd'), 'root:x:0:0::/:/bin/sh\napp:x:1000:1001::/home/app:/bin/sh\n')
  symlinkSync('../../../../../usr/lib/passwd', join(folder, 'etc/passwd'))
  writeFileSync(join(folder, 'etc/group'), 'root:x:0:\napp:x:1001:\nlog:x:2000:app\n')
  const args = ['image', 'add', name, folder, '--entrypoint', '/bin/sleep', '--cmd', 'infinity', '-q']
  const { status, stderr } = await run(FAIRLEAD, [...args, ...(user === '' ? [] : ['--user', user])])
  rmSync(folder, { recursive: true })
  if (status !== 0) throw new Error(stderr)
}

const imagePod = async (name: string, image: string, spec = ''): Promise<void> => {
  const yaml = podYaml(name, { spec, image }).replace('      command: [sleep, infinity]\n', '')
  await open.kubectl.apply(yaml)
}

claim('an image’s user has the groups that the image gives it, unless the pod’s policy is Strict', async (assert) => {
  await addImage('people:app', 'app')
  const groups = 'supplementalGroups: [3000]'
  await imagePod('merge', 'people:app', `securityContext: { ${groups} }`)
  await imagePod('strict', 'people:app', `securityContext: { ${groups}, supplementalGroupsPolicy: Strict }`)
  await imagePod('number', 'people:app', 'securityContext: { runAsUser: 1000, runAsNonRoot: true }')
  const ids: Record<string, string> = {}
  for (const pod of ['merge', 'strict', 'number']) {
    await open.kubectl('wait', `pod/${pod}`, '--for=condition=Ready', '--timeout=30s')
    ids[pod] = await said(pod, 'sh', '-c', 'echo $(id -u):$(id -g):$(id -G)')
  }
  assert.deepEqual(ids, {
    merge: '1000:1001:1001 2000 3000',
    strict: '1000:1001:1001 3000',
    number: '1000:1001:1001 2000',
  })
  const told = await open.kubectl('get', 'pod', 'merge', '-o', 'jsonpath={.status.containerStatuses[0].user.linux}')
  assert.deepEqual(JSON.parse(told), { uid: 1000, gid: 1001, supplementalGroups: [1001, 2000, 3000] })
})

claim(
  'a user that the image does not have, and a name where a number is needed, are refused by name',
  async (assert) => {
    await addImage('people:nobody', 'nobody')
    await imagePod('nobody', 'people:nobody')
    await imagePod('named', 'people:app', 'securityContext: { runAsNonRoot: true }')
    const waiting = (pod: string) =>
      eventually(`${pod} is refused`, () =>
        open.kubectl('get', 'pod', pod, '-o', 'jsonpath={.status.containerStatuses[0].state.waiting}'),
      )
    assert.match(await waiting('nobody'), /"message":".*unable to find user nobody: no matching entries in passwd file/)
    const named = await waiting('named')
    assert.match(named, /image has non-numeric user \(app\), cannot verify user is non-root \(pod: \\"named_default/)
    assert.match(named, /"reason":"CreateContainerConfigError"/)
  },
)
