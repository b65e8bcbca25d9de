import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { FAULTS, type Refusal } from '#cni/plugin/refusal.ts'
import { KernelError } from '#kernel/kernel-error.ts'
import type { NamedPod } from '../policies/pod-name.ts'
import type { DoorKernel } from './door-kernel.ts'
import { DoorNetwork } from './door-network.ts'

const clean: string[] = []
after(() => {
  for (const one of clean) rmSync(one, { recursive: true })
})

/** A kernel in memory, the same for whoever starts over it: links by key, namespaces by path. */
const start = (ranges: readonly string[] = ['10.244.1.0/29', 'fd00:1::/64']) => {
  const stateDir = mkdtempSync(join(tmpdir(), 'fairlead-door-'))
  clean.push(stateDir)
  const log: string[] = []
  const linked = new Set<string>()
  const namespaces = new Map([['/host/node', '1:0']])
  const faults: { hold?: Error; connect?: Error; unlink?: Error } = {}
  const found: string[] = []
  const others: string[] = []
  const kernel: DoorKernel = {
    hasIpv6: true,
    networkId: (path) => namespaces.get(path),
    differences: (kept) => (kept.length > 0 ? found : ['nothing is kept']),
    links: {
      mtu: 1500,
      close: () => {},
      kept: () => [{ path: '', plan: { sysctls: [], links: [], neighbours: [], routes: [] } }],
      has: (key) => linked.has(key),
      connect({ uid, name }, path, addresses, ifName) {
        log.push(`connect ${name} ${ifName} in ${path}: ${addresses}`)
        if (faults.connect) throw faults.connect
        linked.add(uid)
      },
      unlink(key) {
        if (faults.unlink) throw faults.unlink
        if (linked.delete(key)) log.push('unlink')
      },
    },
  }
  const policies = {
    async hold({ name }: NamedPod, addresses: readonly string[]) {
      log.push(`hold ${name} ${addresses}`)
      if (faults.hold) throw faults.hold
    },
    release: ({ name }: NamedPod) => void log.push(`release ${name}`),
  }
  const run = (bootId = 'now', told: readonly string[] = ranges) =>
    new DoorNetwork(
      {
        namespace: '/host/node',
        ranges: told,
        stateDir,
        bootId,
        hostPath: (path) => `/host${path}`,
        policies: () => policies,
        takenByOthers: () => others,
      },
      kernel,
    )
  const guest = (id: string): void => void namespaces.set(`/host/netns/${id}`, `1:${id}`)
  const records = () => readdirSync(join(stateDir, 'attachments')).filter((one) => one.endsWith('.json'))
  return { run, log, linked, namespaces, faults, found, others, guest, records, news: () => log.splice(0) }
}

const asked = (id: string, more: object = {}) => ({
  command: 'ADD' as const,
  cniVersion: '1.1.0' as const,
  network: 'fairlead',
  containerId: id,
  ifName: 'eth0',
  netns: `/netns/${id}`,
  pod: { namespace: 'shop', name: `pod-${id}`, uid: `uid-${id}` },
  ranges: [],
  ...more,
})
const withResult = (id: string, ...addresses: readonly string[]) => ({
  ...asked(id),
  command: 'CHECK' as const,
  prevResult: { ips: addresses.map((address) => ({ address })) },
})
const refuses = (fault: keyof typeof FAULTS, why: RegExp) => (error: Refusal) =>
  error.code === FAULTS[fault] && why.test(`${error.message}: ${error.details}`)
const TWO = '10.244.1.2,fd00:1::2'

test('a container is held to its pod’s policies before it has its link, and its addresses are free after both are gone', async () => {
  const { run, guest, news, records } = start()
  const network = run()
  guest('a')
  const link = await network.add(asked('a', { ifName: 'net7' }))
  assert.deepEqual(news(), [`hold pod-a ${TWO}`, `connect pod-a net7 in /host/netns/a: ${TWO}`])
  assert.deepEqual([link.ifName, link.netns, link.mtu], ['net7', '/netns/a', 1500])
  assert.deepEqual(
    link.ways.map(({ address, gateway }) => `${address} by ${gateway}`),
    ['10.244.1.2 by 169.254.1.1', 'fd00:1::2 by fe80::1'],
  )
  assert.match(link.node.link, /^fl-[0-9a-f]{12}$/)
  await network.del(asked('a', { ifName: 'net7', netns: '' }))
  assert.deepEqual(news(), ['unlink', 'release pod-a'])
  assert.deepEqual(records(), [])
  await network.del(asked('a'))
  assert.deepEqual(news(), [], 'nobody knows it')
})

