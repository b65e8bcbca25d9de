import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before } from 'node:test'
import { claim, eventually, FAIRLEAD, run, withCluster } from './harness.ts'
import { loadImage } from './installed-image.ts'

const cluster = withCluster('installed-gateway', ['--nodes', '1', '--without', 'gateway', '--audit'])
const { kubectl } = cluster
const fairlead = (...args: readonly string[]) => run(FAIRLEAD, args, { env: { KUBECONFIG: cluster.kubeconfig } })

const SITE = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: c, image: fairlead/echo }] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: front }
spec: { gatewayClassName: fairlead, listeners: [{ name: http, port: 80, protocol: HTTP }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: web }
spec: { parentRefs: [{ name: front }], hostnames: [web.test], rules: [{ backendRefs: [{ name: web, port: 80 }] }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec: { rules: [{ host: ingress.test, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }] }
`
const addressOf = (kind: string, path: string) =>
  eventually(
    `an address of the ${kind}`,
    async () => (await kubectl('get', kind, '-o', `jsonpath={${path}}`)) || undefined,
  )

before(loadImage)

claim('the gateway is installed where there is none, with its definitions and classes, and serves', async (assert) => {
  const said = await fairlead('install', '--parts', 'gateway')
  assert.equal(said.status, 0, said.stderr)
  assert.equal(
    await kubectl('get', 'gatewayclass,ingressclass', '-o', 'name'),
    'gatewayclass.gateway.networking.k8s.io/fairlead\ningressclass.networking.k8s.io/fairlead\n',
  )
  await kubectl.apply(SITE)
  const gateway = await addressOf('gateway/front', '.status.addresses[0].value')
  const ingress = await addressOf('ingress/web', '.status.loadBalancer.ingress[0].ip')
  for (const [host, address] of [
    ['web.test', gateway],
    ['ingress.test', ingress],
  ] as const)
    await eventually(`${host} is answered`, async () => {
      const { stdout } = await cluster.onHost(
        'curl',
        '-s',
        '-m',
        '2',
        '-o',
        '/dev/null',
        '-w',
        '%{http_code}',
        '--resolve',
        `${host}:80:${address}`,
        `http://${host}/`,
      )
      return stdout === '200' || undefined
    })
  const images = await kubectl(
    '-n',
    'kube-system',
    'get',
    'deploy',
    'fairlead-gateway',
    '-o',
    'jsonpath={.spec.template.spec.containers[*].image}',
  )
  assert.equal(images, 'fairlead:0.1.0 fairlead:0.1.0')
})

claim('what the controller may do is enough for all that it asks', async (assert) => {
  const log = readFileSync(join('/var/lib/fairlead', cluster.name, 'logs', 'audit.log'), 'utf8')
  const asked = log
    .split('\n')
    .filter((line) => line.includes('system:serviceaccount:fairlead-system:fairlead-controller'))
    .map((line) => JSON.parse(line))
  assert.ok(asked.length > 20, `${asked.length} requests`)
  const refused = asked.filter(({ responseStatus }) => responseStatus?.code === 403)
  assert.deepEqual(
    refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`),
    [],
  )
})

claim('uninstalled, the gateways’ pods and Services are gone too; people’s own objects stay', async (assert) => {
  const said = await fairlead('uninstall', '--timeout', '60s')
  assert.equal(said.status, 0, said.stderr)
  assert.equal(
    await kubectl(
      '-n',
      'kube-system',
      'get',
      'deploy,svc,configmap',
      '-l',
      'app.kubernetes.io/managed-by=gateway-controller.fairlead.dev',
      '-o',
      'name',
    ),
    '',
  )
  assert.equal(
    await kubectl('get', 'gatewayclass,ingressclass,ns', '-o', 'name', '-l', 'app.kubernetes.io/part-of=fairlead'),
    '',
  )
  assert.equal(
    await kubectl('get', 'gateway,httproute,ingress', '-o', 'name'),
    'gateway.gateway.networking.k8s.io/front\nhttproute.gateway.networking.k8s.io/web\ningress.networking.k8s.io/web\n',
  )
})
