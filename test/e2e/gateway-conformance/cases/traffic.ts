import { consistently, expectAll, expectShares } from '../expect.ts'
import { httpRoute, INFRA, service, to, WEB } from '../objects.ts'
import { roundTrip } from '../round-trip.ts'
import { Statuses } from '../statuses.ts'
import type { Cases, Suite } from '../suite.ts'
import { onSame } from './matching.ts'

export const TRAFFIC: Cases = {
  async HTTPRouteWeight(suite) {
    const statuses = new Statuses(suite)
    await suite.apply(httpRoute('weighted-backends', 'same-namespace', [to('v1*70 v2*30 v3*0')]))
    const at = await statuses.accepted('same-namespace', 'HTTPRoute', 'weighted-backends')
    await statuses.resolved('HTTPRoute', 'same-namespace', 'weighted-backends')
    await expectAll(suite, at, [{ ask: '/' }])
    const shares = { 'infra-backend-v1': 0.7, 'infra-backend-v2': 0.3, 'infra-backend-v3': 0 }
    await expectShares(suite, shares, async (count) => {
      const ask = { method: 'GET', host: '', path: '/', headers: { 'X-Jitter': String(count) } }
      return (await roundTrip(at, ask)).arrived.pod!
    })
  },

  ...Object.fromEntries(
    (['request', 'backendRequest'] as const).map((kind) => [
      kind === 'request' ? 'HTTPRouteTimeoutRequest' : 'HTTPRouteTimeoutBackendRequest',
      (suite: Suite) =>
        onSame(
          suite,
          [
            to('v1', ['/timeout'], { timeouts: { [kind]: '500ms' } }),
            to('v1', ['/disabled'], { timeouts: { [kind]: '0s' } }),
          ],
          ['/timeout > v1', '/timeout?delay=1s > 504', '/disabled?delay=1s > v1'],
        ),
    ]),
  ),

  HTTPRouteBackendProtocolH2C: (suite) =>
    onSame(suite, [to('infra-backend-v1:8081')], [{ ask: '/', h2: true, backend: 'infra-backend-v1' }]),

  async HTTPRouteBackendProtocolWebSocket(suite) {
    const statuses = new Statuses(suite)
    await suite.apply(httpRoute('backend-protocol-ws', 'same-namespace', [to('infra-backend-v1:8082')]))
    const { host } = await statuses.accepted('same-namespace', 'HTTPRoute', 'backend-protocol-ws')
    const said = (message: string | Uint8Array<ArrayBuffer>): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`ws://${host}/ws`)
        socket.binaryType = 'arraybuffer'
        socket.onopen = () => socket.send(message)
        socket.onerror = () => reject(new Error('no WebSocket'))
        socket.onmessage = ({ data }) => {
          socket.close()
          resolve(data)
        }
      })
    await consistently('a WebSocket', async () => {
      const octets = await said(new Uint8Array([1, 2, 3, 4, 5, 6, 7]))
      suite.assert.deepEqual([...new Uint8Array(octets as ArrayBuffer)], [1, 2, 3, 4, 5, 6, 7])
      return (await said('a text')) === 'a text' ? undefined : 'another text'
    })
  },

  async HTTPRouteCrossNamespace(suite) {
    const statuses = new Statuses(suite)
    await suite.apply(httpRoute('cross-namespace', 'backend-namespaces', [to('web-backend:8080')], { namespace: WEB }))
    const at = await statuses.accepted('backend-namespaces', 'HTTPRoute', `${WEB}/cross-namespace`)
    await statuses.resolved('HTTPRoute', 'backend-namespaces', `${WEB}/cross-namespace`)
    await expectAll(suite, at, [`/ > web-backend@${WEB}`])
  },

  async HTTPRouteObservedGenerationBump(suite) {
    const statuses = new Statuses(suite)
    await suite.apply(httpRoute('observed-generation-bump', 'same-namespace', [to('v1')]))
    await statuses.ready()
    const before = await statuses.latest('HTTPRoute', 'observed-generation-bump')
    await suite.merge('HTTPRoute', 'observed-generation-bump', { spec: { rules: [to('v2')] } }, INFRA)
    await statuses.forGateway('HTTPRoute', 'observed-generation-bump', 'same-namespace', ['Accepted=True'])
    await statuses.resolved('HTTPRoute', 'same-namespace', 'observed-generation-bump')
    const after = await statuses.latest('HTTPRoute', 'observed-generation-bump')
    suite.assert.notEqual(before.metadata?.generation, after.metadata?.generation)
  },

  async HTTPRouteServiceTypes(suite) {
    const statuses = new Statuses(suite)
    const manual = ['manual-endpointslices', 'headless-manual-endpointslices']
    const names = [...manual, 'headless']
    const slice = (name: string, addressType: string, addresses: readonly string[]) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${name}-${addressType.toLowerCase()}`,
        namespace: INFRA,
        labels: { 'kubernetes.io/service-name': name },
      },
      addressType,
      ports: [{ name: 'first-port', port: 3000, protocol: 'TCP' }],
      endpoints: addresses.map((address) => ({
        addresses: [address],
        conditions: { ready: true, serving: true, terminating: false },
      })),
    })
    const pods = (await suite.list('Pod', INFRA)).filter(
      ({ metadata }) => metadata?.labels?.app === 'infra-backend-v1' && !metadata.deletionTimestamp,
    )
    const ips = pods.flatMap(({ status }) => status.podIPs.map(({ ip }: { readonly ip: string }) => ip)) as string[]
    await suite.apply(
      httpRoute(
        'service-types',
        'same-namespace',
        names.map((name) => to(`${name}:8080`, [`=/${name}`])),
      ),
      service(manual[0]!, undefined, 'first-port=8080>3000'),
      service(manual[1]!, undefined, 'first-port=8080>3000', INFRA, { clusterIP: 'None' }),
      service('headless', 'infra-backend-v1', 'first-port=8080>3000', INFRA, { clusterIP: 'None' }),
      ...manual.flatMap((name) => [
        slice(
          name,
          'IPv4',
          ips.filter((ip) => !ip.includes(':')),
        ),
        slice(
          name,
          'IPv6',
          ips.filter((ip) => ip.includes(':')),
        ),
      ]),
    )
    const at = await statuses.accepted('same-namespace', 'HTTPRoute', 'service-types')
    await statuses.resolved('HTTPRoute', 'same-namespace', 'service-types')
    await expectAll(
      suite,
      at,
      names.map((name) => `/${name} > v1`),
    )
  },
}
