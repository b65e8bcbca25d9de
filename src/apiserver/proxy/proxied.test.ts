import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { WebSocket, WebSocketServer } from 'ws'
import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
/** `address:port` of the cluster → a port of this machine's loopback. */
const network = new Map<string, number>()
const open: Server[] = []

/** A program at an address of the cluster. */
const listen = async (authority: string, handler: RequestListener, secure = false): Promise<Server> => {
  const { certificate, key } = server.pki.server
  const program = secure ? createSecureServer({ cert: certificate, key }, handler) : createServer(handler)
  await once(program.listen(0, '127.0.0.1'), 'listening')
  network.set(authority, (program.address() as AddressInfo).port)
  open.push(program)
  return program
}

before(async () => {
  const dial = (address: string, port: number): Socket => {
    const near = network.get(`${address}:${port}`)
    return connect({ host: '127.0.0.1', port: near ?? 1, allowHalfOpen: true })
  }
  server = await startTestServer({ dial, kubelet: (node) => ({ socketPath: kubelet, path: `/nodes/${node}` }) })
  kubelet = `${server.folder}/kubelet.sock`
})
let kubelet = ''
after(async () => {
  for (const one of open) one.close().closeAllConnections()
  await server.close()
})

const make = <T extends ApiObject>(resource: Resource<T>, object: object): Promise<T> =>
  server.client.create(resource, { apiVersion: resource.message.gvk![0], kind: resource.kind, ...object } as never, {
    ...(resource.namespaced && { namespace: 'default' }),
  })
const makePod = async (name: string, address: string, ports: object[] = []): Promise<void> => {
  const pod = await make(pods, { metadata: { name }, spec: { containers: [{ name: 'c', image: 'x', ports }] } })
  const status = { phase: 'Running' as const, podIP: address, podIPs: [{ ip: address }] }
  await server.client.update(pods, { ...pod, status }, { subresource: 'status' })
}
const endpoint = (address: string, pod: string | undefined, ready = true) => ({
  addresses: [address],
  conditions: { ready },
  ...(pod && { targetRef: { kind: 'Pod', namespace: 'default', name: pod } }),
})
const makeSlice = (service: string, endpoints: object[], ports: object[], addressType = 'IPv4'): Promise<ApiObject> =>
  make(endpointSlices, {
    metadata: { generateName: `${service}-`, labels: { 'kubernetes.io/service-name': service } },
    addressType,
    ports,
    endpoints,
  })

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  readonly text: string
  readonly json: any
}
const read = async (response: IncomingMessage): Promise<Answer> => {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  const text = bytes.toString()
  const json = response.headers['content-type']?.startsWith('application/json') && text ? JSON.parse(text) : undefined
  return { status: response.statusCode!, headers: response.headers, bytes, text, json }
}
const call = (path: string, options: { method?: string; headers?: OutgoingHttpHeaders; body?: string } = {}) => {
  const { method = 'GET', headers = {}, body } = options
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
  const request = httpRequest({ socketPath: server.socketPath, path, method, headers: { ...headers, ...length } })
  request.end(body)
  return once(request, 'response').then(([response]) => read(response as IncomingMessage))
}
const POD = '/api/v1/namespaces/default/pods'
const SERVICE = '/api/v1/namespaces/default/services'

/** Says what it was asked. */
const mirror: RequestListener = async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  response.setHeader('Content-Type', 'application/json')
  response.setHeader('Access-Control-Allow-Origin', '*')
  response.setHeader('X-Own', 'kept')
  response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }))
}

