import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { request } from 'node:http'
import { createConnection } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { deployment, service } from './echo.ts'
import { claim, eventually, withCluster } from './harness.ts'

const cluster = withCluster('gateways')
const { kubectl, json } = cluster
const SYSTEM = ['-n', 'kube-system'] as const

interface Named {
  readonly metadata: { readonly name: string }
}
interface Service extends Named {
  readonly spec: { readonly ports: readonly { readonly port: number; readonly nodePort: number }[] }
}

/** One request with a name of its own; a new connection. Gives the status and the text. */
const askFor = (address: string, host: string, path = '/hostname', port = 80): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = { host }
    const call = request({ host: address, port, path, headers, agent: false, timeout: 3000 }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve(`${response.statusCode} ${text}`))
      response.on('error', reject)
    })
    call.on('error', reject)
    call.on('timeout', () => call.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })))
    call.end()
  })

const INGRESS = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
  - host: shop.test
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
---
`
const gateway = (name: string, listeners: string): string => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: ${name}}
spec:
  gatewayClassName: fairlead
  listeners: [${listeners}]
---
`
const route = (kind: string, name: string, parent: string, rules: string, more = ''): string => `apiVersion: \
gateway.networking.k8s.io/${kind === 'HTTPRoute' ? 'v1' : 'v1alpha2'}
kind: ${kind}
metadata: {name: ${name}}
spec:
  parentRefs: [{name: ${parent}}]
  rules: [${rules}]
${more}
---
`

/** The address that a Gateway has been given and that serves what it says. */
const programmed = async (name: string): Promise<string> => {
  await kubectl('wait', '--for=condition=Programmed', `gateway/${name}`, '--timeout=60s')
  return kubectl('get', 'gateway', name, '-o', 'jsonpath={.status.addresses[0].value}')
}

claim(
  'a Gateway and an Ingress of kubectl apply lead to their backends through an address of the load balancer',
  async (assert) => {
    assert.equal(
      (await kubectl.try('get', 'deployment', 'fairlead-gateway', ...SYSTEM)).status,
      1,
      'nothing runs before',
    )
    await kubectl.apply(
      deployment('web', { replicas: 2, grace: 5, args: ['--http-port=8080', '--tcp-port=9090', '--udp-port=9090'] }) +
        service(
          'web',
          'ports: [{name: http, port: 80, targetPort: 8080}, {name: tcp, port: 90, targetPort: 9090}, {name: udp, port: 90, protocol: UDP, targetPort: 9090}]',
        ) +
        gateway('public', '{name: http, port: 80, protocol: HTTP}') +
        route('HTTPRoute', 'web', 'public', '{backendRefs: [{name: web, port: 80}]}', '  hostnames: [www.test]') +
        INGRESS,
    )
    const address = await programmed('public')
    assert.match(await eventually('the Gateway answers', () => askFor(address, 'www.test')), /^200 web-/)
    assert.match(await askFor(address, 'other.test'), /^404 /)
    const ingress = await eventually('the Ingress has an address', () =>
      kubectl('get', 'ingress', 'shop', '-o', 'jsonpath={.status.loadBalancer.ingress[0].ip}'),
    )
    assert.notEqual(ingress, address)
    const answer = await eventually('the Ingress answers', async () => {
      const said = await askFor(ingress, 'shop.test')
      return said.startsWith('200') && said
    })
    assert.match(answer, /^200 web-/)
  },
)

claim('a Gateway is reached by the nodePort of its Service, and by kubectl port-forward', async (assert) => {
  const name = 'gateway-default-public'
  const { spec } = await json<Service>('get', 'service', name, ...SYSTEM)
  const node = await kubectl(
    'get',
    'pods',
    '-l',
    'app.kubernetes.io/name=fairlead-gateway',
    ...SYSTEM,
    '-o',
    'jsonpath={.items[0].spec.nodeName}',
  )
  const [own] = cluster.facts.nodes.find((one) => one.name === node)!.addresses
  assert.match(await askFor(own, 'www.test', '/hostname', spec.ports[0]!.nodePort), /^200 web-/)
  const forward = spawn('kubectl', ['port-forward', `service/${name}`, '18080:80', ...SYSTEM], {
    env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
    stdio: 'ignore',
  })
  try {
    const said = await eventually('the port is forwarded', () => askFor('127.0.0.1', 'www.test', '/hostname', 18080))
    assert.match(said, /^200 web-/)
  } finally {
    const ended = once(forward, 'exit')
    forward.kill()
    await ended
  }
})

