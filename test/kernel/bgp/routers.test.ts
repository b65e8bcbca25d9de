import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BgpSpeaker } from '#bgp/speaker.ts'
import { addressOf, inside, makeLan } from './lan.ts'
import { type Router, startBird, startFrr, startGobgp, until } from './routers.ts'
import { isUp, peerOf, route, speakerOn } from './speakers.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

/** Two nodes that announce the same addresses to three routers, each by IPv4 and by IPv6 with a password. */
const WEB = '192.0.2.1/32'
const WEB6 = '2001:db8::1/128'
let routers: readonly Router[] = []
let speakers: readonly BgpSpeaker[] = []
const NAMES = ['node-1', 'node-2'] as const

before(async () => {
  makeLan()
  routers = await Promise.all([startBird(), startFrr(), startGobgp()])
  speakers = NAMES.map(speakerOn)
  for (const [index, speaker] of speakers.entries()) {
    speaker.setPeers(
      routers.flatMap(({ machine }) =>
        (['IPv4', 'IPv6'] as const).map((family) => peerOf(NAMES[index]!, machine, family)),
      ),
    )
    speaker.setRoutes([])
  }
})
after(async () => {
  await Promise.all(speakers.map((speaker) => speaker.stop('cease', 'the test is over')))
  for (const { stop } of routers) stop()
})

const announce = (...prefixes: readonly string[]) => {
  const communities = ['64512:100', 'no-export']
  for (const speaker of speakers)
    speaker.setRoutes(
      prefixes.map((prefix) => route(prefix, { communities, largeCommunities: ['4200000001:2:3'], med: 7 })),
    )
}
const both = (family: 'IPv4' | 'IPv6') => NAMES.map((node) => addressOf(node, family))
const has = (router: Router, prefix: string, hops: readonly string[]) =>
  until(
    async () => `${router.machine} has ${prefix} by ${hops}: ${await router.about(prefix)}`,
    async () => hops.join() === (await router.nextHops(prefix)).join(),
  )

test('sessions come up by IPv4, and by IPv6 with a password', async () => {
  for (const speaker of speakers)
    for (const { name } of speaker.peers())
      await until(
        () => `${name} is up: ${JSON.stringify(speaker.peers())}`,
        () => isUp(speaker, name),
      )
})

test('each router has the addresses of both nodes, of both families, with what is said of them', async () => {
  announce(WEB, WEB6)
  await Promise.all(
    routers.map(async (router) => {
      await has(router, WEB, both('IPv4'))
      await has(router, WEB6, both('IPv6'))
      const about = await router.about(WEB)
      assert.match(about, /4200000001/, about)
      assert.match(about, /64512[:,]100|4227858532/, about)
      assert.match(about, /4200000001[:,] ?2[:,] ?3|"ASN":4200000001/, about)
    }),
  )
})

test('a router with one kernel table sends to both nodes', async () => {
  const multipath = (family: string, prefix: string) => inside('bird', 'ip', family, 'route', 'show', prefix)
  for (const [family, prefix, hops] of [
    ['-4', '192.0.2.1', both('IPv4')],
    ['-6', '2001:db8::1', both('IPv6')],
  ] as const)
    await until(
      () => multipath(family, prefix),
      async () => {
        const text = await multipath(family, prefix)
        return hops.every((hop) => text.includes(`nexthop via ${hop} `))
      },
    )
  assert.match(await routers[1]!.about(WEB), /multipath/)
})

test('what is withdrawn is gone from every router', async (t) => {
  const asked = Date.now()
  speakers[0]!.setRoutes([])
  await Promise.all(
    routers.map(async (router) => {
      await has(router, WEB, [addressOf('node-2', 'IPv4')])
      t.diagnostic(`${router.machine}: ${Date.now() - asked} ms, of which the asking takes some`)
      await has(router, WEB6, [addressOf('node-2', 'IPv6')])
    }),
  )
  announce()
  await Promise.all(routers.flatMap((router) => [WEB, WEB6].map((prefix) => has(router, prefix, []))))
})
