import type { RouteRow } from '#explain/trace/request/route-row.ts'
import { deployment, service, usual, withExplained } from './explaining.ts'
import { claim, eventually, FAIRLEAD, run } from './harness.ts'

const { cluster, kubectl, shell, ask, explained, rolledOut, prove, client } = withExplained('routed')

const gateway = (listeners: string): string => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public}
spec:
  gatewayClassName: fairlead
  listeners: [${listeners}]
---
`
const route = (name: string, spec: string): string => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}}
spec: {parentRefs: [{name: public}], ${spec}}
---
`
const HTTP = '{name: http, port: 80, protocol: HTTP}'
const toShop = 'backendRefs: [{name: shop, port: 80}]'

let made: Promise<string> | undefined
/** The address of a Gateway that serves shop.test/cart, once. */
const world = (): Promise<string> => {
  made ??= (async () => {
    await client()
    await kubectl.apply(
      deployment('shop', { replicas: 2 }) +
        service('shop', usual('shop')) +
        gateway(HTTP) +
        route('shop', `hostnames: [shop.test], rules: [{matches: [{path: {value: /cart}}], ${toShop}}]`),
    )
    await rolledOut('shop')
    await kubectl('wait', '--for=condition=Programmed', 'gateway/public', '--timeout=90s')
    return kubectl('get', 'gateway', 'public', '-o', 'jsonpath={.status.addresses[0].value}')
  })()
  return made
}

/** The status that a real request gets, from the host. */
const statusOf = async (host: string, path: string): Promise<number> => {
  const args = ['-gsm3', '-o', '/dev/null', '-w', '%{http_code}', '-H', `Host: ${host}`]
  return Number((await cluster.onHost('curl', ...args, `http://${await world()}${path}`)).stdout)
}

claim('explain follows a URL through a gateway to its endpoints, and a real request goes there', async (assert) => {
  const address = await world()
  await eventually('the gateway answers', async () => (await statusOf('shop.test', '/cart')) === 200)
  for (const from of ['host', 'pod/client']) {
    const { status, explanation } = await ask('--from', from, '--to', 'http://shop.test/cart')
    assert.equal(status, 0, JSON.stringify(explanation.findings))
    assert.equal(explanation.destination?.address, address)
    const { answer, rule } = explanation.request!
    assert.equal(rule?.route.name, 'shop')
    assert.equal(
      answer.code === 'forwarded' && answer.shares[0]?.outcomes.every(({ verdict }) => verdict === 'deliver'),
      true,
    )
  }
  const byAddress = await ask('--from', 'host', '--to', `http://${address}/cart`, '--host', 'shop.test')
  assert.equal(byAddress.status, 0)
})

claim('what the gateway answers 404 and 500 is what explain says, with the command that mends it', async (assert) => {
  await world()
  const { status, explanation } = await ask('--from', 'host', '--to', 'http://shop.test/crat')
  assert.equal(status, 1)
  assert.deepEqual(
    explanation.findings.map(({ reason }) => reason),
    ['no-rule'],
  )
  assert.equal(await statusOf('shop.test', '/crat'), 404)
  await kubectl.apply(route('slip', 'hostnames: [slip.test], rules: [{backendRefs: [{name: shpo, port: 80}]}]'))
  await eventually('the gateway answers 500', async () => (await statusOf('slip.test', '/')) === 500)
  await prove(assert, {
    from: 'host',
    to: 'http://slip.test/',
    reason: 'backend-unresolved',
    message: /Service default\/shpo is not there/,
    probe: async () => (await statusOf('slip.test', '/')) === 200,
  })
})

claim('a policy that keeps the gateway away is told with what lets it pass, and then it answers', async (assert) => {
  await world()
  await kubectl.apply(
    deployment('closed') +
      service('closed', usual('closed')) +
      route('closed', 'hostnames: [closed.test], rules: [{backendRefs: [{name: closed, port: 80}]}]') +
      `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed}
spec: {podSelector: {matchLabels: {app: closed}}, policyTypes: [Ingress]}
`,
  )
  await rolledOut('closed')
  await prove(assert, {
    from: 'host',
    to: 'http://closed.test/',
    reason: 'policy-isolates',
    message: /may not be asked at 8080\/TCP by pod kube-system\/fairlead-gateway/,
    probe: async () => (await statusOf('closed.test', '/')) === 200,
  })
})

claim('--live sends the request itself, and holds its status against what explain says', async (assert) => {
  await world()
  await eventually('the gateway answers', async () => (await statusOf('shop.test', '/cart')) === 200)
  for (const [path, status, said] of [
    ['/cart', 0, /LIVE: kernel and model agree[\s\S]*the gateway answered 200/],
    ['/none', 1, /the gateway answered 404, as it should/],
  ] as const) {
    const { status: ended, stdout } = await explained('--from', 'host', '--to', `http://shop.test${path}`, '--live')
    assert.equal(ended, status, stdout)
    assert.match(stdout, said)
  }
})

claim('--live tells a gateway’s own 502 from a backend’s, and says what it may be', async (assert) => {
  await world()
  await kubectl.apply(
    deployment('junk', { args: ['--tcp-port=9000'] }) +
      service('junk', 'selector: {app: junk}\nports: [{port: 80, targetPort: 9000}]') +
      route('junk', 'hostnames: [junk.test], rules: [{backendRefs: [{name: junk, port: 80}]}]'),
  )
  await rolledOut('junk')
  await eventually('the gateway answers 502', async () => (await statusOf('junk.test', '/')) === 502)
  const { status, stdout } = await explained('--from', 'host', '--to', 'http://junk.test/', '--live')
  assert.equal(status, 1, stdout)
  assert.match(stdout, /LIVE: GATEWAY AND MODEL DISAGREE\n {2}the gateway itself answered 502, and should not\n/)
  assert.match(stdout, /it may be that default\/junk:80 does not speak HTTP, or speaks TLS/)
})

claim('routes lists what is served, by the objects and by the word of the gateway’s pods', async (assert) => {
  await world()
  const rows = await eventually('all is served', async () => {
    const { stdout, stderr } = await run(FAIRLEAD, [
      'routes',
      '--name',
      cluster.name,
      '--host',
      'shop.test',
      '-o',
      'json',
    ])
    const told = JSON.parse(stdout) as { readonly routes: readonly RouteRow[]; readonly asked: readonly string[] }
    if (told.asked.length === 0) throw new Error(stderr)
    return told.routes.length > 0 && told.routes.every(({ differs }) => differs.length === 0) && told.routes
  })
  assert.deepEqual(
    rows.map(({ route, match, state }) => [route.name, match?.path.value, state.code]),
    [['shop', '/cart', 'served']],
  )
  const { stdout } = await shell(`fairlead routes --name ${cluster.name} -o wide`)
  assert.match(
    stdout,
    /default\/public .*:80\/HTTP .*shop\.test .*\/cart .*default\/shop:80 .*HTTPRoute default\/shop 0 .*served/,
  )
})
