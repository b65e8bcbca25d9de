import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { Zone } from '#names/zone.ts'
import type { BesideZone } from '../../sources/beside-zone.ts'
import type { NameServer } from '../../sources/sources.ts'
import { settle } from '../../testing/loopback-network.ts'
import { DnsConfiguration } from './dns-configuration.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-dns-conf-'))
after(() => rmSync(folder, { recursive: true }))
const resolvConf = join(folder, 'resolv.conf')

/** As much of the server as is configured, and who leads back to it. */
class FakeServer {
  readonly zone = new Zone('cluster.local', [])
  readonly configured: BesideZone[] = []
  loops: string[] = []
  configure(beside: BesideZone): void {
    this.configured.push(beside)
  }
  async lookForLoops(): Promise<void> {}
  get servers(): readonly string[] | undefined {
    return this.configured.at(-1)?.outside?.servers
  }
}

const start = async (corefile?: string) => {
  const clock = new HandClock()
  const client = new FakeClient({ clock })
  const server = new FakeServer()
  const logged: string[] = []
  const set = async (text: string): Promise<void> => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'kube-system', name: 'coredns' },
    } as const
    await client.create(configMaps, { ...object, data: { Corefile: text } })
  }
  if (corefile !== undefined) await set(corefile)
  const configuration = new DnsConfiguration({
    options: { corefile: 'kube-system/coredns', resolvConf },
    server: server as unknown as NameServer,
    client,
    clock,
    random: () => 0.5,
    dnsAddresses: () => ['10.96.0.10'],
    ranges: ['10.244.0.0/16'],
    log: (message) => logged.push(message),
  })
  writeFileSync(resolvConf, 'nameserver 192.0.2.1\n')
  await configuration.start()
  return { clock, server, configuration, logged, set }
}

test('the machine’s nameservers are followed as they change, and nothing is configured where nothing has', async () => {
  const { clock, server, configuration } = await start('. {\n}')
  assert.deepEqual(server.servers, ['192.0.2.1'])
  assert.deepEqual(
    [server.zone.settings.dnsAddresses, server.zone.settings.ranges],
    [['10.96.0.10'], ['10.244.0.0/16']],
  )
  clock.advance(5000)
  assert.equal(server.configured.length, 1)
  writeFileSync(resolvConf, 'nameserver 192.0.2.2\n')
  clock.advance(5000)
  assert.deepEqual(server.servers, ['192.0.2.2'])
  configuration.close()
  writeFileSync(resolvConf, 'nameserver 192.0.2.3\n')
  clock.advance(60_000)
  assert.equal(server.configured.length, 2)
  assert.equal(clock.pending, 0)
})

test('a nameserver that leads back is left out and named for as long as the file names the same ones', async () => {
  const { clock, server, configuration } = await start('. {\n}')
  server.loops = ['192.0.2.1:53']
  clock.advance(5000)
  assert.deepEqual(server.servers, [])
  server.loops = []
  clock.advance(5000)
  assert.deepEqual(server.servers, [], 'it does not come back by itself')
  assert.match(configuration.faults.join(), /192\.0\.2\.1 leads back to this server/)
  writeFileSync(resolvConf, 'nameserver 192.0.2.4\n')
  clock.advance(5000)
  assert.deepEqual([server.servers, configuration.faults], [['192.0.2.4'], []])
  configuration.close()
})

test('a Corefile that is not there is a fault, one that comes is taken, and what is left of it stands in the log once', async () => {
  const { clock, server, configuration, logged, set } = await start()
  assert.match(configuration.faults[0]!, /the Corefile of kube-system\/coredns is not taken/)
  assert.deepEqual(server.servers, ['192.0.2.1'], 'the rest works')
  await set('. {\n rewrite a b\n}\ncorp.example {\n forward . 192.0.2.9\n}')
  clock.advance(600_000)
  await settle()
  assert.deepEqual(server.configured.at(-1)?.outside?.stubDomains, { 'corp.example': ['192.0.2.9'] })
  clock.advance(600_000)
  await settle()
  assert.deepEqual([configuration.faults, logged.length], [[], 1])
  assert.match(logged[0]!, /Corefile of kube-system\/coredns, line 2: rewrite/)
  configuration.close()
})