test('an ADD that is repeated gives what is there; where the link or the namespace is another, it is made anew', async () => {
  const { run, guest, news, linked, namespaces } = start()
  const network = run()
  guest('a')
  const link = await network.add(asked('a'))
  news()
  assert.deepEqual(await network.add(asked('a')), link)
  assert.deepEqual(news(), [`hold pod-a ${TWO}`])
  linked.clear()
  const [way] = (await network.add(asked('a'))).ways
  assert.equal(way?.address, '10.244.1.3', 'who just had an address is the last to get it again')
  namespaces.set('/host/netns/a', '1:another')
  news()
  await network.add(asked('a'))
  assert.deepEqual(news().slice(0, 2), ['unlink', 'release pod-a'])
})

test('a pod whose sandbox is made anew has both addresses until the first sandbox is gone', async () => {
  const { run, guest, news } = start()
  const network = run()
  for (const id of ['a', 'b']) guest(id)
  const { pod } = asked('a')
  await network.add(asked('a'))
  await network.add(asked('b', { pod }))
  assert.deepEqual(
    news().filter((one) => one.startsWith('hold')),
    [`hold pod-a ${TWO}`, `hold pod-a ${TWO},10.244.1.3,fd00:1::3`],
  )
  await network.del(asked('a'))
  assert.deepEqual(news(), ['unlink', 'hold pod-a 10.244.1.3,fd00:1::3'])
  await network.del(asked('b', { pod }))
  assert.deepEqual(news(), ['unlink', 'release pod-a'])
})

test('what cannot be made is taken away; where that fails too, its address is kept until it can', async () => {
  const { run, guest, faults, records, news } = start()
  const network = run()
  guest('a')
  faults.hold = new Error('no room')
  await assert.rejects(network.add(asked('a')), refuses('failed', /no room/))
  assert.deepEqual([records(), news().at(-1)], [[], 'release pod-a'])
  faults.hold = undefined as never
  faults.connect = new KernelError('RTNETLINK_FAILED', { operation: 'RTM_NEWLINK', errno: 17, object: 'link eth0' })
  await assert.rejects(network.add(asked('a')), refuses('invalidEnvironment', /has a link eth0 already/))
  assert.deepEqual(records(), [])
  faults.connect = undefined as never
  faults.unlink = new Error('busy')
  await assert.rejects(network.add(asked('a')), refuses('failed', /busy/))
  assert.equal(records().length, 1)
  await assert.rejects(network.del(asked('a')), refuses('failed', /cannot be taken away: busy/))
  faults.unlink = undefined as never
  await network.settle()
  assert.deepEqual(records(), [])
})

