import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { parse } from 'yaml'
import { CLIENT, deployment, service } from './echo.ts'
import { claim, FAIRLEAD, type Outcome, run, withCluster } from './harness.ts'

const cluster = withCluster('login')
const { kubectl } = cluster
const folder = mkdtempSync(join(tmpdir(), 'fairlead-login-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** As on another machine: nothing of the cluster is found here but what the kubeconfig says. */
const explain = (kubeconfig: string, environment: Record<string, string> = {}, context?: string): Promise<Outcome> => {
  const args = ['--from', 'pod/client', '--to', 'svc/web', ...(context === undefined ? [] : ['--context', context])]
  const named = kubeconfig.includes(':') ? [] : ['--kubeconfig', kubeconfig]
  return run(FAIRLEAD, ['explain', ...named, ...args], {
    env: {
      FAIRLEAD_STATE: join(folder, 'state'),
      HOME: folder,
      KUBECONFIG: kubeconfig.includes(':') ? kubeconfig : '',
      ...environment,
    },
  })
}
const file = (name: string, value: string | object, mode = 0o600): string => {
  writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value), { mode })
  return join(folder, name)
}
/** The cluster's own kubeconfig, taken apart: its server, and what proves that its administrator asks. */
const admin = async () => {
  await kubectl.apply(CLIENT + deployment('web') + service('web', 'ports: [{port: 80, targetPort: 8080}]'))
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=30s')
  await kubectl('wait', '--for=condition=Ready', 'pod/client', '--timeout=20s')
  const config = parse(readFileSync(cluster.kubeconfig, 'utf8')) as any
  const { cluster: server } = config.clusters[0]
  const { user } = config.users[0]
  const pem = (data: string): string => Buffer.from(data, 'base64').toString()
  const status = {
    clientCertificateData: pem(user['client-certificate-data']),
    clientKeyData: pem(user['client-key-data']),
  }
  const answer = { kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status }
  file('get-credentials', `#!/bin/sh\necho "as $1 for $TEAM" >&2\ncat <<'END'\n${JSON.stringify(answer)}\nEND\n`, 0o755)
  const plugin = {
    exec: {
      apiVersion: answer.apiVersion,
      interactiveMode: 'IfAvailable',
      command: './get-credentials',
      args: ['get'],
      env: [{ name: 'TEAM', value: 'net' }],
    },
  }
  return { server, plugin }
}
const kubeconfig = (server: object, user: object): object => ({
  'current-context': 'one',
  contexts: [{ name: 'one', context: { cluster: 'c', user: 'u' } }],
  clusters: [{ name: 'c', cluster: server }],
  users: [{ name: 'u', user }],
})

claim('explain logs in by a credential plugin beside the kubeconfig, which speaks to the person', async (assert) => {
  const { server, plugin } = await admin()
  const { status, stdout, stderr } = await explain(file('plugin', kubeconfig(server, plugin)))
  assert.equal(status, 0, stderr)
  assert.match(stdout, /^REACHABLE, by the model/m)
  assert.equal(stderr, 'as get for net\n', 'run once, and its words are seen')
})

claim('explain takes a context of a list of kubeconfigs, as kubectl merges them', async (assert) => {
  const { server, plugin } = await admin()
  const first = file('first', { 'current-context': 'nowhere', users: [{ name: 'u', user: plugin }] })
  const second = file('second', kubeconfig(server, { token: 'of the second file' }))
  const { status, stderr } = await explain(`${first}:${join(folder, 'absent')}:${second}`, {}, 'one')
  assert.equal(status, 0, stderr)
  const current = await explain(`${first}:${second}`)
  assert.match(current.stderr, /the kubeconfig has no context "nowhere"\n {2}--context: one/)
})

claim('explain reaches the API through the proxy of the kubeconfig', async (assert) => {
  const { server, plugin } = await admin()
  const asked: (string | undefined)[] = []
  const proxy = createServer().on('connect', (request, client) => {
    asked.push(request.url)
    const socket = connect(Number(new URL(server.server).port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(client).pipe(socket)
    })
    for (const end of [socket, client]) end.on('error', () => undefined)
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  try {
    const { port } = proxy.address() as AddressInfo
    const away = { ...server, server: 'https://kubernetes.default.svc', 'proxy-url': `http://127.0.0.1:${port}` }
    const { status, stderr } = await explain(file('away', kubeconfig(away, plugin)))
    assert.equal(status, 0, stderr)
    assert.ok(asked.length > 0 && asked.every((target) => target === 'kubernetes.default.svc:443'), String(asked))
  } finally {
    proxy.close()
    proxy.closeAllConnections()
  }
})

claim('a login that fails says which file, user and field, and what helps', async (assert) => {
  const { server, plugin } = await admin()
  const exec = { ...plugin.exec, command: 'aws-iam-authenticator', installHint: 'brew install it' }
  const missing = await explain(file('missing', kubeconfig(server, { exec })))
  assert.match(
    missing.stderr,
    /^fairlead: user "u" of \S+missing: the credential plugin aws-iam-authenticator is not installed\n {2}brew install it\n$/,
  )
  const stale = await explain(file('stale', kubeconfig(server, { token: 'stale' })))
  assert.match(
    stale.stderr,
    /does not believe who asks \(context one\): Unauthorized\n {2}user "u" of \S+stale is over/,
  )
  for (const outcome of [missing, stale]) assert.notEqual(outcome.status, 0)
})
