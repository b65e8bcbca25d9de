import assert from 'node:assert/strict'
import { test } from 'node:test'
import { services } from '#api/core/service/resource.ts'
import { ingresses } from '#api/networking/ingress/resource.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { GATEWAY_CONTROLLER } from '#routes/data-plane.ts'
import { MANAGED_LABELS } from '#routes/site-service.ts'
import { ask } from './ask.ts'
import { certificate } from './certificates.ts'
import { DriverUnderTest } from './driver-under-test.ts'
import { skip, startServers, until } from './haproxy-under-test.ts'

const HTTP = 18_180
const HTTPS = 18_543
const V1 = 'networking.k8s.io/v1'

const site: ApiObject & { readonly spec: object } = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'fairlead-gateway', namespace: 'kube-system', labels: MANAGED_LABELS },
  spec: {
    ports: [
      { name: 'http', port: 80, protocol: 'TCP', targetPort: HTTP },
      { name: 'https', port: 443, protocol: 'TCP', targetPort: HTTPS },
    ],
  },
}
const ingressOf = (name: string): ApiObject & { readonly spec: object } => ({
  apiVersion: V1,
  kind: 'Ingress',
  metadata: { name, namespace: 'shop' },
  spec: {
    ingressClassName: 'fairlead',
    rules: [
      {
        host: `${name}.test`,
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
        },
      },
    ],
    tls: [{ hosts: [`${name}.test`], secretName: name }],
  },
})

test('a host of an Ingress is not sent to HTTPS while HAProxy refuses its certificate', { skip }, async (t) => {
  const [a] = await startServers(t, 1)
  const under = await DriverUnderTest.start(t, (one) => one.service('web', [a!.port]))
  const answers = (host: string, wanted: string) => until(async () => (await ask(HTTP, host, '/')).startsWith(wanted))
  await under.secret('good', certificate('good.test'))
  // It is in order by itself, and too weak for HAProxy's library.
  await under.secret('weak', certificate('weak.test', 'ec -pkeyopt ec_paramgen_curve:prime192v1'))
  const spec = { controller: GATEWAY_CONTROLLER }
  await under.put(ingressClasses, {
    apiVersion: V1,
    kind: 'IngressClass',
    metadata: { name: 'fairlead' },
    spec,
  } as ApiObject)
  await under.put(services, site)
  for (const name of ['good', 'weak']) await under.put(ingresses, ingressOf(name))
  const refused = () => [...under.driver.proxy.refused.keys()]
  await until(() => refused().length > 0)
  await under.driver.proxy.settled()
  await answers('good.test', '308')
  await answers('weak.test', '200')
  assert.deepEqual(refused(), ['IngressClass undefined/fairlead weak.test'])
  const shown = under.driver.table.sites.find(({ origin }) => origin.kind === 'IngressClass')
  assert.deepEqual(
    shown?.ports.map(({ listeners }) => listeners.map(({ hostname }) => hostname)),
    [['good.test', 'weak.test', ''], ['good.test']],
  )
  await under.secret('weak', certificate('weak.test'))
  await answers('weak.test', '308')
  assert.deepEqual([refused(), under.errors], [[], []])
})