test('a pod answers through the API by every method, with path, query, headers and body as they were sent', async () => {
  await makePod('web', '10.244.1.2', [{ name: 'http', containerPort: 8080 }])
  await listen('10.244.1.2:8080', mirror)
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    const body = method === 'GET' || method === 'OPTIONS' ? undefined : 'some words'
    const headers = {
      'x-asked': 'yes',
      authorization: 'Bearer mine',
      'impersonate-user': 'me',
      'impersonate-group': 'system:masters',
      connection: 'x-hop',
      'x-hop': 'of this hop',
    }
    const answer = await call(`${POD}/web/proxy/a%2Fb/c//d?x=1&y=%20`, { method, headers, ...(body && { body }) })
    assert.equal(answer.status, 200, answer.text)
    const seen = answer.json
    assert.deepEqual([seen.method, seen.url, seen.body], [method, '/a%2Fb/c//d?x=1&y=%20', body ?? ''])
    assert.equal(seen.headers['x-asked'], 'yes')
    assert.equal(seen.headers.authorization, undefined, 'the caller’s credentials are not the pod’s to see')
    for (const name of ['impersonate-user', 'impersonate-group', 'x-hop']) assert.equal(seen.headers[name], undefined)
    assert.equal(seen.headers['x-forwarded-uri'], `${POD}/web/proxy/a%2Fb/c//d`)
    assert.equal(answer.headers['x-own'], 'kept')
    assert.equal(answer.headers['access-control-allow-origin'], undefined)
  }
  const head = await call(`${POD}/web/proxy/`, { method: 'HEAD' })
  assert.deepEqual([head.status, head.headers['x-own'], head.bytes.length], [200, 'kept', 0])
  const empty = await call(`${POD}/web/proxy/`, { method: 'POST' })
  assert.equal(empty.json.headers['content-length'], '0')
  const chunked = httpRequest({ socketPath: server.socketPath, path: `${POD}/web/proxy/`, method: 'DELETE' })
  chunked.setHeader('Transfer-Encoding', 'chunked')
  chunked.write('in ')
  chunked.end('parts')
  const [response] = (await once(chunked, 'response')) as [IncomingMessage]
  assert.equal((await read(response)).json.body, 'in parts')
  assert.equal((await call(`${POD}/web/proxy/`, { method: 'TRACE' })).status, 405)
})

test('a pod’s port is given by number or by name, else it is the first declared; https: asks by TLS, whoever signed', async () => {
  await makePod('ports', '10.244.1.3', [
    { name: 'http', containerPort: 8080 },
    { name: 'admin', containerPort: 9000 },
  ])
  for (const port of [8080, 9000, 7000]) await listen(`10.244.1.3:${port}`, (_, response) => response.end(String(port)))
  await listen('10.244.1.3:8443', (_, response) => response.end('secure'), true)
  for (const [id, expected] of [
    ['ports', '8080'],
    ['ports:', '8080'],
    ['ports:7000', '7000'],
    ['ports:admin', '9000'],
    ['http:ports:admin', '9000'],
    ['https:ports:8443', 'secure'],
    ['http%3Aports%3A7000', '7000'],
  ] as const)
    assert.equal((await call(`${POD}/${id}/proxy/`)).text, expected, id)
})

test('what is wrong with a pod, a port or an address is said in a Status', async () => {
  await makePod('bare', '10.244.1.4')
  await makePod('loopback', '127.0.0.1')
  await makePod('metadata', '169.254.169.254')
  const here = await make(nodes, { metadata: { name: 'here' } })
  const status = { addresses: [{ type: 'InternalIP', address: '127.0.0.1' }] }
  await server.client.update(nodes, { ...here, status } as never, { subresource: 'status' })
  await make(pods, { metadata: { name: 'pending' }, spec: { containers: [{ name: 'c', image: 'x' }] } })
  for (const [path, code, reason, message] of [
    [`${POD}/none/proxy/`, 404, 'NotFound', /^pods "none" not found$/],
    [`${POD}/a:b:c:d/proxy/`, 400, 'BadRequest', /^invalid pod request "a:b:c:d": write NAME/],
    [`${POD}/ftp:web:80/proxy/`, 400, 'BadRequest', /^invalid pod request/],
    [`${POD}/bare:http/proxy/`, 400, 'BadRequest', /^pod "bare" has no port "http": none of its ports has a name$/],
    [`${POD}/web:htp/proxy/`, 400, 'BadRequest', /^pod "web" has no port "htp": its ports are named http$/],
    [`${POD}/bare:0/proxy/`, 400, 'BadRequest', /^"0" is no port/],
    [`${POD}/bare:70000/proxy/`, 400, 'BadRequest', /^"70000" is no port/],
    [`${POD}/loopback:80/proxy/`, 400, 'BadRequest', /^address not allowed: 127\.0\.0\.1/],
    [`${POD}/metadata:80/proxy/`, 400, 'BadRequest', /^address not allowed: 169\.254\.169\.254/],
    ['/api/v1/nodes/here:80/proxy/', 400, 'BadRequest', /^address not allowed: 127\.0\.0\.1/],
    [
      `${POD}/https:bare:81/proxy/`,
      503,
      'ServiceUnavailable',
      /^error trying to reach service: connect 10\.244\.1\.4:81: /,
    ],
    [`${POD}/pending/proxy/`, 400, 'BadRequest', /^pod "pending" has no address yet: it is Pending$/],
    [`${POD}/bare:81/proxy/`, 503, 'ServiceUnavailable', /^error trying to reach service: connect 10\.244\.1\.4:81: /],
    ['/api/v1/pods/web/proxy/', 404, 'NotFound', /could not find the requested resource/],
    ['/api/v1/namespaces/default/configmaps/web/proxy/', 404, 'NotFound', /could not find the requested resource/],
  ] as const) {
    const { status, json } = await call(path)
    assert.deepEqual([status, json.kind, json.code, json.reason], [code, 'Status', code, reason], path)
    assert.match(json.message, message)
  }
})

