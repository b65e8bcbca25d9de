import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { addressOf, makeLan } from './lan.ts'
import { watchKernel } from './router-kernel.ts'
import { type Router, startBird, startFrr, startGobgp, until } from './routers.ts'
import { peerOf, route, speakerOn } from './speakers.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

const STAYS = '192.0.2.1/32'
const STAYS6 = '2001:db8::1/128'
const GOES = '192.0.2.2/32'
const ALL = [STAYS, STAYS6, GOES]

let routers: readonly Router[] = []
before(async () => {
  makeLan()
  // GoBGP takes no connection for five seconds after one has gone: its turn is `script/test --long`.
  routers = await Promise.all([startBird(), startFrr(), ...(process.env.FAIRLEAD_LONG === '1' ? [startGobgp()] : [])])
})
after(() => {
  for (const { stop } of routers) stop()
})

const speakerWithPeers = () => {
  const speaker = speakerOn('node-1')
  speaker.setPeers(
    routers.flatMap(({ machine }) => (['IPv4', 'IPv6'] as const).map((family) => peerOf('node-1', machine, family))),
  )
  return speaker
}
const has = async (router: Router, prefix: string): Promise<boolean> =>
  (await router.nextHops(prefix)).join() === addressOf('node-1', prefix.includes(':') ? 'IPv6' : 'IPv4')

/** Until a router has a prefix, or has it not. */
const becomes = (router: Router, prefix: string, isThere: boolean): Promise<void> =>
  until(
    async () => `${router.machine} has ${isThere ? '' : 'not '}${prefix}: ${await router.about(prefix)}`,
    async () => (isThere ? has(router, prefix) : (await router.nextHops(prefix)).length === 0),
  )

/** Looks at a router's routes again and again, at the end once more, and gives what it missed, and how often it looked. */
const watchRouter = (router: Router, prefixes: readonly string[]) => {
  const missing: string[] = []
  let looks = 0
  let isOver = false
  const look = async () => {
    looks++
    for (const prefix of prefixes) if (!(await has(router, prefix))) missing.push(`${router.machine} ${prefix}`)
  }
  const over = (async () => {
    for (; !isOver; await sleep(250)) await look()
    await look()
  })()
  return async () => {
    isOver = true
    await over
    return { missing, looks }
  }
}

test('a speaker is replaced and no router ever loses what the next one announces too', async (t) => {
  const first = speakerWithPeers()
  first.setRoutes(ALL.map((prefix) => route(prefix)))
  await Promise.all(routers.flatMap((router) => ALL.map((prefix) => becomes(router, prefix, true))))
  const kernel = watchKernel()
  const watches = routers.map((router) => watchRouter(router, [STAYS, STAYS6]))
  await first.stop('graceful')
  const second = speakerWithPeers()
  for (const { name } of second.peers())
    await until(
      () => `${name} is up: ${JSON.stringify(second.peers())}`,
      () => second.peers().some((peer) => peer.name === name && peer.state === 'Established'),
    )
  // It does not know yet what there is to announce: nobody may take that for nothing.
  await sleep(300)
  for (const router of routers) for (const prefix of [STAYS, STAYS6]) assert.ok(await has(router, prefix), prefix)
  for (const router of routers) assert.ok(await has(router, GOES), `${router.machine} keeps what nobody has taken back`)
  const told = Date.now()
  second.setRoutes([route(STAYS), route(STAYS6)])
  await Promise.all(
    routers.map(async (router) => {
      await becomes(router, GOES, false)
      t.diagnostic(`${router.machine}: what is not announced again is gone ${Date.now() - told} ms after End-of-RIB`)
    }),
  )
  await until(kernel.said, () => kernel.said().includes('Deleted 192.0.2.2 '))
  for (const stop of watches) {
    const { missing, looks } = await stop()
    assert.deepEqual(missing, [])
    t.diagnostic(`looked ${looks} times`)
  }
  kernel.stop()
  assert.doesNotMatch(kernel.said(), /Deleted (?:192\.0\.2\.1|2001:db8::1) /)
  await second.stop('cease', 'for good')
  await Promise.all(routers.map((router) => becomes(router, STAYS, false)))
})

test('a node that is drained is out of the kernel of its router', async (t) => {
  const speaker = speakerWithPeers()
  speaker.setRoutes([route(STAYS)])
  await becomes(routers[0]!, STAYS, true)
  const kernel = watchKernel()
  // Until it watches.
  await sleep(100)
  const asked = Date.now()
  speaker.setRoutes([])
  await until(kernel.said, () => kernel.said().includes('Deleted 192.0.2.1 '))
  t.diagnostic(`${Date.now() - asked} ms after`)
  kernel.stop()
  await speaker.stop('cease')
})
