import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type ExecOptions, execCredentials } from './exec-credential.ts'
import type { ExecConfig } from './kubeconfig.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-exec-'))
after(() => rmSync(folder, { recursive: true }))
const path = (name: string): string => join(folder, name)
const V1 = 'client.authentication.k8s.io/v1'

let number = 0
/** A plugin that notes each run, and what it was told, and then prints. */
const plugin = (output: string, more = ''): { readonly command: string; readonly runs: () => readonly string[] } => {
  const command = path(`plugin-${++number}`)
  const log = `${command}.log`
  writeFileSync(
    command,
    `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO | $* | $COLOUR $OUTSIDE" >>${log}\n${more}\ncat <<'END'\n${output}\nEND\n`,
    { mode: 0o755 },
  )
  return { command, runs: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []) }
}
const answer = (status: object, apiVersion = V1): string =>
  JSON.stringify({ kind: 'ExecCredential', apiVersion, status })
const options = (exec: ExecConfig, more: Partial<ExecOptions> = {}): ExecOptions => ({
  exec: { apiVersion: V1, interactiveMode: 'Never', ...exec },
  cluster: { server: 'https://api.example' },
  place: 'user "me" of FILE',
  environment: { ...process.env, OUTSIDE: 'seen' },
  terminal: false,
  now: () => 0,
  ...more,
})

test('a plugin is run as kubectl runs it: arguments, environment, and what it is told of the cluster where it asks', () => {
  const { command, runs } = plugin(answer({ token: 'abc' }))
  const env = [{ name: 'COLOUR', value: 'red' }]
  assert.deepEqual(execCredentials(options({ command, args: ['get', 'token'], env }))(), { token: 'abc' })
  const cluster = { server: 'https://api.example', 'certificate-authority-data': 'Y2E=', config: { audience: 'x' } }
  execCredentials(options({ command, provideClusterInfo: true }, { cluster }))()
  const [plain, informed] = runs()
  assert.equal(
    plain,
    `{"kind":"ExecCredential","apiVersion":"${V1}","spec":{"interactive":false}} | get token | red seen`,
  )
  assert.deepEqual(JSON.parse(informed!.split(' | ')[0]!).spec, { cluster, interactive: false })
})

test('a plugin’s answer serves until it is over; one that is over at once is not asked for with each request', () => {
  const time = { now: Date.parse('2026-01-01T00:00:00Z') }
  const now = (): number => time.now
  const kept = plugin(answer({ token: 'abc', expirationTimestamp: '2026-01-01T01:00:00Z' }))
  const credentials = execCredentials(options({ command: kept.command }, { now }))
  for (let turn = 0; turn < 5; turn++) credentials()
  assert.equal(kept.runs().length, 1)
  time.now += 3_600_000
  credentials()
  assert.equal(kept.runs().length, 2)
  credentials()
  assert.equal(kept.runs().length, 2, 'over when it came')
  time.now += 10_000
  credentials()
  assert.equal(kept.runs().length, 3)
  const forever = plugin(
    answer({ clientCertificateData: 'C', clientKeyData: 'K' }, 'client.authentication.k8s.io/v1beta1'),
  )
  const exec = { command: forever.command, apiVersion: 'client.authentication.k8s.io/v1beta1' }
  const certificate = execCredentials(options(exec, { now }))
  assert.deepEqual(certificate(), { certificate: 'C', key: 'K' })
  time.now += 1e12
  certificate()
  assert.equal(forever.runs().length, 1)
})

test('what a plugin does wrong is said with its user, and it is not run again for the next request', () => {
  for (const [output, more, message] of [
    ['no json', '', /^user "me" of FILE: the credential plugin \S+ printed what is no JSON$/],
    ['{"kind":"Status"}', '', /printed "Status" and no ExecCredential$/],
    [
      answer({ token: 'x' }, 'client.authentication.k8s.io/v1beta1'),
      '',
      /answers by \S+v1beta1, and was asked by \S+\/v1$/,
    ],
    [JSON.stringify({ kind: 'ExecCredential', apiVersion: V1 }), '', /gave no status$/],
    [answer({}), '', /gave neither a token nor a certificate$/],
    [answer({ clientKeyData: 'K' }), '', /gave only one of certificate and key$/],
    [answer({ token: 'x', expirationTimestamp: 'soon' }), '', /expirationTimestamp that is no time: soon$/],
    [answer({ token: 'x' }), 'exit 3', /failed with exit code 3$/],
    [answer({ token: 'x' }), 'kill -9 $$', /was ended by SIGKILL$/],
  ] as const) {
    const { command, runs } = plugin(output, more)
    const credentials = execCredentials(options({ command }))
    for (const _ of [1, 2]) assert.throws(credentials, { code: 'KUBECONFIG_INVALID', message })
    assert.equal(runs().length, 1, String(message))
  }
})

test('a plugin that is not there or not described enough is refused, with what helps', () => {
  writeFileSync(path('plain'), 'no program', { mode: 0o644 })
  for (const [exec, more, message, hint] of [
    [
      { command: '/nowhere/aws', installHint: 'get it at example.com\n' },
      {},
      /aws is not installed$/,
      /^get it at example\.com$/,
    ],
    [{ command: '/nowhere/aws' }, {}, /aws is not installed$/, /^install \/nowhere\/aws/],
    [{ command: path('plain') }, {}, /cannot be executed$/, /./],
    [{}, {}, /exec\.command is missing$/, /./],
    [{ command: 'a', apiVersion: undefined }, {}, /exec\.apiVersion is missing$/, /v1 or client/],
    [{ command: 'a', apiVersion: 'client.authentication.k8s.io/v1alpha1' }, {}, /v1alpha1 is not known$/, /update/],
    [
      { command: 'a', interactiveMode: undefined },
      {},
      /exec\.interactiveMode is missing/,
      /^Never, IfAvailable, Always$/,
    ],
    [{ command: 'a', interactiveMode: 'Sometimes' }, {}, /"Sometimes" is not known$/, /^Never/],
    [
      { command: 'a', interactiveMode: 'Always' },
      {},
      /must ask a person, and the standard input is no terminal$/,
      /terminal/,
    ],
  ] as const)
    assert.throws(execCredentials(options(exec as ExecConfig, more)), { code: 'KUBECONFIG_INVALID', message, hint })
})