test('a Service leads to a ready pod of its own, by port number or name; others and strangers are never asked', async () => {
  await make(services, {
    metadata: { name: 'two' },
    spec: {
      selector: { app: 'two' },
      ports: [
        { name: 'http', port: 80, targetPort: 8080 },
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
      ],
    },
  })
  await make(services, { metadata: { name: 'one' }, spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] } })
  for (const [name, address] of [
    ['t1', '10.244.2.1'],
    ['t2', '10.244.2.2'],
    ['t3', '10.244.2.3'],
  ] as const) {
    await makePod(name, address)
    await listen(`${address}:8080`, (_, response) => response.end(name))
    await listen(`${address}:53`, (_, response) => response.end(`${name} tcp`))
  }
  await listen('10.244.2.9:8080', (_, response) => response.end('stranger'))
  const ports = [
    { name: 'http', port: 8080 },
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, protocol: 'TCP' },
  ]
  await makeSlice('two', [endpoint('10.244.2.1', 't1'), endpoint('10.244.2.3', 't3', false)], ports)
  await makeSlice('two', [endpoint('10.244.2.2', 't2'), endpoint('10.244.2.9', undefined)], ports)
  await makeSlice('two', [endpoint('10.244.2.9', 't1')], ports)
  await makeSlice('two', [endpoint('fd00::1', 't1')], ports, 'IPv6')
  const asked = new Set<string>()
  for (let turn = 0; turn < 40; turn++) asked.add((await call(`${SERVICE}/two:http/proxy/`)).text)
  assert.deepEqual([...asked].sort(), ['t1', 't2'])
  assert.match((await call(`${SERVICE}/two:80/proxy/`)).text, /^t[12]$/)
  assert.match((await call(`${SERVICE}/two:53/proxy/`)).text, /^t[12] tcp$/)
  await makeSlice('one', [endpoint('10.244.2.1', 't1')], [{ name: 'http', port: 8080 }])
  assert.equal((await call(`${SERVICE}/one/proxy/`)).text, 't1', 'the only port need not be named')
})

test('an endpoint whose readiness is not told is ready; slices of another family or namespace are not the Service’s', async () => {
  await make(services, { metadata: { name: 'untold' }, spec: { ports: [{ port: 80 }] } })
  const pod = await make(pods, { metadata: { name: 'dual' }, spec: { containers: [{ name: 'c', image: 'x' }] } })
  const podIPs = ['10.244.2.11', 'fd00::11'].map((ip) => ({ ip }))
  const status = { phase: 'Running' as const, podIP: '10.244.2.11', podIPs }
  await server.client.update(pods, { ...pod, status }, { subresource: 'status' })
  await makePod('theirs', '10.244.2.12')
  await listen('10.244.2.11:80', (_, response) => response.end('ours'))
  for (const authority of ['fd00::11:80', '10.244.2.12:80'])
    await listen(authority, (_, response) => response.end(authority))
  const ports = [{ name: '', port: 80 }]
  const { addresses, targetRef } = endpoint('10.244.2.11', 'dual')
  await makeSlice('untold', [{ addresses, targetRef }], ports)
  await makeSlice('untold', [endpoint('fd00::11', 'dual')], ports, 'IPv6')
  const other = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } }
  await server.client.create(namespaces, other as never)
  const theirs = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'untold-theirs', labels: { 'kubernetes.io/service-name': 'untold' } },
    addressType: 'IPv4' as const,
    ports,
    endpoints: [endpoint('10.244.2.12', 'theirs')],
  }
  await server.client.create(endpointSlices, theirs as never, { namespace: 'other' })
  const asked = new Set<string>()
  for (let turn = 0; turn < 30; turn++) asked.add((await call(`${SERVICE}/untold/proxy/`)).text)
  assert.deepEqual([...asked], ['ours'])
})

