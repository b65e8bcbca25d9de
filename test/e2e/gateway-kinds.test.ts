import { claim, withCluster } from './harness.ts'
import { kubectlBinaries, kubectlOf } from './kubectl-binaries.ts'

const cluster = withCluster('gateway-kinds', ['--nodes', '1'])
const GROUP = 'gateway.networking.k8s.io'

const MANIFEST = `
apiVersion: ${GROUP}/v1
kind: Gateway
metadata: {name: edge}
spec:
  gatewayClassName: nobodys
  listeners:
  - {name: web, port: 80, protocol: HTTP, hostname: "*.shop.test"}
  - {name: raw, port: 90, protocol: TCP}
---
apiVersion: ${GROUP}/v1
kind: ListenerSet
metadata: {name: more}
spec:
  parentRef: {name: edge}
  listeners: [{name: more, port: 81, protocol: HTTP}]
---
apiVersion: ${GROUP}/v1
kind: HTTPRoute
metadata: {name: cart}
spec:
  parentRefs: [{name: edge}]
  hostnames: [cart.shop.test]
  rules: [{backendRefs: [{name: cart, port: 80}], timeouts: {request: 10s}, retry: {attempts: 2}}]
---
apiVersion: ${GROUP}/v1
kind: GRPCRoute
metadata: {name: calls}
spec:
  parentRefs: [{name: edge}]
  rules: [{matches: [{method: {service: shop.Cart}}], backendRefs: [{name: cart, port: 90}]}]
---
apiVersion: ${GROUP}/v1
kind: TLSRoute
metadata: {name: sealed}
spec: {parentRefs: [{name: edge}], hostnames: [a.shop.test], rules: [{backendRefs: [{name: cart, port: 443}]}]}
---
apiVersion: ${GROUP}/v1alpha2
kind: TCPRoute
metadata: {name: raw}
spec: {parentRefs: [{name: edge, sectionName: raw}], rules: [{backendRefs: [{name: cart, port: 90}]}]}
---
apiVersion: ${GROUP}/v1alpha2
kind: UDPRoute
metadata: {name: datagrams}
spec: {parentRefs: [{name: edge}], rules: [{backendRefs: [{name: cart, port: 53}]}]}
---
apiVersion: ${GROUP}/v1beta1
kind: ReferenceGrant
metadata: {name: lent}
spec:
  from: [{group: ${GROUP}, kind: HTTPRoute, namespace: default}]
  to: [{group: "", kind: Service}]
---
apiVersion: ${GROUP}/v1
kind: BackendTLSPolicy
metadata: {name: checked}
spec:
  targetRefs: [{group: "", kind: Service, name: cart}]
  validation: {hostname: cart.test, wellKnownCACertificates: System}
---
apiVersion: ${GROUP}/v1
kind: GatewayClass
metadata: {name: NAMESPACE}
spec: {controllerName: other.example/controller}
`

/** By each kind's name in a manifest, what kubectl prints of it. */
const PRINTED: Readonly<Record<string, RegExp>> = {
  'gtw/edge': /CLASS +ADDRESS +PROGRAMMED +AGE\nedge +nobodys +Unknown/,
  'lset/more': /ACCEPTED +PROGRAMMED +AGE\nmore +Unknown +Unknown/,
  'httproute/cart': /HOSTNAMES +AGE\ncart +\["cart\.shop\.test"\]/,
  'grpcroute/calls': /HOSTNAMES +AGE\ncalls/,
  'tlsroute/sealed': /NAME +AGE\nsealed/,
  'tcproute/raw': /NAME +AGE\nraw/,
  'udproute/datagrams': /NAME +AGE\ndatagrams/,
  'refgrant/lent': /NAME +AGE\nlent/,
  'btlspolicy/checked': /NAME +AGE\nchecked/,
}
const GENERATIONS = 'jsonpath={range .items[*]}{.metadata.generation} {end}'
const BOTH = kubectlBinaries().filter((_, index, all) => index === 0 || index === all.length - 1)

