import { ALL, certificate, gateway, httpRoute, https, INFRA, listener, object, to, WEB } from '../objects.ts'
import { Statuses, serves } from '../statuses.ts'
import type { Cases, Suite } from '../suite.ts'

const ONLY_HERE = {
  allowedRoutes: {
    kinds: [{ kind: 'HTTPRoute' }],
    namespaces: { from: 'Selector', selector: { matchLabels: { 'kubernetes.io/metadata.name': INFRA } } },
  },
}
const malformed = (name: string, type: string, data: Readonly<Record<string, string>>) =>
  object('v1', 'Secret', name, { type, data })
const NONSENSE = Buffer.from('Hello world\n').toString('base64')

/** What is done to a Gateway is seen in its status, of another generation. */
const changes = async (suite: Suite, name: string, spec: object, listeners: Parameters<Statuses['listeners']>[1]) => {
  const statuses = new Statuses(suite)
  await statuses.ready()
  const before = await statuses.latest('Gateway', name)
  await suite.merge('Gateway', name, { spec }, INFRA)
  await statuses.ready()
  if (listeners.length > 0) await statuses.listeners(name, listeners)
  const after = await statuses.latest('Gateway', name)
  suite.assert.notEqual(before.metadata?.generation, after.metadata?.generation)
}

const SECURE = https('https', { hostname: 'secure.test.com', ...ALL })