test('why a Service leads nowhere is said, as Kubernetes says it and with the reason', async () => {
  await make(services, { metadata: { name: 'empty' }, spec: { selector: { app: 'none' }, ports: [{ port: 80 }] } })
  await make(services, { metadata: { name: 'named' }, spec: { type: 'ExternalName', externalName: 'db.example.com' } })
  await make(services, { metadata: { name: 'manual' }, spec: { ports: [{ port: 80 }] } })
  await makeSlice('manual', [endpoint('192.0.2.1', undefined)], [{ name: '', port: 80 }])
  for (const [id, message] of [
    ['empty', /^no endpoints available for service "empty": no pod behind it is ready$/],
    ['empty:81', /^no service port 81 found for service "empty": its ports are 80\/TCP$/],
    [
      'two',
      /^no endpoints available for service "two": name one of its ports: http 80\/TCP, dns 53\/UDP, dns-tcp 53\/TCP$/,
    ],
    ['two:dns', /^no service port dns found for service "two" over TCP/],
    [
      'named:80',
      /^no endpoints available for service "named": it is of type ExternalName, another name for db\.example\.com/,
    ],
    ['manual', /^no endpoints available for service "manual": 192\.0\.2\.1 is no pod’s own address/],
  ] as const) {
    const { status, json } = await call(`${SERVICE}/${id}/proxy/`)
    assert.deepEqual([status, json.reason], [503, 'ServiceUnavailable'], id)
    assert.match(json.message, message)
  }
  assert.equal((await call(`${SERVICE}/none:80/proxy/`)).json.message, 'services "none" not found')
})

test('a node’s own ports are asked by number; without one, its kubelet', async () => {
  const status = { addresses: [{ type: 'InternalIP', address: '172.30.0.2' }], daemonEndpoints: {} }
  const node = await make(nodes, { metadata: { name: 'node-1' } })
  await server.client.update(nodes, { ...node, status } as never, { subresource: 'status' })
  await listen('172.30.0.2:10256', (request, response) => response.end(`health ${request.url}`))
  const agent = createServer((request, response) => response.end(`kubelet ${request.url}`))
  await once(agent.listen(kubelet), 'listening')
  open.push(agent)
  const NODE = '/api/v1/nodes'
  assert.equal((await call(`${NODE}/node-1:10256/proxy/healthz`)).text, 'health /healthz')
  assert.equal((await call(`${NODE}/node-1/proxy/pods?x`)).text, 'kubelet /nodes/node-1/pods?x')
  assert.equal((await call(`${NODE}/https:node-1:10250/proxy/healthz`)).text, 'kubelet /nodes/node-1/healthz')
  // Other nodes' kubelets stand beside it.
  for (const path of ['../node-2/pods', '%2e%2e/node-2/pods', 'a/%2E./..%2f../node-2/pods', '..%2Fnode-2/pods'])
    assert.equal((await call(`${NODE}/node-1/proxy/${path}`)).text, 'kubelet /nodes/node-1/node-2/pods', path)
  assert.equal((await call(`${NODE}/node-1/proxy/a/./b%20c/..`)).text, 'kubelet /nodes/node-1/a')
  // However the slashes are written, the same is allowed and asked.
  assert.equal((await call(`${NODE}%2Fnode-1/proxy%2fpods?x`)).text, 'kubelet /nodes/node-1/pods?x')
  assert.equal((await call(`${NODE}/none/proxy/`)).json.message, 'nodes "none" not found')
})

test('links and redirects of what is proxied lead through the proxy, and so does its root without a slash', async () => {
  const page = '<a href="/next">n</a>'
  await makePod('page', '10.244.1.5', [{ containerPort: 80 }])
  await listen('10.244.1.5:80', (request, response) => {
    const html = { 'Content-Type': 'text/html; charset=utf-8' }
    if (request.url === '/moved') response.writeHead(302, { ...html, Location: '/login?x=1' }).end(page)
    else if (request.url === '/away') response.writeHead(302, { Location: 'https://elsewhere.example/' }).end()
    else if (request.url === '/zip')
      response.writeHead(200, { ...html, 'Content-Encoding': 'gzip' }).end(gzipSync(page))
    else if (request.url === '/odd') response.writeHead(200, { ...html, 'Content-Encoding': 'br' }).end(page)
    else if (request.url === '/text') response.writeHead(200, { 'Content-Type': 'text/plain' }).end(page)
    else response.writeHead(200, { ...html, 'Content-Length': page.length }).end(page)
  })
  const base = `${POD}/page/proxy`
  for (const path of [base, `${base}?a=b`]) {
    const root = await call(path)
    assert.deepEqual([root.status, root.headers.location], [301, path.replace('/proxy', '/proxy/')])
  }
  const through = `<a href="${base}/next">n</a>`
  assert.equal((await call(`${base}/`)).text, through)
  assert.equal((await call(base, { method: 'POST' })).text, through, 'only who reads is sent on')
  assert.equal(gunzipSync((await call(`${base}/zip`)).bytes).toString(), through)
  assert.equal((await call(`${base}/odd`)).text, page)
  assert.equal((await call(`${base}/text`)).text, page)
  assert.equal((await call(`${base}/moved`)).headers.location, `${base}/login?x=1`)
  assert.equal((await call(`${base}/away`)).headers.location, 'https://elsewhere.example/')
})

