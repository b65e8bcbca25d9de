import { setTimeout as sleep } from 'node:timers/promises'
import { consistently, expectShares } from '../expect.ts'
import { deployment, gateway, grant, INFRA, listener, onlyKinds, passthrough, route, service, WEB } from '../objects.ts'
import type { Address } from '../round-trip.ts'
import { Statuses } from '../statuses.ts'
import type { Cases, Suite } from '../suite.ts'
import { datagram, linesOf } from '../talk.ts'

type Protocol = 'TCP' | 'UDP'
const PORT = 3000

const to = (...backends: readonly string[]): object => ({
  backendRefs: backends.map((text) => {
    const [name, weight] = text.split('*') as [string, string?]
    const [service, namespace] = name.split('/').reverse() as [string, string?]
    return { name: service, port: PORT, ...(namespace && { namespace }), ...(weight && { weight: Number(weight) }) }
  }),
})
const plain = (protocol: Protocol, name: string, port: number) =>
  listener(name, port, { protocol, ...onlyKinds(`${protocol}Route`) })

/** One pod that says its name to lines and to datagrams, and its Service. */
const echo = (protocol: Protocol, name: string, namespace = INFRA) => [
  service(name, name, `${PORT}>${PORT}/${protocol}`, namespace),
  deployment(name, { namespace, args: [`--http-port=8080`, `--tcp-port=${PORT}`, `--udp-port=${PORT}`] }),
]

/** The name of the pod that answers a connection, or a datagram, of its own. */
const answerer = async (protocol: Protocol, at: Address): Promise<string> =>
  protocol === 'TCP'
    ? (await linesOf(at, ['hostname'], undefined, 0))[0]!
    : String(await datagram(at, Buffer.from('hostname'))).trim()

const reaches = (suite: Suite, protocol: Protocol, at: Address, backend: string, times = 3): Promise<void> =>
  consistently(
    `${protocol} at ${at.port} to ${backend}`,
    async () => {
      const pod = await answerer(protocol, at)
      suite.assert.ok(pod)
      return pod.startsWith(`${backend}-`) ? undefined : `reached ${pod}`
    },
    times,
  )

