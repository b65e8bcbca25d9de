import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { after, before, test } from 'node:test'
import { services } from '#api/core/service/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { clusterRoleBindings } from '#api/rbac/clusterrolebinding/resource.ts'
import { createPki } from '#apiserver/pki/create-pki.ts'
import { startTestServer, type TestServer } from '#apiserver/testing/test-server.ts'
import { createHttpClient } from '#client/http-client.ts'
import { type HttpsTarget, httpsTransport } from '#client/https-client.ts'
import { scratchState } from '../testing/scratch-state.ts'
import { apiRefusal } from './api-refusal.ts'
import { explainTarget } from './explain-target.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-login-'))
const environment = { HOME: folder, PATH: process.env.PATH ?? '' }
let state: Disposable
let server: TestServer
let port: number
let token: string
const open: { close(): unknown }[] = []
const base64 = (text: string): string => Buffer.from(text).toString('base64')

before(async () => {
  state = scratchState()
  server = await startTestServer()
  port = ((await server.listen({ host: '127.0.0.1', port: 0, tls: true })) as AddressInfo).port
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: { name: 'default' }, spec: {} }
  const options = { namespace: 'default', subresource: 'token' } as const
  const answer = await server.client.create(serviceAccounts, body as never, options)
  token = (answer as unknown as { status: { token: string } }).status.token
  // The account may do what the tests ask for.
  await server.client.create(clusterRoleBindings, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'all' },
    subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  })
})
after(async () => {
  for (const one of open) one.close()
  await server.close()
  state[Symbol.dispose]()
  rmSync(folder, { recursive: true })
})

const ACCOUNT = 'system:serviceaccount:default:default'
const ADMIN = 'kubernetes-admin'

interface Login {
  readonly user: object
  readonly cluster?: object
  readonly environment?: Record<string, string>
}

/** What explain makes of a kubeconfig with this user. */
const targetOf = ({ user, cluster = {}, environment: more = {} }: Login): HttpsTarget => {
  const ca = { 'certificate-authority-data': base64(server.rootCa) }
  const config = {
    'current-context': 'x',
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${port}`, ...ca, ...cluster } }],
    users: [{ name: 'u', user }],
  }
  const kubeconfig = join(folder, 'config')
  writeFileSync(kubeconfig, JSON.stringify(config))
  const target = explainTarget({ name: undefined, context: undefined, kubeconfig }, { ...environment, ...more })
  assert.ok(target.kind === 'api')
  return target.access
}
/** Who the API server takes the caller for, and their groups. */
const whoami = async (login: Login): Promise<{ readonly username: string; readonly groups: readonly string[] }> => {
  const transport = httpsTransport(targetOf(login))
  const review = Buffer.from(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }))
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': review.length }
      transport.open({ method: 'POST', path, headers }, resolve).on('error', reject).end(review)
    })
    let text = ''
    for await (const chunk of response) text += chunk
    return JSON.parse(text).status.userInfo
  } finally {
    transport.close()
  }
}
/** The error of a list of Services. */
const failure = async (login: Login): Promise<Error> => {
  const client = createHttpClient(httpsTransport(targetOf(login)))
  try {
    await client.list(services)
  } catch (error) {
    return error as Error
  } finally {
    client.close()
  }
  throw new assert.AssertionError({ message: 'nothing failed' })
}
const plugin = (name: string, status: object): object => {
  const command = join(folder, name)
  const answer = { kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status }
  writeFileSync(command, `#!/bin/sh\necho run >>${command}.log\ncat <<'END'\n${JSON.stringify(answer)}\nEND\n`, {
    mode: 0o755,
  })
  return { exec: { apiVersion: answer.apiVersion, interactiveMode: 'IfAvailable', command } }
}
const runs = (name: string): number =>
  readFileSync(join(folder, `${name}.log`), 'utf8')
    .trim()
    .split('\n').length