test('an answer is streamed: its beginning comes before its end is made, and a break in it is no end', async () => {
  await makePod('slow', '10.244.1.6', [{ containerPort: 80 }])
  let finish: () => void = () => undefined
  await listen('10.244.1.6:80', (request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('first')
    finish = () => (request.url === '/break' ? response.destroy() : response.end('last'))
  })
  const begin = async (path: string): Promise<IncomingMessage> => {
    const request = httpRequest({ socketPath: server.socketPath, path: `${POD}/slow/proxy${path}` })
    request.end()
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const [first] = (await once(response, 'data')) as [Buffer]
    assert.equal(first.toString(), 'first')
    return response
  }
  const whole = await begin('/')
  finish()
  assert.equal((await read(whole)).text, 'last')
  const broken = await begin('/break')
  finish()
  await assert.rejects(read(broken), { code: 'ECONNRESET' })
})

test('a client that leaves ends the request in the pod, before its answer and during it', async () => {
  await makePod('left', '10.244.1.7', [{ containerPort: 80 }])
  for (const answers of [false, true]) {
    const asked = Promise.withResolvers<void>()
    const gone = Promise.withResolvers<void>()
    const program = await listen('10.244.1.7:80', (_, response) => {
      if (answers) response.writeHead(200).write('some')
      response.on('close', () => gone.resolve())
      asked.resolve()
    })
    const request = httpRequest({ socketPath: server.socketPath, path: `${POD}/left/proxy/` })
    request.on('error', () => undefined)
    request.end()
    if (answers) await once(request, 'response')
    await asked.promise
    request.destroy()
    await gone.promise
    program.close()
  }
})

test('a pod may answer before it has read all that it is sent, with headers of any length; the connection goes on', async () => {
  await makePod('early', '10.244.1.11', [{ containerPort: 80 }])
  await listen('10.244.1.11:80', (_, response) => response.setHeader('X-Long', 'x'.repeat(100_000)).end('early'))
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  try {
    for (const turn of [1, 2]) {
      const path = `${POD}/early/proxy/`
      const options = { socketPath: server.socketPath, path, method: 'POST', agent, maxHeaderSize: 1 << 20 }
      const request = httpRequest(options)
      const [answer] = await Promise.all([
        once(request, 'response').then(([response]) => read(response as IncomingMessage)),
        new Promise<void>((resolve) => request.end(Buffer.alloc(4 << 20), () => resolve())),
      ])
      assert.deepEqual(
        [answer.status, answer.text, answer.headers['x-long']?.length],
        [200, 'early', 100_000],
        `${turn}`,
      )
    }
  } finally {
    agent.destroy()
  }
})

test('a part of a page stays as it is: its bytes are counted', async () => {
  await makePod('parts', '10.244.1.12', [{ containerPort: 80 }])
  const part = '<a href="/x">'
  await listen('10.244.1.12:80', (_, response) => response.writeHead(206, { 'Content-Type': 'text/html' }).end(part))
  assert.equal((await call(`${POD}/parts/proxy/`)).text, part)
})

