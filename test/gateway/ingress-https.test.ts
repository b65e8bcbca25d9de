import assert from 'node:assert/strict'
import { test } from 'node:test'
import { services } from '#api/core/service/resource.ts'
import { ingresses } from '#api/networking/ingress/resource.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { GATEWAY_CONTROLLER } from '#routes/data-plane.ts'
import { MANAGED_LABELS } from '#routes/site-service.ts'
import { ask } from './ask.ts'
import { certificate, shownCertificate } from './certificates.ts'
import { DriverUnderTest } from './driver-under-test.ts'
import { skip, startServers, TLS_PORT, until } from './haproxy-under-test.ts'

const HTTP = 18_180
const V1 = 'networking.k8s.io/v1'
/** Such a certificate is in order by itself, and too weak for HAProxy's library. */
const WEAK = 'ec -pkeyopt ec_paramgen_curve:prime192v1'

const ingressClass: ApiObject & { readonly spec: object } = {
  apiVersion: V1,
  kind: 'IngressClass',
  metadata: { name: 'fairlead' },
  spec: { controller: GATEWAY_CONTROLLER },
}
const site: ApiObject & { readonly spec: object } = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'fairlead-gateway', namespace: 'kube-system', labels: MANAGED_LABELS },
  spec: {
    ports: [
      { name: 'http', port: 80, protocol: 'TCP', targetPort: HTTP },
      { name: 'https', port: 443, protocol: 'TCP', targetPort: TLS_PORT },
    ],
  },
}
/** Its Secret is called as it is. */
const ingressOf = (
  name: string,
  hosts = [`${name}.test`],
  namespace = 'shop',
): ApiObject & { readonly spec: object } => {
  const backend = { service: { name: 'web', port: { number: 80 } } }
  return {
    apiVersion: V1,
    kind: 'Ingress',
    metadata: { name, namespace },
    spec: {
      ingressClassName: 'fairlead',
      rules: hosts.map((host) => ({ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } })),
      tls: [{ hosts, secretName: name }],
    },
  }
}
const answers = (host: string, wanted: string) => until(async () => (await ask(HTTP, host, '/')).startsWith(wanted))

test('a host of an Ingress is not sent to HTTPS while HAProxy refuses its certificate', { skip }, async (t) => {
  const [a] = await startServers(t, 1)
  const under = await DriverUnderTest.start(t, (one) => one.service('web', [a!.port]))
  await under.secret('good', certificate('good.test'))
  await under.secret('weak', certificate('weak.test', WEAK))
  await under.put(ingressClasses, ingressClass)
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
  await under.driver.proxy.settled()
  assert.deepEqual([refused(), under.errors], [[], []])
})

test('whatever certificates a namespace brings, a driver that starts leaves out no other HTTPS', {
  skip,
}, async (t) => {
  const bad = Array.from({ length: 12 }, (_, at) => `h${at}.test`)
  const under = await DriverUnderTest.start(t, async (one) => {
    await one.secret('shop', certificate('shop.test'))
    await one.secret('weak', certificate('*.test', WEAK), 'mallory')
    await one.put(ingressClasses, ingressClass)
    await one.put(services, site)
    await one.put(ingresses, ingressOf('weak', bad, 'mallory'))
    await one.put(ingresses, ingressOf('shop'))
  })
  const refused = [...under.driver.proxy.refused.keys()]
  assert.deepEqual(new Set(refused), new Set(bad.map((host) => `IngressClass undefined/fairlead ${host}`)))
  assert.equal(await shownCertificate('shop.test'), 'CN=shop.test')
  await answers('shop.test', '308')
  await answers('h0.test', '50')
})

test('whoever has a certificate for all names come and go has HAProxy reloaded no oftener than the budget lets them', {
  skip,
}, async (t) => {
  const [a] = await startServers(t, 1)
  const under = await DriverUnderTest.start(t, (one) => one.service('web', [a!.port]))
  await under.secret('good', certificate('good.test'))
  await under.secret('all', certificate('all.test'))
  await under.put(ingressClasses, ingressClass)
  await under.put(services, site)
  await under.put(ingresses, ingressOf('good'))
  await until(() => under.driver.table.sites.some(({ origin }) => origin.kind === 'IngressClass'))
  await under.driver.proxy.settled()
  await answers('good.test', '308')
  const reloads = () => under.applied.filter(([what]) => what === 'reload').length
  const before = reloads()
  const all = ingressOf('all', [])
  const backend = { service: { name: 'web', port: { number: 80 } } }
  const isThere = () =>
    under.driver.table.sites
      .flatMap(({ ports }) => ports.flatMap(({ listeners }) => listeners))
      .some(({ hostname, tls }) => hostname === '' && tls?.mode === 'Terminate')
  for (let times = 0; times < 19; times++) {
    await under.put(ingresses, { ...all, spec: { ...all.spec, defaultBackend: backend } } as never)
    await until(isThere)
    await under.driver.proxy.settled()
    await under.client.delete(ingresses, 'all', { namespace: 'shop' })
    await until(() => !isThere())
    await under.driver.proxy.settled()
  }
  // Each that comes is one, and so is each that goes.
  assert.ok(reloads() - before <= 34, `${reloads() - before}`)
  assert.ok(reloads() - before >= 30, `${reloads() - before}`)
  await answers('good.test', '308')
})