test('a token, a token of a file, a certificate, and what a plugin gives of them, log in', async () => {
  const { certificate, key } = server.pki.admin
  writeFileSync(join(folder, 'token'), `${token}\n`)
  writeFileSync(join(folder, 'key.pem'), key)
  assert.equal((await whoami({ user: { token } })).username, ACCOUNT)
  assert.equal((await whoami({ user: { tokenFile: 'token' } })).username, ACCOUNT)
  assert.equal((await whoami({ user: { tokenFile: 'token', token: 'stale' } })).username, ACCOUNT)
  const pem = { 'client-certificate-data': base64(certificate), 'client-key': 'key.pem' }
  assert.equal((await whoami({ user: pem })).username, ADMIN)
  assert.equal((await whoami({ user: plugin('by-token', { token }) })).username, ACCOUNT)
  const status = { clientCertificateData: certificate, clientKeyData: key }
  assert.equal((await whoami({ user: plugin('by-certificate', status) })).username, ADMIN)
  assert.equal(
    (await whoami({ user: { 'auth-provider': { name: 'oidc', config: { 'id-token': token } } } })).username,
    ACCOUNT,
  )
  assert.equal((await whoami({ user: { token, ...plugin('unasked', { token: 'wrong' }) } })).username, ACCOUNT)
})

test('a plugin is run once for all requests of a run, also for those that start together', async () => {
  const client = createHttpClient(httpsTransport(targetOf({ user: plugin('once', { token }) })))
  await Promise.all([1, 2, 3].map(() => client.list(services)))
  await client.list(services)
  client.close()
  assert.equal(runs('once'), 1)
})

test('an id-token of oidc that is over is not sent', () => {
  const over = `a.${Buffer.from('{"exp":1000000000}').toString('base64url')}.c`
  const access = targetOf({ user: { 'auth-provider': { name: 'oidc', config: { 'id-token': over } } } })
  const message = /the id-token of auth-provider oidc has been over since 2001-09-09T01:46:40/
  assert.throws(() => access.token?.(), {
    code: 'KUBECONFIG_INVALID',
    message,
    hint: /^kubectl get namespaces renews it/,
  })
})

test('as, as-groups and as-user-extra act as another', async () => {
  const { certificate, key } = server.pki.admin
  const admin = { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) }
  const user = { ...admin, as: 'jane', 'as-groups': ['a', 'b'] }
  assert.deepEqual(await whoami({ user }), { username: 'jane', groups: ['a', 'b', 'system:authenticated'] })
  const extra = { ...user, 'as-uid': '7', 'as-user-extra': { 'Example.com/Team': ['x', 'y'] } }
  assert.deepEqual(targetOf({ user: extra }).headers, {
    'impersonate-user': 'jane',
    'impersonate-uid': '7',
    'impersonate-group': ['a', 'b'],
    'impersonate-extra-example.com%2Fteam': ['x', 'y'],
  })
})

/** Shows the headers that a request came with. */
const headersOf = async (login: Login): Promise<IncomingMessage['headers']> => {
  const transport = httpsTransport(targetOf(login))
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    transport.open({ path: '/x', headers: {} }, resolve).on('error', reject).end()
  })
  let text = ''
  for await (const chunk of response) text += chunk
  transport.close()
  return JSON.parse(text)
}
const listen = async (listener: Server | ReturnType<typeof createTcpServer>): Promise<number> => {
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  open.push(listener)
  return (listener.address() as AddressInfo).port
}
const showHeaders: RequestListener = (request, response) => response.end(JSON.stringify(request.headers))

test('where a token or a password is given outright, no plugin is run', () => {
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never', command: '/no/such/plugin' }
  for (const login of [{ token: 'x' }, { username: 'me', password: 'secret' }]) {
    const { credentials } = targetOf({ user: { ...login, exec } })
    assert.equal(credentials, undefined, Object.keys(login).join())
  }
  assert.throws(() => targetOf({ user: { exec } }).credentials?.(), { message: /\/no\/such\/plugin is not installed/ })
})

test('a password goes as basic authorization, over TLS only; a server by http sees no login at all', async () => {
  const { certificate, key } = server.pki.server
  const secure = await listen(createHttpsServer({ cert: certificate, key }, showHeaders))
  const plain = await listen(createHttpServer(showHeaders))
  const user = { username: 'me', password: 'pä:ss' }
  const seen = await headersOf({ user, cluster: { server: `https://127.0.0.1:${secure}` } })
  assert.equal(seen.authorization, `Basic ${base64('me:pä:ss')}`)
  const cluster = { server: `http://127.0.0.1:${plain}`, 'certificate-authority-data': '' }
  assert.equal((await headersOf({ user, cluster })).authorization, undefined)
  assert.equal((await headersOf({ user: { token }, cluster })).authorization, undefined)
})

