// What the conformance suite of network-policy-api asks of ClusterNetworkPolicies, under the short names that its tests have there
// (conformance/tests): a subject, and three peers, of which each meets other rules.
import { once } from 'node:events'
import { after } from 'node:test'
import { askAll, gotThere, type Question } from '#facts/live/ask-all.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { bindUdp, listenTcp } from '#kernel/sockets/socket.ts'
import { claim, withCluster } from './harness.ts'
import { clusterPolicy, labelled, policy } from './policies/objects.ts'
import { at, Table, type Truth } from './policies/table.ts'
import { World } from './policies/world.ts'

type Tier = 'Admin' | 'Baseline'
type Way = 'ingress' | 'egress'
type Action = 'Accept' | 'Deny' | 'Pass'
const TIERS: readonly Tier[] = ['Admin', 'Baseline']
const WAYS: readonly Way[] = ['ingress', 'egress']

const cluster = withCluster('policy-conform', ['--nodes', '2'])
let table: Table
after(() => table?.close())

/** The two ports of each protocol that are asked. */
const PORTS = { TCP: [80, 8080], UDP: [53, 5353], SCTP: [80, 8080] } as const
type Protocol = keyof typeof PORTS
const PROTOCOLS = Object.keys(PORTS) as Protocol[]
const SUBJECT = { namespaces: labelled('ns', 'x') }
const peer = (namespace: string) => ({ namespaces: labelled('ns', namespace) })
const atPort = (protocol: Protocol, number: number) => ({ [protocol.toLowerCase()]: { destinationPort: { number } } })
const rule = (way: Way, action: Action, peers: readonly object[], protocols?: readonly object[]): object => ({
  action,
  [way === 'ingress' ? 'from' : 'to']: peers,
  ...(protocols && { protocols }),
})
/** `r/* > x/*`: in the direction of the rules. */
const line = (way: Way, namespace: string): string =>
  way === 'ingress' ? `${namespace}/* > x/*` : `x/* > ${namespace}/*`

/** To r everything by the first of its rules; to s one port by the first; to h the other port, and nothing else. */
const rules = (way: Way, protocols: readonly Protocol[], toR: readonly Action[], toS: readonly Action[]) => {
  const ports = (index: 0 | 1) => protocols.map((protocol) => atPort(protocol, PORTS[protocol][index]))
  return [
    ...toR.map((action) => rule(way, action, [peer('r')])),
    ...toS.map((action) => rule(way, action, [peer('s')], ports(0))),
    rule(way, 'Accept', [peer('h')], ports(1)),
    rule(way, 'Deny', [peer('h')]),
  ]
}
const truths = (ways: readonly Way[], protocols: readonly Protocol[], r: boolean, s: boolean): readonly Truth[] =>
  PROTOCOLS.flatMap((protocol) =>
    PORTS[protocol].map((port, index) => {
      const spoken = protocols.includes(protocol)
      return at(
        `${port}/${protocol}`,
        ...ways.flatMap((way) => [
          `${line(way, 'r')} ${r ? 'yes' : 'no'}`,
          `${line(way, 's')} ${s || !spoken || index === 1 ? 'yes' : 'no'}`,
          `${line(way, 'h')} ${spoken && index === 1 ? 'yes' : 'no'}`,
        ]),
      )
    }),
  )

/** By each action first: what comes first is what counts. Pass goes on to what nobody forbids. */
const orders = (tier: Tier): readonly { readonly toR: readonly Action[]; readonly toS: readonly Action[] }[] =>
  tier === 'Baseline'
    ? [
        { toR: ['Accept', 'Deny'], toS: ['Deny'] },
        { toR: ['Deny', 'Accept'], toS: ['Accept', 'Deny'] },
      ]
    : [
        { toR: ['Accept', 'Deny', 'Pass'], toS: ['Deny', 'Pass'] },
        { toR: ['Deny', 'Accept', 'Pass'], toS: ['Pass', 'Deny'] },
        { toR: ['Pass', 'Accept', 'Deny'], toS: ['Accept', 'Deny'] },
      ]

