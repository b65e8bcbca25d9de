import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { explainTarget } from './explain-target.ts'
import { readKubeconfigs } from './kubeconfig-read.ts'

const folder = mkdtempSync(join(tmpdir(), 'explain-target-'))
const before = process.env.FAIRLEAD_STATE
process.env.FAIRLEAD_STATE = join(folder, 'state')
after(() => {
  if (before === undefined) delete process.env.FAIRLEAD_STATE
  else process.env.FAIRLEAD_STATE = before
  rmSync(folder, { recursive: true, force: true })
})

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
  assert.throws(() => explainTarget(none, environment), { code: 'CLUSTER_UNKNOWN' })
  assert.throws(() => explainTarget({ ...none, name: 'ci' }, environment), { code: 'CLUSTER_UNKNOWN', message: /ci/ })
  const KUBECONFIG = file('default', config('prod', 'token: abc'))
  assert.equal(explainTarget(none, { ...environment, KUBECONFIG }).kind, 'api')
  assert.throws(() => explainTarget({ ...none, name: 'ci', context: 'prod' }, environment), { code: 'USAGE' })
})

test('what a kubeconfig asks for and is not supported is refused, never ignored', () => {
  for (const [user, cluster, what] of [
    ['exec: {command: aws}', undefined, /a program \(exec\) is not supported/],
    ['auth-provider: {name: gcp}', undefined, /auth-provider is not/],
    ['username: me, password: secret', undefined, /password is not/],
    ['token: abc, as: somebody', undefined, /impersonation/],
    ['token: abc', 'server: https://192.0.2.1:6443, proxy-url: http://proxy', /proxy-url is not/],
    ['token: abc', 'server: http://127.0.0.1:8001', /which is not https/],
  ] as const) {
    const kubeconfig = file('odd', config('odd', user, cluster))
    assert.throws(() => explainTarget({ ...none, kubeconfig }, environment), {
      code: 'KUBECONFIG_UNSUPPORTED',
      message: what,
    })
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
  assert.deepEqual(merged?.users, [{ name: 'u', user: { 'client-key': join(folder, 'one/key.pem') } }])
  assert.deepEqual(merged?.clusters, [{ name: 'c', cluster: { 'certificate-authority': join(folder, 'ca.crt') } }])
  assert.equal(readKubeconfigs([join(folder, 'absent')]), undefined)
})