test('the server’s certificate is held against the authority and the name that the kubeconfig gives', async () => {
  const trusted = async (cluster: object): Promise<string> => (await whoami({ user: { token }, cluster })).username
  assert.equal(await trusted({ 'tls-server-name': 'kubernetes.default.svc' }), ACCOUNT)
  assert.equal(await trusted({ 'certificate-authority-data': '', 'insecure-skip-tls-verify': true }), ACCOUNT)
  for (const cluster of [{ 'tls-server-name': 'elsewhere.example' }, { 'certificate-authority-data': '' }]) {
    const refusal = apiRefusal(await failure({ user: { token }, cluster }), 'https://api', 'x', 'user "u"')
    assert.equal((refusal as { code?: string }).code, 'API_UNTRUSTED', String(refusal))
  }
})

test('whom the server does not believe is told which login that was', async () => {
  const refusal = apiRefusal(await failure({ user: { token: 'wrong' } }), 'https://api', 'x', 'user "u" of FILE')
  assert.deepEqual(
    [(refusal as Error).message, (refusal as { hint?: string }).hint],
    [
      'https://api does not believe who asks (context x): Unauthorized',
      'user "u" of FILE is over, or of another cluster: log in anew, as for kubectl',
    ],
  )
})

/** Joins the client of a proxy with the server that it asks for; what it was asked for stands in `asked`. */
const asked: string[] = []
const joinTo = (client: Duplex, host: string, target: number, ready: () => void): void => {
  asked.push(`${host}:${target}`)
  // Names of the cluster are known to the proxy alone.
  const socket = connect({ host: '127.0.0.1', port: target }, () => {
    ready()
    socket.pipe(client).pipe(socket)
  })
  for (const end of [socket, client]) end.on('error', () => undefined)
}
const httpProxy = (create: (listener: RequestListener) => Server, login = ''): Server => {
  const proxy = create((_, response) => response.writeHead(400).end())
  proxy.on('connect', (request: IncomingMessage, client: Duplex) => {
    if (login !== '' && request.headers['proxy-authorization'] !== `Basic ${base64(login)}`) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    const { hostname, port: target } = new URL(`http://${request.url}`)
    joinTo(client, hostname, Number(target), () => client.write('HTTP/1.1 200 OK\r\n\r\n'))
  })
  return proxy
}
/** SOCKS5 with a login, or none where that is empty; it writes its answers a byte at a time. */
const socksProxy = (login: string) =>
  createTcpServer(async (client: Socket) => {
    client.on('error', () => undefined)
    let buffered = Buffer.alloc(0)
    const wake: (() => void)[] = []
    const onData = (chunk: Buffer): void => {
      buffered = Buffer.concat([buffered, chunk])
      for (const one of wake.splice(0)) one()
    }
    client.on('data', onData)
    const take = async (length: number): Promise<Buffer> => {
      while (buffered.length < length) await new Promise<void>((resolve) => wake.push(resolve))
      const bytes = buffered.subarray(0, length)
      buffered = buffered.subarray(length)
      return bytes
    }
    const say = (...bytes: number[]): void => {
      for (const byte of bytes) client.write(Buffer.from([byte]))
    }
    const methods = await take((await take(2))[1]!)
    const method = login === '' ? 0 : 2
    if (!methods.includes(method)) return void client.end(Buffer.from([5, 255]))
    say(5, method)
    if (method === 2) {
      const user = await take((await take(2))[1]!)
      const password = await take((await take(1))[0]!)
      if (`${user}:${password}` !== login) return void client.end(Buffer.from([1, 1]))
      say(1, 0)
    }
    const [, , , type] = await take(4)
    const name = type === 3 ? String(await take((await take(1))[0]!)) : [...(await take(4))].join('.')
    const target = (await take(2)).readUInt16BE()
    if (name === 'refused.example') return void client.end(Buffer.from([5, 2, 0, 1, 0, 0, 0, 0, 0, 0]))
    client.off('data', onData)
    joinTo(client, name, target, () => say(5, 0, 0, 1, 127, 0, 0, 1, 0, 80))
  })