claim('conformance: eight pods in four namespaces', async (assert) => {
  const pods = ['a', 'b']
  const { TCP, UDP } = PORTS
  table = new Table(
    await World.make(cluster.name, { pods: { x: pods, r: pods, s: pods, h: pods }, ports: { TCP, UDP } }),
  )
  await table.holds(assert, 'no policy', at('80/TCP'), at('53/UDP'), at('8080/SCTP'))
})

const ordered = (name: string, tier: Tier, ways: readonly Way[], protocols: readonly Protocol[]): void =>
  claim(`conformance: ${name}`, async (assert) => {
    for (const { toR, toS } of orders(tier)) {
      const spec = Object.fromEntries(ways.map((way) => [way, rules(way, protocols, toR, toS)]))
      await table.world.have(clusterPolicy('conformance', tier, { subject: SUBJECT, ...spec }))
      const [r, s] = [toR[0] !== 'Deny', toS[0] !== 'Deny']
      await table.holds(assert, `${toR.join()} and ${toS.join()}`, ...truths(ways, protocols, r, s))
    }
  })

for (const tier of TIERS) {
  for (const way of WAYS)
    for (const protocol of PROTOCOLS)
      ordered(`CNP${tier}Tier${way === 'ingress' ? 'Ingress' : 'Egress'}${protocol}`, tier, [way], [protocol])
  ordered(`CNP${tier}TierGress`, tier, WAYS, PROTOCOLS)

  for (const way of WAYS)
    claim(`conformance: CNP${tier}Tier${way === 'ingress' ? 'Ingress' : 'Egress'}NamedPort`, async (assert) => {
      const named = [{ destinationNamedPort: 'serve-80-tcp' }]
      const all = ['r', 's', 'h'].map(peer)
      const spec = { subject: SUBJECT, [way]: [rule(way, 'Accept', all, named), rule(way, 'Deny', all)] }
      await table.world.have(clusterPolicy('conformance', tier, spec))
      const none = ['r', 's', 'h'].map((namespace) => `${line(way, namespace)} no`)
      await table.holds(assert, 'one port by its name', at('80/TCP'), at('8080/TCP', ...none), at('53/UDP', ...none))
    })

  claim(`conformance: CNP${tier}TierEgressInlineCIDRPeers`, async (assert) => {
    const { world } = table
    const everywhere = rule('egress', 'Deny', [{ networks: ['0.0.0.0/0', '::/0'] }])
    const toS = rule('egress', 'Accept', [peer('s')])
    await world.have(clusterPolicy('conformance', tier, { subject: SUBJECT, egress: [toS, everywhere] }))
    const none = at('80/TCP', 'x/* > * no', 'x/* > s/* yes')
    await table.holds(assert, 'no address but those of s', none)
    const hosts = ['r/a', 'h/b'].flatMap((name) => {
      const { IPv4, IPv6 } = world.stands.find((stand) => stand.name === name)!.addresses
      return [`${IPv4}/32`, `${IPv6}/128`]
    })
    const egress = [rule('egress', 'Accept', [{ networks: hosts }]), toS, everywhere]
    await world.have(clusterPolicy('conformance', tier, { subject: SUBJECT, egress }))
    const some = at('80/TCP', 'x/* > * no', 'x/* > s/* yes', 'x/* > r/a yes', 'x/* > h/b yes')
    await table.holds(assert, 'and two more', some)
  })

  claim(`conformance: CNP${tier}TierEgressNodePeers`, async (assert) => {
    const { world } = table
    const nodes = { nodes: { matchLabels: { 'kubernetes.io/os': 'linux' } } }
    const open = atPort('TCP', 9001)
    const egress = [
      rule('egress', 'Accept', [nodes], [open]),
      ...(tier === 'Admin' ? [rule('egress', 'Pass', [nodes], [atPort('UDP', 9003)])] : []),
      rule('egress', 'Deny', [peer('s'), nodes, { networks: ['0.0.0.0/0', '::/0'] }]),
    ]
    const servers: { close(): unknown }[] = []
    const questions: (Question & { readonly allowed: boolean })[] = []
    try {
      for (const { namespace, addresses } of cluster.facts.nodes)
        for (const address of addresses) {
          for (const port of [9001, 9002]) servers.push(await listenTcp(namespacePath(namespace), address, port))
          for (const port of [9003, 9004]) {
            const socket = await bindUdp(namespacePath(namespace), address, port)
            socket.on('message', (data, from) => socket.send(data, from.port, from.address))
            servers.push(socket)
          }
          for (const { path } of world.stands.filter(({ name }) => name.startsWith('x/')))
            for (const [port, protocol, allowed] of [
              [9001, 'TCP', true],
              [9002, 'TCP', false],
              [9003, 'UDP', tier === 'Admin'],
              [9004, 'UDP', false],
            ] as const)
              questions.push({ namespace: path, protocol, address, port, allowed })
        }
      const asked = async (expected: (allowed: boolean) => boolean) =>
        (
          await askAll(
            questions.map((question) => ({ ...question, expected: expected(question.allowed) })),
            { quietMs: 150, againMs: 8_000 },
          )
        ).map(gotThere)
      await world.have()
      assert.ok((await asked(() => true)).every(Boolean), 'nodes are reached')
      await world.have(clusterPolicy('conformance', tier, { subject: SUBJECT, egress }))
      assert.deepEqual(
        await asked((allowed) => allowed),
        questions.map(({ allowed }) => allowed),
      )
    } finally {
      for (const server of servers) {
        const closed = once(server as never, 'close')
        server.close()
        await closed
      }
    }
    await table.holds(assert, 'and no pod', at('80/TCP', 'x/* > * no'))
  })
}