test('bounds: what a slow reader has not read stays with the pod, not with the API server', async () => {
  await makePod('flood', '10.244.1.8', [{ containerPort: 80 }])
  const SIZE = 256 * 1024 * 1024
  let sent = 0
  await listen('10.244.1.8:80', (_, response) => {
    const chunk = Buffer.alloc(1 << 20)
    const more = (): void => {
      while (sent < SIZE) {
        sent += chunk.length
        if (!response.write(chunk)) return void response.once('drain', more)
      }
      response.end()
    }
    more()
  })
  const request = httpRequest({ socketPath: server.socketPath, path: `${POD}/flood/proxy/` })
  request.end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.pause()
  let before = -1
  while (sent !== before) {
    before = sent
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.ok(sent < SIZE / 4, `${sent} bytes were taken from the pod for a client that reads none`)
  request.destroy()
})

test('WebSocket and any other protocol is joined to the pod byte for byte, after its upgrade', async () => {
  await makePod('socket', '10.244.1.9', [{ containerPort: 80 }])
  const program = await listen('10.244.1.9:80', (_, response) => response.writeHead(403).end('no upgrade here'))
  const sockets = new WebSocketServer({ noServer: true })
  program.on('upgrade', (request, socket: Socket, head) => {
    if (request.headers.upgrade === 'websocket') {
      sockets.handleUpgrade(request, socket, head, (peer) => {
        peer.on('message', (data) => peer.send(`${request.url} ${data}`))
      })
      return
    }
    if (request.headers.upgrade !== 'echo')
      return void socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno')
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
    socket.pipe(socket)
  })
  const asked = once(program, 'upgrade') as Promise<[IncomingMessage]>
  const protocols = ['base64url.bearer.authorization.k8s.io.c2VjcmV0', 'chat']
  const client = new WebSocket(`ws+unix://${server.socketPath}:${POD}/socket/proxy/chat?room=1`, protocols)
  const [{ headers }] = await asked
  assert.equal(headers['sec-websocket-protocol'], 'chat', 'the caller’s token is not the pod’s to see')
  await once(client, 'open')
  client.send('hello')
  const [data] = (await once(client, 'message')) as [Buffer]
  assert.equal(data.toString(), '/chat?room=1 hello')
  client.terminate()

  const talk = async (path: string, protocol: string, words: string): Promise<string> => {
    const socket = connect(server.socketPath)
    socket.end(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n${words}`)
    let text = ''
    for await (const chunk of socket) text += chunk
    return text
  }
  assert.match(await talk(`${POD}/socket/proxy/`, 'echo', 'words'), /^HTTP\/1\.1 101 [\s\S]*\r\n\r\nwords$/)
  // Whatever follows a refused upgrade is no longer authenticated: it must not reach the pod.
  const smuggled = await talk(`${POD}/socket/proxy/`, 'other', 'GET /chat HTTP/1.1\r\nHost: x\r\n\r\n')
  assert.match(smuggled, /^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*Connection: close\r\n\r\nno$/)
  const nowhere = await talk(`${POD}/socket:81/proxy/`, 'echo', '')
  assert.match(nowhere, /^HTTP\/1\.1 503 [\s\S]*"message":"error trying to reach service: connect 10\.244\.1\.9:81: /)
})

test('discovery and OpenAPI tell of the proxies as Kubernetes does', async () => {
  const { resources } = (await call('/api/v1')).json
  const verbs = ['create', 'delete', 'get', 'patch', 'update']
  for (const [name, kind] of [
    ['pods/proxy', 'PodProxyOptions'],
    ['services/proxy', 'ServiceProxyOptions'],
    ['nodes/proxy', 'NodeProxyOptions'],
  ]) {
    const found = resources.find((one: { name: string }) => one.name === name)
    assert.deepEqual([found.kind, found.verbs], [kind, verbs])
  }
  const { paths } = (await call('/openapi/v3/api/v1')).json
  const below = paths['/api/v1/namespaces/{namespace}/services/{name}/proxy/{path}']
  const { parameters, ...operations } = below
  assert.deepEqual(Object.keys(operations).sort(), ['delete', 'get', 'head', 'options', 'patch', 'post', 'put'])
  assert.equal(operations.options.operationId, 'connectCoreV1OptionsNamespacedServiceProxyWithPath')
  assert.equal(operations.get['x-kubernetes-group-version-kind'].kind, 'ServiceProxyOptions')
  assert.ok(parameters.some((one: { name: string; in: string }) => one.name === 'path' && one.in === 'path'))
  assert.ok(paths['/api/v1/nodes/{name}/proxy'].post)
})

test('who is no master is refused by every method, upgrades too', async () => {
  const account = { 'impersonate-user': 'system:serviceaccount:default:default' }
  for (const path of [`${POD}/web/proxy/`, `${SERVICE}/one/proxy/`, '/api/v1/nodes/node-1/proxy/pods']) {
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
      const answer = await call(path, { method, headers: account })
      assert.equal(answer.status, 403, `${method} ${path}`)
    }
    const upgrade = { connection: 'Upgrade', upgrade: 'echo', ...account }
    assert.equal((await call(path, { headers: upgrade })).status, 403, path)
  }
})