const casesOf = (protocol: Protocol): Cases => {
  const kind = `${protocol}Route`
  const word = protocol.toLowerCase()
  const own = `${word}-gateway`
  /** A route of one listener of a Gateway, with the backends that there are. */
  const single = async (suite: Suite, rule: object, ...backends: readonly (readonly [string, string?])[]) => {
    await suite.apply(
      ...backends.flatMap(([name, namespace]) => echo(protocol, name, namespace)),
      gateway(own, [plain(protocol, word, 9300)]),
      route(kind, 'one', `${own}#${word}`, [rule]),
    )
    const statuses = new Statuses(suite)
    await statuses.ready(INFRA, WEB)
    return statuses
  }
  return {
    async [`${kind}InvalidBackendRefNonexistent`](suite) {
      const statuses = await single(suite, to('nonexistent-service'))
      await statuses.forGateway(kind, 'one', own, ['ResolvedRefs=False:BackendNotFound'])
    },

    async [`${kind}InvalidCrossNamespaceBackendRef`](suite) {
      const statuses = await single(suite, to(`${WEB}/web-backend`))
      await statuses.accepted(`${own}#${word}`, kind, 'one')
      await statuses.forGateway(kind, 'one', own, ['ResolvedRefs=False:RefNotPermitted'])
    },

    async [`${kind}ReferenceGrant`](suite) {
      const lent = grant('lent', WEB, `${kind} ${INFRA}`, 'Service lent-backend')
      await suite.apply(lent)
      const statuses = await single(suite, to(`${WEB}/lent-backend`), ['lent-backend', WEB])
      const at = await statuses.accepted(`${own}#${word}`, kind, 'one')
      await statuses.resolved(kind, own, 'one')
      await reaches(suite, protocol, at, 'lent-backend')
      await suite.delete(lent)
      await statuses.forGateway(kind, 'one', own, ['ResolvedRefs=False:RefNotPermitted'])
    },

    async [`${kind}WeightedRouting`](suite) {
      const names = ['backend-v1', 'backend-v2', 'backend-v3']
      const statuses = await single(
        suite,
        to('backend-v1*70', 'backend-v2*30', 'backend-v3*0'),
        ...names.map((name) => [name] as const),
      )
      const at = await statuses.accepted(`${own}#${word}`, kind, 'one')
      await reaches(suite, protocol, at, 'backend')
      const shares = { 'backend-v1': 0.7, 'backend-v2': 0.3, 'backend-v3': 0 }
      await expectShares(suite, shares, () => answerer(protocol, at))
    },

    async [`${kind}MultipleRoutesAttachment`](suite) {
      const statuses = await single(suite, to('older'), ['older'], ['newer'])
      const at = await statuses.accepted(`${own}#${word}`, kind, 'one')
      // Objects are told apart by seconds.
      await sleep(1000)
      await suite.apply(route(kind, 'another', `${own}#${word}`, [to('newer')]))
      for (const name of ['one', 'another']) await statuses.forGateway(kind, name, own, ['Accepted=True:Accepted'])
      await statuses.listeners(own, [
        { name: word, kinds: [kind], attached: 2, conditions: ['Accepted=True:Accepted'] },
      ])
      await reaches(suite, protocol, at, 'older')
      for (let count = 0; count < 50; count++)
        suite.assert.match(await answerer(protocol, at), /^older-/, 'never the newer one')
    },

    async [protocol === 'TCP' ? 'TCPRouteParentRefAttachAll' : 'UDPRouteParentRefAttachAllListeners'](suite) {
      const statuses = new Statuses(suite)
      const names = ['one', 'two', 'three']
      await suite.apply(
        ...echo(protocol, 'of-all'),
        gateway(
          own,
          names.map((name, at) => plain(protocol, name, 9310 + at)),
        ),
        route(kind, 'all', own, [to('of-all')]),
      )
      await statuses.ready()
      await statuses.parents(kind, 'all', INFRA, 'Gateway', own, ['Accepted=True:Accepted'])
      await statuses.listeners(
        own,
        names.map((name) => ({ name, kinds: [kind], attached: 1, conditions: ['Accepted=True', 'ResolvedRefs=True'] })),
      )
      for (const name of names) await reaches(suite, protocol, await statuses.address(own, name), 'of-all')
    },

    async [`${kind}ParentRefPortAndSectionName`](suite) {
      const statuses = new Statuses(suite)
      const parents = { one: ':9300', two: '#two', three: '#three:9302' }
      await suite.apply(
        ...Object.keys(parents).flatMap((name) => echo(protocol, `echo-${name}`)),
        gateway(
          own,
          Object.keys(parents).map((name, at) => plain(protocol, name, 9300 + at)),
        ),
        ...Object.entries(parents).map(([name, parent]) => route(kind, name, `${own}${parent}`, [to(`echo-${name}`)])),
      )
      await statuses.ready()
      for (const name of Object.keys(parents)) {
        await statuses.parents(kind, name, INFRA, 'Gateway', own, ['Accepted=True:Accepted'])
        await reaches(suite, protocol, await statuses.address(own, name), `echo-${name}`)
      }
    },

    async [protocol === 'TCP' ? 'TCPRouteInvalidNonTCPListener' : 'UDPRouteNotAllowedByListeners'](suite) {
      const statuses = new Statuses(suite)
      const other = protocol === 'TCP' ? listener('other', 5300, onlyKinds('HTTPRoute')) : passthrough('other')
      await suite.apply(gateway(own, [other]), route(kind, 'not-here', `${own}#other`, [to('tcp-backend')]))
      await statuses.ready()
      await statuses.forGateway(kind, 'not-here', own, ['Accepted=False:NotAllowedByListeners'])
      await statuses.noRoutes(own)
    },
  }
}

export const PLAIN: Cases = {
  async UDPRoute(suite) {
    const statuses = new Statuses(suite)
    await suite.apply(
      gateway('udp-gateway', [plain('UDP', 'coredns', 5300)]),
      route('UDPRoute', 'udp-coredns', 'udp-gateway#coredns', [{ backendRefs: [{ name: 'coredns', port: 53 }] }]),
    )
    const at = await statuses.accepted('udp-gateway#coredns', 'UDPRoute', 'udp-coredns')
    const labels = ['foo', 'bar', 'com'].flatMap((label) => [label.length, ...Buffer.from(label)])
    const query = Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, 1, 0, 1])
    await consistently(
      'a query',
      async () => {
        const answer = await datagram(at, query)
        suite.assert.deepEqual([answer.readUInt16BE(0), answer.readUInt16BE(2) & 0x800f], [7, 0x8000])
        return undefined
      },
      1,
    )
  },
  ...casesOf('TCP'),
  ...casesOf('UDP'),
}
