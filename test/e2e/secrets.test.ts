import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { claim, FAIRLEAD, run, withCluster } from './harness.ts'

const cluster = withCluster('secrets', ['--nodes', '1'])
const STATE = '/var/lib/fairlead'

/** One pod as root and one as somebody, with a Secret in the environment, in a file, and in a subPath of it. */
const PODS = `
apiVersion: v1
kind: Secret
metadata: {name: key}
stringData: {password: hunter2hunter2}
${['{}', '{runAsUser: 1000, runAsGroup: 1000, fsGroup: 2000}']
  .map(
    (security, index) => `---
apiVersion: v1
kind: Pod
metadata: {name: pod-${index}}
spec:
  terminationGracePeriodSeconds: 0
  securityContext: ${security}
  containers:
  - name: c
    image: fairlead/${index === 0 ? 'echo' : 'host'}
    command: [sh, -c, 'echo started; sleep 1000']
    stdin: true
    tty: true
    env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: key, key: password}}}]
    volumeMounts:
    - {name: secret, mountPath: /secret}
    - {name: secret, mountPath: /one/password, subPath: password}
    - {name: empty, mountPath: /empty, subPath: a/b}
    - {name: memory, mountPath: /memory}
  volumes:
  - {name: secret, secret: {secretName: key, items: [{key: password, path: deep/password}, {key: password, path: password}]}}
  - {name: empty, emptyDir: {}}
  - {name: memory, emptyDir: {medium: Memory}}
`,
  )
  .join('')}`

/** Every path below, the folder itself first; links are not followed. */
const tree = (folder: string): readonly string[] => {
  const stat = lstatSync(folder, { throwIfNoEntry: false })
  if (stat === undefined) return []
  if (!stat.isDirectory()) return [folder]
  return [folder, ...readdirSync(folder).flatMap((name) => tree(join(folder, name)))]
}

/** What is for every user of a container, below folders that only root gets into. */
const CONTENT =
  /^secrets\/(containers\/images\/[^/]+|containers\/containers\/[^/]+\/(layers\/[^/]+\/upper|annotations\.json)|pods\/[^/]+\/pods\/[^/]+\/(volumes\/[^/]+|hosts|hostname|resolv\.conf|containers\/[^/]+\/\d+))(\/|$)/

/** What conmon, runc and the kernel name so themselves, in folders that only root gets into: numbers, FIFOs, namespaces. */
const THEIRS =
  /^secrets\/(containers\/containers\/[^/]+\/(conmon\.pid|ctl|winsz|pidfile-[^/]+)|containers\/runc\/[^/]+|pods\/[^/]+\/namespaces\/[^/]+\/(ipc|uts))$/

/** Tries each path of its input: to list it, to read it, to connect to it; prints what succeeds. */
const INTRUDER = `
import os, socket, stat, sys
for path in sys.stdin.read().split('\\0'):
    try:
        mode = os.lstat(path).st_mode
        if stat.S_ISDIR(mode): os.listdir(path)
        elif stat.S_ISSOCK(mode):
            for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
                try: socket.socket(socket.AF_UNIX, kind).connect(path); break
                except OSError: pass
            else: continue
        elif stat.S_ISLNK(mode): os.readlink(path)
        else: os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
        print(path)
    except OSError: pass
`

claim(
  'another user of the machine gets at nothing of a running cluster’s state: no Secret, key, log or socket',
  async (assert) => {
    await cluster.kubectl.apply(PODS)
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=30s')
    const paths = tree(STATE)
    const texts = ['cluster.json', 'pki/ca.key', 'logs/agent-host.log', 'kubeconfig.json'].map((path) =>
      join(STATE, 'secrets', path),
    )
    for (const path of texts) assert.ok(paths.includes(path), `${path} is there`)
    for (const [what, pattern] of [
      ['a bundle', /\/config\.json$/],
      ['a Secret’s file', /\/volumes\/secret\/.*\/deep\/password$/],
      ['a token', /\/volumes\/kube-api-access-\w+\/.*\/token$/],
      ['an attach socket', /\/attach$/],
      ['a container’s log', /\/0\.log$/],
      ['the API’s socket', /\.sock$/],
    ] as const)
      assert.ok(
        paths.some((path) => pattern.test(path)),
        `${what} is there`,
      )
    const open = paths.filter((path) => {
      const stat = lstatSync(path)
      const name = relative(STATE, path)
      return !stat.isSymbolicLink() && (stat.mode & 0o077) !== 0 && !CONTENT.test(name) && !THEIRS.test(name)
    })
    // The test's own mount: script/isolated's.
    assert.deepEqual(
      open.filter((path) => path !== STATE).map((path) => relative(STATE, path)),
      [],
    )
    const { status, stdout, stderr } = await run(
      'setpriv',
      ['--reuid', '65534', '--regid', '65534', '--clear-groups', '/usr/bin/python3', '-c', INTRUDER],
      { input: [...paths.filter((path) => path !== STATE), '/etc/passwd'].join('\0') },
    )
    assert.equal(status, 0, stderr)
    assert.equal(stdout, '/etc/passwd\n', 'what everybody may read, and nothing else')
  },
)

