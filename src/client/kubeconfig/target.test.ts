import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Kubeconfig, type KubeconfigCluster, KubeconfigError, type KubeconfigUser } from './kubeconfig.ts'
import { targetOfKubeconfig } from './target.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const surroundings = { environment: {}, terminal: false, now: () => 0 }
const target = (cluster: KubeconfigCluster, user: KubeconfigUser = {}, more: Partial<Kubeconfig> = {}) => {
  const config: Kubeconfig = {
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://host:6443/', ...cluster } }],
    users: [{ name: 'u', user }],
    ...more,
  }
  const { token, headers = {}, ...rest } = targetOfKubeconfig(config, 'x', surroundings)
  return { ...rest, ...(token ? { token: token() } : {}), ...(Object.keys(headers).length > 0 ? { headers } : {}) }
}
const there = { server: 'https://host:6443' }

test('a cluster is reached as its entry says, and its certificate is held against what the entry says', () => {
  const cases: readonly (readonly [KubeconfigCluster, object])[] = [
    [{}, there],
    [{ 'certificate-authority-data': base64('CA') }, { ...there, ca: 'CA' }],
    [{ 'insecure-skip-tls-verify': false }, there],
    [{ 'insecure-skip-tls-verify': true }, { ...there, insecureSkipVerify: true }],
    [{ 'tls-server-name': 'other' }, { ...there, serverName: 'other' }],
    [{ server: 'host:8080' }, { server: 'http://host:8080' }],
    [
      { server: 'host:6443', 'insecure-skip-tls-verify': true },
      { ...there, insecureSkipVerify: true },
    ],
    [
      { server: 'host:6443', 'certificate-authority-data': base64('CA') },
      { ...there, ca: 'CA' },
    ],
    [{ 'proxy-url': 'http://proxy:3128' }, { ...there, proxy: new URL('http://proxy:3128') }],
  ]
  for (const [cluster, expected] of cases) assert.deepEqual(target(cluster), expected, JSON.stringify(cluster))
})

test('a user proves who asks by what the entry has, and without TLS shows nothing of it', () => {
  const cases: readonly (readonly [KubeconfigUser, object])[] = [
    [{ token: 't' }, { token: 't' }],
    [{ username: 'me', password: 'pw' }, { headers: { authorization: `Basic ${base64('me:pw')}` } }],
    [
      { 'client-certificate-data': base64('C'), 'client-key-data': base64('K') },
      { certificate: 'C', key: 'K' },
    ],
    [
      { as: 'you', 'as-uid': '7', 'as-groups': ['g'], 'as-user-extra': { 'Reason/x': ['r'] } },
      {
        headers: {
          'impersonate-user': 'you',
          'impersonate-uid': '7',
          'impersonate-group': ['g'],
          'impersonate-extra-reason%2Fx': ['r'],
        },
      },
    ],
  ]
  for (const [user, expected] of cases) {
    assert.deepEqual(target({}, user), { ...there, ...expected }, JSON.stringify(user))
    assert.deepEqual(target({ server: 'http://host:8080' }, user), { server: 'http://host:8080' }, JSON.stringify(user))
  }
})

test('what contradicts itself or leads nowhere is refused by entry, with the way out', () => {
  const context = (names: object): Partial<Kubeconfig> => ({ contexts: [{ name: 'x', context: names }] })
  const cases: readonly (readonly [() => unknown, RegExp])[] = [
    [() => target({}, {}, { contexts: [{ name: 'y', context: {} }] }), /no context "x".*--context: y/],
    [() => target({}, {}, { contexts: [] }), /no context "x".*kubectl config view/],
    [() => target({}, {}, context({ cluster: 'd' })), /context "x" names cluster "d".*--cluster=NAME/],
    [() => target({}, {}, context({})), /context "x" names cluster ""/],
    [() => target({}, {}, context({ cluster: 'c', user: 'v' })), /context "x" names user "v".*--user=NAME/],
    [() => target({ server: '' }), /cluster "c": server is missing/],
    [() => target({ server: 'ftp://host' }), /server "ftp:\/\/host" is no URL of https or http/],
    [
      () => target({ 'insecure-skip-tls-verify': true, 'certificate-authority-data': base64('CA') }),
      /certificate-authority and insecure-skip-tls-verify exclude each other/,
    ],
    [() => target({ 'certificate-authority': '/nowhere/ca.crt' }), /cluster "c": certificate-authority: .*ENOENT/],
    [() => target({}, { token: 't', username: 'me' }), /user "u" logs in by a token and a password/],
    [() => target({}, { exec: {}, 'auth-provider': {} }), /user "u" logs in by exec and auth-provider/],
    [() => target({}, { 'client-certificate-data': base64('C') }), /user "u": client-key is missing/],
    [() => target({}, { 'client-key-data': base64('K') }), /user "u": client-certificate is missing/],
    [() => target({}, { 'as-groups': ['g'] }), /need a user to act as.*as: NAME/],
    [() => target({}, { 'as-uid': '7' }), /need a user to act as/],
    [() => target({}, { 'as-user-extra': { a: ['b'] } }), /need a user to act as/],
  ]
  for (const [work, words] of cases)
    assert.throws(work, (error) => {
      assert.ok(error instanceof KubeconfigError, String(error))
      assert.match(`${error.message}; ${error.hint}`, words)
      return true
    })
  // A context without a user is one that shows nothing.
  assert.deepEqual(target({}, { token: 't' }, context({ cluster: 'c' })), there)
})