claim(
  'the data plane scaled by kubectl stays so, and its rolling restart under load loses no request',
  async (assert) => {
    await kubectl('scale', 'deployment/fairlead-gateway', '--replicas=3', ...SYSTEM)
    await kubectl('rollout', 'status', 'deployment/fairlead-gateway', '--timeout=60s', ...SYSTEM)
    const address = await programmed('public')
    const failures: string[] = []
    let answered = 0
    let stopped = false
    const until = Date.now() + 100_000
    const clients = Array.from({ length: 4 }, async () => {
      while (!stopped && Date.now() < until) {
        const said = await askFor(address, 'www.test').catch((error: NodeJS.ErrnoException) => `${error.code}`)
        if (said.startsWith('200 web-')) answered++
        else failures.push(`${new Date().toISOString()} ${said}`)
      }
    })
    await kubectl('rollout', 'restart', 'deployment/fairlead-gateway', ...SYSTEM)
    await kubectl('rollout', 'status', 'deployment/fairlead-gateway', '--timeout=90s', ...SYSTEM)
    await sleep(1000)
    stopped = true
    await Promise.all(clients)
    assert.deepEqual(failures, [])
    assert.ok(answered > 100, `${answered} were answered`)
    assert.equal(
      await kubectl('get', 'deployment', 'fairlead-gateway', ...SYSTEM, '-o', 'jsonpath={.spec.replicas}'),
      '3',
    )
    await kubectl('delete', 'deployment', 'fairlead-gateway', ...SYSTEM)
    await eventually('it is made again', async () => {
      const { status } = await kubectl.try('get', 'deployment', 'fairlead-gateway', ...SYSTEM)
      return status === 0
    })
    await kubectl('rollout', 'status', 'deployment/fairlead-gateway', '--timeout=60s', ...SYSTEM)
  },
  { timeout: 240_000 },
)

claim('a TCPRoute and a UDPRoute reach their backends, with the client’s own address', async (assert) => {
  await kubectl.apply(
    gateway('plain', '{name: tcp, port: 90, protocol: TCP}, {name: udp, port: 90, protocol: UDP}') +
      route('TCPRoute', 'web-tcp', 'plain', '{backendRefs: [{name: web, port: 90}]}') +
      route('UDPRoute', 'web-udp', 'plain', '{backendRefs: [{name: web, port: 90}]}'),
  )
  const address = await programmed('plain')
  const overTcp = (line: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = createConnection({ host: address, port: 90 }, () => void socket.write(`${line}\n`))
      socket.setTimeout(3000, () => socket.destroy(new Error('timed out')))
      socket.once('data', (data) => {
        socket.destroy()
        resolve(String(data).trim())
      })
      socket.once('error', reject)
    })
  const overUdp = async (line: string): Promise<string> => {
    const socket = createSocket('udp4')
    try {
      socket.send(line, 90, address)
      const answer = once(socket, 'message').then(([data]) => String(data).trim())
      return await Promise.race([answer, sleep(1000, '', { ref: false })])
    } finally {
      socket.close()
    }
  }
  assert.match(await eventually('TCP answers', () => overTcp('hostname')), /^web-/)
  assert.match(await eventually('UDP answers', () => overUdp('hostname')), /^web-/)
  const own = await overTcp('clientip')
  assert.doesNotMatch(own, /^10\.244\./)
})

claim('with the last Gateway and Ingress goes all that was made for them', async (assert) => {
  await kubectl('delete', 'gateway', '--all')
  await kubectl('delete', 'ingress', '--all')
  const kinds = 'deployment,service,endpointslice,configmap,serviceaccount,role,rolebinding,poddisruptionbudget'
  const left = async (): Promise<string> =>
    (await kubectl('get', kinds, ...SYSTEM, '-o', 'name')) +
    (await kubectl('get', 'clusterrole,clusterrolebinding', '-o', 'name'))
  await eventually('all is gone', async () => !/gateway-|fairlead-gateway|fairlead:gateway/.test(await left()), 30_000)
  assert.doesNotMatch(await left(), /fairlead-gateway/)
  const status = await kubectl('get', 'httproute', 'web', '-o', 'jsonpath={.status.parents}')
  assert.equal(status, '[]')
})