export const GATEWAYS: Cases = {
  async GatewayModifyListeners(suite) {
    const plain = listener('http', 80, { hostname: 'data.test.com', ...ALL })
    await suite.apply(
      gateway('gateway-add-listener', [SECURE]),
      httpRoute('http-route-1', 'gateway-add-listener', [to('v1')]),
      gateway('gateway-remove-listener', [SECURE, listener('http', 80, ALL)]),
      httpRoute('http-route-2', 'gateway-remove-listener', [to('v1')]),
    )
    await changes(suite, 'gateway-add-listener', { listeners: [SECURE, plain] }, [
      serves('https', 1),
      serves('http', 1),
    ])
    await changes(suite, 'gateway-remove-listener', { listeners: [listener('http', 80, ALL)] }, [serves('http', 1)])
  },

  async GatewayObservedGenerationBump(suite) {
    const one = listener('http', 80, { hostname: 'bar.com', ...ALL })
    const other = listener('alternate', 80, { hostname: 'foo.com', ...ALL })
    await suite.apply(gateway('gateway-observed-generation-bump', [one]))
    await changes(suite, 'gateway-observed-generation-bump', { listeners: [one, other] }, [])
  },

  async GatewayClassObservedGenerationBump(suite) {
    const statuses = new Statuses(suite)
    const name = 'gatewayclass-observed-generation-bump'
    const spec = { controllerName: 'fairlead.dev/gateway-controller', description: 'old' }
    await suite.apply(object('gateway.networking.k8s.io/v1', 'GatewayClass', name, { spec }, ''))
    const before = await statuses.has('GatewayClass', name, ['Accepted'], '')
    await suite.merge('GatewayClass', name, { spec: { description: 'new' } }, '')
    const after = await statuses.has('GatewayClass', name, ['Accepted'], '')
    suite.assert.notEqual(before.metadata?.generation, after.metadata?.generation)
  },

  async GatewayInvalidRouteKind(suite) {
    const statuses = new Statuses(suite)
    const kinds = (...names: readonly string[]) => ({
      allowedRoutes: { ...ALL.allowedRoutes, kinds: names.map((kind) => ({ kind })) },
    })
    await suite.apply(
      gateway('only-invalid', [listener('http', 80, kinds('InvalidRoute'))]),
      gateway('supported-and-invalid', [listener('http', 80, kinds('InvalidRoute', 'HTTPRoute'))]),
    )
    const conditions = ['ResolvedRefs=False:InvalidRouteKinds']
    await statuses.listeners('only-invalid', [{ name: 'http', conditions }])
    await statuses.listeners('supported-and-invalid', [{ name: 'http', kinds: ['HTTPRoute'], conditions }])
  },

  async GatewayInvalidTLSConfiguration(suite) {
    const statuses = new Statuses(suite)
    const refs = {
      'nonexistent-secret': certificate('nonexistent-certificate'),
      'unsupported-group': certificate('tls-validity-checks-certificate', { group: 'wrong.group.company.io' }),
      'unsupported-kind': certificate('tls-validity-checks-certificate', { kind: 'WrongKind' }),
      'malformed-secret': certificate('malformed-certificate'),
    }
    await suite.apply(
      malformed('malformed-certificate', 'kubernetes.io/tls', { 'tls.crt': NONSENSE, 'tls.key': NONSENSE }),
      ...Object.entries(refs).map(([name, tls]) => gateway(name, [https('https', { ...ALL, tls })])),
    )
    for (const name of Object.keys(refs))
      await statuses.listeners(name, [
        { name: 'https', kinds: ['HTTPRoute'], conditions: ['ResolvedRefs=False:InvalidCertificateRef'] },
      ])
  },

  async GatewayInvalidTLSBackendConfiguration(suite) {
    const statuses = new Statuses(suite)
    const ref = (name: string, more: object = {}) => ({
      tls: { backend: { clientCertificateRef: { group: '', kind: 'Secret', name, ...more } } },
    })
    const refs = {
      'client-nonexistent-secret': [ref('nonexistent-certificate'), 'InvalidClientCertificateRef'],
      'client-unsupported-group': [
        ref('tls-validity-checks-certificate', { group: 'wrong.group.company.io' }),
        'InvalidClientCertificateRef',
      ],
      'client-unsupported-kind': [
        ref('tls-validity-checks-certificate', { kind: 'WrongKind' }),
        'InvalidClientCertificateRef',
      ],
      'client-malformed-secret': [ref('malformed-client-certificate'), 'InvalidClientCertificateRef'],
      'client-missing-grant': [ref('certificate', { namespace: WEB }), 'RefNotPermitted'],
    } as const
    await suite.apply(
      malformed('malformed-client-certificate', 'Opaque', {}),
      ...Object.entries(refs).map(([name, [tls]]) => gateway(name, [listener('http', 80)], tls)),
    )
    for (const [name, [, reason]] of Object.entries(refs))
      await statuses.has('Gateway', name, [`ResolvedRefs=False:${reason}`, 'Accepted=True:Accepted'])
  },

  async GatewayWithAttachedRoutes(suite) {
    const statuses = new Statuses(suite)
    const unresolved = 'unresolved-gateway-with-one-attached-unresolved-route'
    await suite.apply(
      gateway('with-one-attached-route', [listener('http', 80, ONLY_HERE)]),
      httpRoute('http-route-1', 'with-one-attached-route', [to('v1')]),
      gateway('with-two-attached-routes', [listener('http', 80, { hostname: 'foo.example.com', ...ONLY_HERE })]),
      httpRoute('http-route-2', 'with-two-attached-routes', [to('v1')]),
      httpRoute('http-route-3', 'with-two-attached-routes', [to('v1')]),
      httpRoute('not-accepted', 'with-two-attached-routes', [to('v1')], { hostnames: ['not-accepted.test.com'] }),
      gateway(unresolved, [
        https('tls', { ...ONLY_HERE, tls: { mode: 'Terminate', ...certificate('does-not-exist') } }),
      ]),
      httpRoute('http-route-4', `${unresolved}#tls`, [to('does-not-exist:8080')]),
    )
    await statuses.listeners('with-one-attached-route', [serves('http', 1)])
    await statuses.listeners('with-two-attached-routes', [serves('http', 2)])
    await statuses.forGateway('HTTPRoute', 'not-accepted', 'with-two-attached-routes', [
      'Accepted=False:NoMatchingListenerHostname',
    ])
    await statuses.listeners(unresolved, [
      { name: 'tls', kinds: ['HTTPRoute'], attached: 1, conditions: ['Programmed=False', 'ResolvedRefs=False'] },
    ])
    await statuses.forGateway('HTTPRoute', 'http-route-4', unresolved, ['ResolvedRefs=False'])
  },

  async GatewayWithAttachedRoutesWithPort8080(suite) {
    const own = 'with-two-listeners-and-one-attached-route'
    await suite.apply(
      gateway(own, [listener('http-unattached', 8080, ONLY_HERE), listener('http', 80, ONLY_HERE)]),
      httpRoute('http-route-5', `${own}#http`, [to('v1')]),
    )
    await new Statuses(suite).listeners(own, [serves('http-unattached', 0), serves('http', 1)])
  },

  async GatewayOptionalAddressValue(suite) {
    const statuses = new Statuses(suite)
    const own = 'gateway-without-address-value'
    await suite.apply(gateway(own, [listener('http', 8080)], { addresses: [{ type: 'IPAddress' }] }))
    await statuses.ready()
    await statuses.latest('Gateway', own)
    suite.assert.match((await statuses.address(own, 'http')).host, /^[\d.]+$|:/)
  },

  async GatewayStaticAddresses(suite) {
    const statuses = new Statuses(suite)
    const own = 'gateway-static-addresses'
    // One that is free where the others come from, and one that is nobody's here.
    const { host } = await statuses.address('same-namespace')
    const usable = host.replace(/\d+$/, '200')
    const invalid = { type: 'test/fake-invalid-type', value: 'no address at all' }
    const [unusableOne, usableOne] = [{ value: '198.51.100.77' }, { value: usable }]
    const listeners = [listener('http', 8080)]
    const annotations = { 'gateway-api/skip-this-for-readiness': 'true' }
    const made = gateway(own, listeners, { addresses: [invalid, unusableOne, usableOne] })
    await suite.apply({ ...made, metadata: { ...made.metadata, annotations } })
    await statuses.has('Gateway', own, ['Accepted=False:UnsupportedAddress'])
    /** Its addresses are looked at as soon as its conditions tell of what it is now, whatever they are. */
    const change = async (addresses: readonly object[], conditions: readonly string[]) => {
      await suite.merge('Gateway', own, { spec: { addresses } }, INFRA)
      const first = await statuses.latest('Gateway', own)
      await statuses.has('Gateway', own, conditions)
      return first
    }
    await change([unusableOne, usableOne], ['Accepted=True:Accepted', 'Programmed=False:AddressNotUsable'])
    const { status } = await change([usableOne], ['Accepted=True:Accepted', 'Programmed=True:Programmed'])
    await statuses.listeners(own, [serves('http', 0)])
    suite.assert.deepEqual(
      status.addresses.filter(({ value }: { readonly value: string }) => value === usable),
      [{ type: 'IPAddress', value: usable }],
    )
    suite.assert.ok(!JSON.stringify(status.addresses).includes(unusableOne.value))
  },

  async GatewayInfrastructure(suite) {
    const statuses = new Statuses(suite)
    const own = 'gateway-with-infrastructure-metadata'
    const infrastructure = { annotations: { key1: 'value1' }, labels: { key2: 'value2' } }
    await suite.apply(gateway(own, [listener('http', 8080)], { infrastructure }))
    await statuses.ready()
    await statuses.has('Gateway', own, ['Accepted=True'])
    const made = (await Promise.all(['Pod', 'Service'].map((kind) => suite.list(kind, INFRA))))
      .flat()
      .filter(({ metadata }) => metadata?.labels?.['gateway.networking.k8s.io/gateway-name'] === own)
    suite.assert.ok(made.length > 0, 'something is beside the Gateway')
    for (const { metadata } of made)
      suite.assert.deepEqual([metadata?.labels?.key2, metadata?.annotations?.key1], ['value2', 'value1'])
  },
}