test('proxy-url leads through a proxy by http, https or SOCKS5, with its login; the proxy resolves the name', async () => {
  const { certificate, key } = server.pki.server
  const plain = await listen(httpProxy(createHttpServer))
  const guarded = await listen(httpProxy(createHttpServer, 'me:p@ss'))
  const secure = await listen(httpProxy((listener) => createHttpsServer({ cert: certificate, key }, listener)))
  const socks = await listen(socksProxy(''))
  const guardedSocks = await listen(socksProxy('me:p@ss'))
  const cluster = { server: `https://kubernetes.default.svc:${port}` }
  const through = (url: string): Promise<{ readonly username: string }> =>
    whoami({ user: { token }, cluster: { ...cluster, 'proxy-url': url } })
  for (const url of [
    `http://127.0.0.1:${plain}`,
    `http://me:p%40ss@127.0.0.1:${guarded}`,
    `https://127.0.0.1:${secure}`,
    `socks5://127.0.0.1:${socks}`,
    `socks5h://127.0.0.1:${socks}`,
    `socks5://me:p%40ss@127.0.0.1:${guardedSocks}`,
  ]) {
    asked.length = 0
    assert.equal((await through(url)).username, ACCOUNT, url)
    assert.deepEqual(asked, [`kubernetes.default.svc:${port}`], url)
  }
  const fails = (url: string): Promise<Error> =>
    failure({ user: { token }, cluster: { server: `https://refused.example:${port}`, 'proxy-url': url } })
  for (const [url, words] of [
    [
      `http://127.0.0.1:${guarded}`,
      /the proxy http:\/\/127\.0\.0\.1:\d+ does not lead to refused\.example:\d+: 407 .*: it wants a login/,
    ],
    [`http://me:wrong@127.0.0.1:${guarded}`, /does not lead to .*: 407/],
    [`http://127.0.0.1:1`, /the proxy http:\/\/127\.0\.0\.1:1: connect ECONNREFUSED/],
    [`socks5://127.0.0.1:${guardedSocks}`, /does not lead to .*: it wants a login/],
    [`socks5://me:wrong@127.0.0.1:${guardedSocks}`, /does not lead to .*: it refuses the login/],
    [`socks5://127.0.0.1:${socks}`, /does not lead to .*: not allowed by its rules/],
    ['socks5://127.0.0.1:1', /does not lead to .*: connect ECONNREFUSED/],
    [`socks5://127.0.0.1:${plain}`, /does not lead to .*: it (does not speak SOCKS5|closed the connection)/],
  ] as const) {
    const error = await fails(url)
    assert.match(error.message, words)
    assert.doesNotMatch(error.message, /wrong|p%40ss/, 'no secret is printed')
  }
})

test('a proxy by https is held against the same authority as the server', async () => {
  const { server: stranger } = await createPki({
    clusterDomain: 'cluster.local',
    subjectAltNames: ['127.0.0.1'],
    now: new Date(),
  })
  const create = (listener: RequestListener) =>
    createHttpsServer({ cert: stranger.certificate, key: stranger.key }, listener)
  const cluster = {
    server: `https://kubernetes.default.svc:${port}`,
    'proxy-url': `https://127.0.0.1:${await listen(httpProxy(create))}`,
  }
  asked.length = 0
  assert.match(
    (await failure({ user: { token }, cluster })).message,
    /: the proxy https:\/\/127\.0\.0\.1:\d+: .*certificate/,
  )
  assert.deepEqual(asked, [])
  const insecure = { 'certificate-authority-data': '', 'insecure-skip-tls-verify': true }
  assert.equal((await whoami({ user: { token }, cluster: { ...cluster, ...insecure } })).username, ACCOUNT)
})

test('the environment’s proxy is taken where the kubeconfig names none, and not for servers of NO_PROXY', async () => {
  const plain = await listen(httpProxy(createHttpServer))
  const cluster = { server: `https://kubernetes.default.svc:${port}` }
  asked.length = 0
  const HTTPS_PROXY = `http://127.0.0.1:${plain}`
  assert.equal((await whoami({ user: { token }, cluster, environment: { HTTPS_PROXY } })).username, ACCOUNT)
  assert.deepEqual(asked, [`kubernetes.default.svc:${port}`])
  assert.equal(targetOf({ user: {}, cluster, environment: { HTTPS_PROXY, NO_PROXY: '.svc' } }).proxy, undefined)
  const own = targetOf({
    user: {},
    cluster: { ...cluster, 'proxy-url': 'socks5://p:1' },
    environment: { HTTPS_PROXY, NO_PROXY: '*' },
  })
  assert.equal(own.proxy?.href, 'socks5://p:1')
})