claim('all kinds of the Gateway API are read, explained, written and deleted by any kubectl', async (assert) => {
  for (const binary of BOTH) {
    const namespace = `by-${binary.minor}`
    await cluster.kubectl('create', 'namespace', namespace)
    const kubectl = kubectlOf(binary, () => cluster.kubeconfig, namespace)
    const known = await kubectl('api-resources', '--api-group', GROUP, '-o', 'name')
    assert.equal(known.trim().split('\n').length, 10, known)
    const said = await kubectl('explain', 'httproute.spec.rules')
    assert.match(said, /backendRefs\s+<\[\]Object>\s+Where requests go, by weights\./)
    assert.match(await kubectl('explain', 'gateway.spec.listeners.tls.mode'), /at the backend/)
    const applied = await kubectl.apply(MANIFEST.replace('NAMESPACE', namespace))
    assert.equal(applied.match(/created/g)?.length, 10, applied)
    // What is filled in within a list, kubectl takes for a difference each time; the server does not.
    await kubectl.apply(MANIFEST.replace('NAMESPACE', namespace))
    const generations = await kubectl('get', 'gtw,lset,httproute,tcproute,btlspolicy', '-o', GENERATIONS)
    assert.equal(generations, '1 1 1 1 1 ')
    for (const [name, printed] of Object.entries(PRINTED)) {
      assert.match(await kubectl('get', name), printed)
      assert.match(await kubectl('describe', name), new RegExp(`Name: +${name.split('/')[1]}\n`))
    }
    assert.match(await kubectl('get', 'gc', namespace), /CONTROLLER +ACCEPTED +AGE\n.*other\.example.* Unknown/)
    const refused = await kubectl.with(
      `apiVersion: ${GROUP}/v1\nkind: HTTPRoute\nmetadata: {name: bad}\nspec: {rules: [{backendRefs: [{name: a}]}]}`,
      ...['apply', '-f', '-'],
    )
    assert.match(refused.stderr, /a Service needs a port/)
    const gone = await kubectl('delete', ...Object.keys(PRINTED), `gatewayclass/${namespace}`)
    assert.equal(gone.match(/deleted/g)?.length, 10, gone)
  }
})

claim('a cluster begins with a class of Gateways and the default class of Ingresses', async (assert) => {
  assert.match(await cluster.kubectl('get', 'gatewayclass', 'fairlead'), /fairlead\.dev\/gateway-controller/)
  const classes = await cluster.kubectl('get', 'ingressclass', 'fairlead', '-o', 'yaml')
  assert.match(classes, /is-default-class: "true"/)
  await cluster.kubectl('create', 'ingress', 'plain', '--rule=plain.test/*=plain:80')
  const named = await cluster.kubectl('get', 'ingress', 'plain', '-o', 'jsonpath={.spec.ingressClassName}')
  assert.equal(named, 'fairlead')
})

claim('whoever applies another release of the Gateway API over ours is served by it', async (assert) => {
  const name = `tcproutes.${GROUP}`
  const { apiVersion, kind, metadata, spec } = await cluster.json<any>('get', 'crd', name)
  const released = (release: string): string =>
    JSON.stringify({
      apiVersion,
      kind,
      metadata: { name, annotations: { ...metadata.annotations, [`${GROUP}/bundle-version`]: release } },
      spec: { ...spec, versions: [...spec.versions, { ...spec.versions[0], name: 'v1', storage: false }] },
    })
  for (const [release, ...flags] of [['v9.0.0', '--server-side'], ['v9.0.1']] as const)
    for (const binary of BOTH) {
      const kubectl = kubectlOf(binary, () => cluster.kubeconfig, 'default')
      const { status, stderr } = await kubectl.with(released(release), 'apply', ...flags, '-f', '-')
      assert.equal(status, 0, stderr)
      const told = await kubectl('get', 'crd', name, '-o', `jsonpath={.metadata.annotations}`)
      assert.match(told, new RegExp(release.replaceAll('.', '\\.')))
      assert.equal((await kubectl.try('get', `tcproutes.v1.${GROUP}`)).status, 0)
    }
})