const both = (action: Action, ...names: readonly string[]) =>
  Object.fromEntries(WAYS.map((way) => [way, [rule(way, action, names.map(peer))]]))
const CLOSED = ['80/TCP', '8080/TCP', '53/UDP', '80/SCTP'].map((port) => at(port, 's/* > x/* no', 'x/* > s/* no'))
const OPEN = CLOSED.map(({ port, protocol }) => at(`${port}/${protocol}`))

claim('conformance: CNPAdminTierPriorityField', async (assert) => {
  const with60 = (priority: number) => [
    clusterPolicy('denies', 'Admin', { subject: SUBJECT, ...both('Deny', 's') }, 50),
    clusterPolicy('passes', 'Admin', { subject: SUBJECT, ...both('Pass', 's') }, priority),
    clusterPolicy('default', 'Baseline', { subject: SUBJECT, ...both('Accept', 's') }),
  ]
  await table.world.have(...with60(60))
  await table.holds(assert, 'who denies is asked first', ...CLOSED)
  await table.world.have(...with60(40))
  await table.holds(assert, 'who passes is asked first', ...OPEN)
})

claim('conformance: CNPAdminTierIntegration', async (assert) => {
  const admin = (action: Action) => clusterPolicy('pass-example', 'Admin', { subject: SUBJECT, ...both(action, 's') })
  const fromS = [{ namespaceSelector: labelled('ns', 's') }]
  const network = policy('x', { podSelector: {}, ingress: [{ from: fromS }], egress: [{ to: fromS }] })
  const baseline = clusterPolicy('default', 'Baseline', { subject: SUBJECT, ...both('Deny', 's') })
  await table.world.have(admin('Deny'), network, baseline)
  const alone = ['80/TCP', '53/UDP'].map((port) => at(port, '* > x/* no', 'x/* > * no', 'x/* > x/* no'))
  await table.holds(assert, 'Admin denies', ...alone)
  await table.world.have(admin('Pass'), network, baseline)
  const byNetwork = alone.map(({ port, protocol, lines }) =>
    at(`${port}/${protocol}`, ...lines, 's/* > x/* yes', 'x/* > s/* yes'),
  )
  await table.holds(assert, 'Admin passes: the NetworkPolicy counts', ...byNetwork)
  await table.world.have(admin('Pass'), baseline)
  await table.holds(assert, 'Admin passes, and no NetworkPolicy selects: Baseline counts', ...CLOSED)
})