test('a request that names no pod, no namespace, or the node’s own is told so', async () => {
  const { run, guest, news, namespaces } = start()
  const network = run()
  await assert.rejects(network.add(asked('a')), refuses('invalidEnvironment', /no network namespace here: \/netns\/a/))
  namespaces.set('/host/netns/a', '1:0')
  await assert.rejects(network.add(asked('a')), refuses('invalidEnvironment', /node's own/))
  guest('a')
  const nameless = { pod: { namespace: 'shop', name: 'web', uid: '' } }
  await assert.rejects(network.add(asked('a', nameless)), refuses('invalidEnvironment', /no K8S_POD_UID/))
  await network.add(asked('a', { pod: undefined }))
  assert.deepEqual(news(), [`connect a eth0 in /host/netns/a: ${TWO}`], 'it is no pod: no policy holds it')
})

test('addresses are given from the node’s ranges, or those that the runtime knows, and none that another network gave', async () => {
  const { run, guest, others } = start()
  for (const id of ['a', 'b', 'c']) guest(id)
  others.push('10.244.1.2', '10.9.9.9', 'fd00:1::3')
  const network = run()
  assert.equal((await network.add(asked('a'))).ways[0]?.address, '10.244.1.4')
  const rangeless = run('now', [])
  await assert.rejects(rangeless.status({ ranges: [] }), refuses('unavailable', /no spec\.podCIDRs/))
  await assert.rejects(rangeless.add(asked('b')), refuses('later', /no spec\.podCIDRs/))
  const told = { ranges: ['10.7.0.0/24'] }
  assert.deepEqual(
    (await rangeless.add(asked('b', told))).ways.map(({ address }) => address),
    ['10.7.0.5'],
  )
})

test('where all addresses are taken, containers that went without a word give theirs back, and then nobody can come', async () => {
  const { run, guest, namespaces, linked, news } = start()
  const network = run()
  const ids = ['a', 'b', 'c', 'd', 'e']
  for (const id of [...ids, 'f', 'g']) guest(id)
  const links = await Promise.all(ids.map((id) => network.add(asked(id))))
  assert.equal(new Set(links.map(({ ways }) => ways[0]?.address)).size, 5)
  await assert.rejects(network.add(asked('f')), refuses('later', /all addresses of 10\.244\.1\.0\/29, fd00:1::\/64/))
  await assert.rejects(network.status({ ranges: [] }), refuses('unavailable', /all addresses/))
  namespaces.delete('/host/netns/c')
  await assert.rejects(network.status({ ranges: [] }), refuses('unavailable', /all addresses/), 'its link is there yet')
  const key = [...linked][2]!
  linked.delete(key)
  news()
  await network.status({ ranges: [] })
  assert.deepEqual(news(), ['release pod-c'])
  await network.add(asked('f'))
})

test('a start adopts what stands, and takes away what is of the machine’s former life or was half-made', async () => {
  const { run, guest, linked, faults, news, records } = start()
  const first = run()
  for (const id of ['a', 'b']) guest(id)
  const a = await first.add(asked('a'))
  faults.connect = new Error('no')
  faults.unlink = new Error('busy')
  await assert.rejects(first.add(asked('b')), refuses('failed', /busy|no/))
  faults.connect = undefined as never
  faults.unlink = undefined as never
  assert.equal(records().length, 2)
  const second = run()
  await second.settle()
  assert.equal(records().length, 1)
  assert.deepEqual(await second.add(asked('a')), a)
  assert.deepEqual([...second.kept().keys()], [...linked])
  assert.equal(second.pod([...linked][0]!)?.name, 'pod-a')
  news()
  const third = run('after a reboot')
  await third.settle()
  assert.deepEqual([records(), third.kept().size, news()], [[], 0, ['unlink', 'release pod-a']])
})

test('a CHECK says what differs, and of whom nothing is known', async () => {
  const { run, guest, found, namespaces } = start()
  const network = run()
  guest('a')
  const result = withResult('a', '10.244.1.2/32', 'fd00:1::2/128')
  await assert.rejects(network.check(result), refuses('unknownContainer', /a has no eth0/))
  await network.add(asked('a'))
  await network.check(result)
  await assert.rejects(network.check(withResult('a', '10.244.1.2/32')), refuses('changed', /address fd00:1::2/))
  found.push('link eth0 is missing')
  await assert.rejects(network.check(result), refuses('changed', /eth0 is not as it was made: link eth0 is missing/))
  namespaces.set('/host/netns/a', '1:another')
  await assert.rejects(network.check(result), refuses('changed', /another network namespace/))
})

test('a GC takes away who is not in the list, of that network alone', async () => {
  const { run, guest, faults, records } = start()
  const network = run()
  for (const id of ['a', 'b', 'c']) guest(id)
  for (const id of ['a', 'b']) await network.add(asked(id))
  await network.add(asked('c', { network: 'another' }))
  const gc = { ...asked(''), command: 'GC' as const, valid: [{ containerId: 'a', ifName: 'eth0' }] }
  faults.unlink = new Error('busy')
  await assert.rejects(network.gc(gc), refuses('failed', /1 of 1 stay/))
  faults.unlink = undefined as never
  await network.gc(gc)
  assert.deepEqual([network.size, records().length], [2, 2])
})
