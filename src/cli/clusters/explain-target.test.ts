import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readKubeconfigs } from '../kubeconfig/kubeconfig-read.ts'
import { scratchState } from '../testing/scratch-state.ts'
import { explainTarget } from './explain-target.ts'

const folder = mkdtempSync(join(tmpdir(), 'explain-target-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  return path
}
const config = (current: string, user: string, cluster = 'server: https://192.0.2.1:6443'): string => `apiVersion: v1
kind: Config
current-context: ${current}
clusters: [{name: c, cluster: {${cluster}}}]
contexts: [{name: ${current}, context: {cluster: c, user: u, namespace: shop}}, {name: other, context: {cluster: c, user: u}}]
users: [{name: u, user: {${user}}}]
`
const none = { name: undefined, kubeconfig: undefined, context: undefined }
const environment = { HOME: join(folder, 'nobody') }

test('a kubeconfig that is named leads to its cluster by the API alone, with its namespace, and the printed flags say so', () => {
  using _ = scratchState()
  const kubeconfig = file('prod', config('prod', 'token: abc'))
  const target = explainTarget({ ...none, kubeconfig }, environment)
  assert.ok(target.kind === 'api')
  assert.deepEqual([target.context, target.namespace], ['prod', 'shop'])
  assert.deepEqual(target.flags.kubectl, ['--kubeconfig', kubeconfig])
  const other = explainTarget({ ...none, context: 'other' }, { ...environment, KUBECONFIG: kubeconfig })
  assert.ok(other.kind === 'api')
  assert.deepEqual([other.context, other.namespace, other.flags.fairlead], ['other', undefined, ['--context', 'other']])
})

test('without any, the cluster of this machine is meant; where neither is there, that is what is missing', () => {
  using _ = scratchState()
  assert.throws(() => explainTarget(none, environment), { code: 'CLUSTER_UNKNOWN' })
  assert.throws(() => explainTarget({ ...none, name: 'ci' }, environment), { code: 'CLUSTER_UNKNOWN', message: /ci/ })
  const KUBECONFIG = file('default', config('prod', 'token: abc'))
  assert.equal(explainTarget(none, { ...environment, KUBECONFIG }).kind, 'api')
  assert.throws(() => explainTarget({ ...none, name: 'ci', context: 'prod' }, environment), { code: 'USAGE' })
})

test('a cluster of this machine is asked in the namespace of the context that led to it; named by itself, in none', () => {
  using state = scratchState()
  mkdirSync(join(state.folder, 'fairlead'))
  writeFileSync(
    join(state.folder, 'fairlead', 'cluster.json'),
    JSON.stringify({ name: 'fairlead', apiServer: { hostPort: 6443 } }),
  )
  const kubeconfig = (context: string) => `apiVersion: v1
kind: Config
current-context: fairlead-fairlead
clusters: [{name: fairlead-fairlead, cluster: {server: 'https://127.0.0.1:6443'}}]
contexts: [{name: fairlead-fairlead, context: {cluster: fairlead-fairlead, user: u${context}}}]
users: [{name: u, user: {token: abc}}]
`
  const path = file('home/.kube/config', kubeconfig(', namespace: shop'))
  const home = { HOME: join(folder, 'home') }
  const namespace = (
    chosen: { readonly name?: string; readonly kubeconfig?: string },
    surroundings: NodeJS.ProcessEnv = home,
  ) => {
    const target = explainTarget({ ...none, ...chosen }, surroundings)
    assert.equal(target.kind, 'local')
    return target.namespace
  }
  assert.equal(namespace({}), 'shop')
  assert.equal(namespace({ kubeconfig: path }), 'shop')
  assert.equal(namespace({}, { ...home, KUBECONFIG: path }), 'shop')
  assert.equal(namespace({ name: 'fairlead' }), undefined)
  file('home/.kube/config', kubeconfig(''))
  assert.equal(namespace({}), undefined)
})

test('what a kubeconfig says that cannot be used is refused, by file, entry and field, and never ignored', () => {
  using _ = scratchState()
  const server = 'server: https://192.0.2.1:6443'
  for (const [user, cluster, what] of [
    ['auth-provider: {name: gcp}', server, /^user "u" of \S+odd: auth-provider "gcp" is not there any more/],
    ['auth-provider: {name: oidc, config: {}}', server, /^user "u" of \S+odd: auth-provider oidc has no id-token/],
    ['token: abc, username: me', server, /^user "u" of \S+odd logs in by a token and a password/],
    [
      'exec: {command: a}, auth-provider: {name: oidc}',
      server,
      /^user "u" of \S+odd logs in by exec and auth-provider/,
    ],
    ['client-certificate-data: YQ==', server, /^user "u" of \S+odd: client-key is missing/],
    [
      'client-key: absent.pem, client-certificate-data: YQ==',
      server,
      /^user "u" of \S+odd: client-key: ENOENT.*absent\.pem/,
    ],
    ['tokenFile: absent', server, /^user "u" of \S+odd: tokenFile: ENOENT.*absent/],
    ['as-groups: [a]', server, /^user "u" of \S+odd: as-uid, as-groups and as-user-extra need a user/],
    ['token: a', 'server: ""', /^cluster "c" of \S+odd: server is missing/],
    ['token: a', 'server: "ftp://192.0.2.1"', /^cluster "c" of \S+odd: server "ftp:\/\/192\.0\.2\.1" is no URL/],
    ['token: a', `${server}, proxy-url: "ftp://p"`, /^cluster "c" of \S+odd: proxy-url "ftp:\/\/p" is no proxy/],
    ['token: a', `${server}, certificate-authority: absent`, /^cluster "c" of \S+odd: certificate-authority: ENOENT/],
    [
      'token: a',
      `${server}, certificate-authority-data: YQ==, insecure-skip-tls-verify: true`,
      /^cluster "c" of \S+odd: certificate-authority and insecure-skip-tls-verify exclude/,
    ],
  ] as const) {
    const kubeconfig = file('odd', config('odd', user, cluster))
    const use = (): unknown => {
      const target = explainTarget({ ...none, kubeconfig }, environment)
      return target.kind === 'api' && target.access.token?.()
    }
    assert.throws(use, { code: 'KUBECONFIG_INVALID', message: what })
  }
  const kubeconfigOf = (context: string): string =>
    `{contexts: [{name: x, context: ${context}}], clusters: [{name: c, cluster: {${server}}}], current-context: x}`
  for (const [context, what] of [
    ['{cluster: nowhere}', /^context "x" of \S+torn names cluster "nowhere", which no kubeconfig has/],
    ['{cluster: c, user: nobody}', /^context "x" of \S+torn names user "nobody", which no kubeconfig has/],
  ] as const) {
    const kubeconfig = file('torn', kubeconfigOf(context))
    assert.throws(() => explainTarget({ ...none, kubeconfig }, environment), {
      code: 'KUBECONFIG_INVALID',
      message: what,
    })
    const hint = '--context: x'
    assert.throws(() => explainTarget({ ...none, kubeconfig, context: 'y' }, environment), { hint })
  }
  assert.throws(() => explainTarget({ ...none, kubeconfig: join(folder, 'absent') }, environment), {
    code: 'KUBECONFIG_INVALID',
  })
  const kubeconfig = file('broken', '- a list')
  assert.throws(() => explainTarget({ ...none, kubeconfig }, environment), { code: 'KUBECONFIG_MALFORMED' })
})

test('readKubeconfigs() merges a list as kubectl does: first wins, paths are relative to their own file, absent files are left out', () => {
  const first = file('one/config', 'current-context: ""\nusers: [{name: u, user: {client-key: key.pem}}]\n')
  const second = file('two/config', config('prod', 'token: abc', 'certificate-authority: ../ca.crt'))
  const merged = readKubeconfigs([first, join(folder, 'absent'), second])
  assert.equal(merged?.['current-context'], 'prod')
  assert.deepEqual(merged?.users, [{ name: 'u', file: first, user: { 'client-key': join(folder, 'one/key.pem') } }])
  const cluster = { 'certificate-authority': join(folder, 'ca.crt') }
  assert.deepEqual(merged?.clusters, [{ name: 'c', file: second, cluster }])
  assert.equal(readKubeconfigs([join(folder, 'absent')]), undefined)
})

test('readKubeconfigs() takes a plugin’s path to be relative to its file too, and a name for one of PATH', () => {
  const users = '[{name: a, user: {exec: {command: bin/get}}}, {name: b, user: {exec: {command: aws}}}]'
  const merged = readKubeconfigs([file('plugins/config', `users: ${users}\n`)])
  assert.deepEqual(
    merged?.users?.map(({ user }) => user.exec?.command),
    [join(folder, 'plugins/bin/get'), 'aws'],
  )
})

test('in a pod without a kubeconfig, the pod’s own cluster is asked by its ServiceAccount', () => {
  using _ = scratchState()
  const account = join(folder, 'account')
  for (const [name, text] of Object.entries({ token: 'abc\n', 'ca.crt': 'CA', namespace: 'shop' }))
    file(join('account', name), text)
  const inPod = { ...environment, KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' }
  const target = explainTarget(none, inPod, account)
  assert.ok(target.kind === 'api')
  const { server, ca, token } = target.access
  assert.deepEqual([server, ca, token?.(), target.namespace], ['https://10.96.0.1:443', 'CA', 'abc', 'shop'])
  assert.throws(() => explainTarget(none, environment, account), { code: 'CLUSTER_UNKNOWN' })
  const KUBECONFIG = file('own', config('prod', 'token: abc'))
  const own = explainTarget(none, { ...inPod, KUBECONFIG }, account)
  assert.ok(own.kind === 'api' && own.context === 'prod', 'a kubeconfig goes first')
})