claim('a container’s own user gets at all that is meant for it', async (assert) => {
  const command =
    'cat /secret/deep/password /one/password /etc/hosts /etc/resolv.conf /etc/hostname /etc/passwd && cat /var/run/secrets/kubernetes.io/serviceaccount/token && echo $PASSWORD && touch /empty/x /memory/x /tmp/x && echo ended > /dev/termination-log && umask'
  for (const pod of ['pod-0', 'pod-1']) {
    const { status, stdout, stderr } = await cluster.inPod(pod, 'sh', '-c', command)
    assert.equal(status, 0, stderr)
    assert.equal(stdout.match(/hunter2hunter2/g)?.length, 3, pod)
    assert.match(stdout, /\n0022\n$/)
  }
})

claim(
  'a kubeconfig and a home are not seen from a pod, wherever they lie; where they would be, `up` refuses',
  async (assert) => {
    const elsewhere = mkdtempSync('/srv/fairlead-')
    const home = mkdtempSync(join(tmpdir(), 'fairlead-home-'))
    const kubeconfig = join(elsewhere, 'kubeconfig')
    const env = { HOME: home, KUBECONFIG: '' }
    const up = (...flags: readonly string[]) =>
      run(FAIRLEAD, ['up', '--name', 'elsewhere', '--nodes', '1', ...flags], { env })
    try {
      for (const flags of [
        ['--kubeconfig', '/usr/share/fairlead/kubeconfig'],
        ['--kubeconfig', '/lib/kubeconfig'],
      ]) {
        const refused = await up(...flags)
        assert.equal(refused.status, 1, refused.stderr)
        assert.match(refused.stderr, /lies in \/(usr\/)?(share|lib), which pods see/)
      }
      const state = await run(FAIRLEAD, ['up', '--name', 'shown', '--kubeconfig', kubeconfig], {
        env: { ...env, FAIRLEAD_STATE: '/usr/share/fairlead-state' },
      })
      assert.equal(state.status, 1, state.stderr)
      assert.match(state.stderr, /the state folder \/usr\/share\/fairlead-state\/shown lies in \/usr\/share/)
      assert.equal(existsSync('/usr/share/fairlead-state'), false)
      mkdirSync(join(home, '.ssh'))
      writeFileSync(join(home, '.ssh/id_ed25519'), 'client-key-data: of a home')
      const made = await up('--kubeconfig', kubeconfig)
      assert.equal(made.status, 0, made.stderr)
      const kubectl = (...args: readonly string[]) => run('kubectl', args, { env: { KUBECONFIG: kubeconfig } })
      await kubectl('run', 'thief', '--image=fairlead/host', '--', 'sleep', '1000')
      const waited = await kubectl('wait', '--for=condition=Ready', 'pod/thief', '--timeout=30s')
      assert.equal(waited.status, 0, waited.stderr)
      const found = await kubectl(
        'exec',
        'thief',
        '--',
        'sh',
        '-c',
        `ls -A ${elsewhere} ${home} /srv /home /root /var/lib; find / -xdev -type f -exec grep -l client-key-data {} +; echo looked`,
      )
      assert.match(found.stdout, /^looked$/m)
      assert.doesNotMatch(found.stdout, /kubeconfig|id_ed25519|fairlead/)
    } finally {
      await run(FAIRLEAD, ['down', '--name', 'elsewhere'], { env })
      for (const folder of [elsewhere, home]) rmSync(folder, { recursive: true, force: true })
    }
  },
)
