import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { ConfigMap } from '#api/core/configmap/message.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { TransportError } from '../http-client.ts'
import { Informers } from '../informer.ts'
import { FakeClient } from '../testing/fake-client.ts'
import { refusal } from '../testing/refusal.ts'
import { readSavedState, writeSavedState } from './saved-state.ts'
import { saveInformer } from './saver.ts'

const HOUR = 3_600_000
const away = new TransportError('API_UNREACHABLE', 'nobody is there')
const map = (name: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'team' },
  data: { text: 'ü\n' },
})
/** What reads and writes files takes more than one turn of the loop. */
const settle = async (): Promise<void> => {
  for (let times = 0; times < 20; times++) await new Promise<void>((resolve) => setTimeout(resolve, 2))
}

const setup = (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'saved-state-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const clock = new HandClock()
  const world: { fault?: Error | undefined } = {}
  const client = new FakeClient({
    clock,
    fault: (verb) => (verb === 'create' || verb === 'delete' ? undefined : world.fault),
  })
  const file = { path: join(folder, 'state', 'configmaps'), cluster: 'one' }
  const start = ({ mostAge = HOUR, cluster = 'one' } = {}) => {
    const stop = new AbortController()
    t.after(() => stop.abort())
    const log: string[] = []
    const told: string[] = []
    let flush = async (): Promise<void> => {}
    const informers = new Informers(client, {
      clock,
      random: () => 1,
      signal: stop.signal,
      onMade: (informer) => {
        const options = {
          file: { ...file, cluster },
          clock,
          signal: stop.signal,
          mostAge,
          log: (line: string) => log.push(line),
        }
        flush = saveInformer(informer, options)
      },
    })
    const informer = informers.for(configMaps)
    informer.addHandlers({
      onAdd: ({ metadata }) => told.push(`+${metadata?.name}`),
      onUpdate: (_, { metadata }) => told.push(`~${metadata?.name}`),
      onDelete: ({ metadata }) => told.push(`-${metadata?.name}`),
    })
    return { informer, told, log, stop: () => stop.abort(), flush: () => flush() }
  }
  /** Time in which a reflector tries again and again. */
  const pass = async (seconds: number): Promise<void> => {
    for (let step = 0; step < seconds; step++) {
      clock.advance(1000)
      await settle()
    }
  }
  return { clock, world, client, file, start, pass }
}

test('what was held is there again after a start without an API server, and its word takes the place of it', async (t) => {
  const { clock, world, client, file, start, pass } = setup(t)
  for (const name of ['a', 'b']) await client.create(configMaps, map(name))
  const first = start()
  await settle()
  clock.advance(60_000)
  await settle()
  assert.equal(statSync(file.path).mode & 0o777, 0o600)
  first.stop()

  world.fault = away
  const second = start()
  await pass(4)
  assert.equal(second.informer.synced, false, 'a network that comes up a moment later is waited for')
  await pass(8)
  assert.equal(second.informer.synced, true)
  assert.deepEqual([second.told, second.informer.isCurrent], [['+a', '+b'], false])
  assert.deepEqual(second.informer.lister.get('a', 'team'), client.all(configMaps)[0])
  assert.match(second.log.join(), /no API server is reached: 2 configmaps are taken/)
  const written = readFileSync(file.path, 'utf8')
  await second.flush()
  assert.equal(readFileSync(file.path, 'utf8'), written, 'what was taken is not made younger')

  world.fault = undefined
  await client.delete(configMaps, 'a', { namespace: 'team' })
  await client.create(configMaps, map('c'))
  await pass(12)
  assert.deepEqual(second.told.slice(2).sort(), ['+c', '-a'])
  assert.equal(second.informer.isCurrent, true)
  await second.flush()
  assert.match(readFileSync(file.path, 'utf8'), /"name":"c"/)
})

test('it is not taken from a server that refuses, when it is too old, or of another cluster', async (t) => {
  const { clock, world, client, file, start, pass } = setup(t)
  await client.create(configMaps, map('a'))
  await writeSavedState(file, configMaps, client.all(configMaps), clock.now())
  world.fault = refusal(403, 'Forbidden', 'no')
  const refused = start()
  await pass(15)
  assert.equal(refused.informer.synced, false)
  refused.stop()
  world.fault = away
  const old = start({ mostAge: 1000 })
  const other = start({ cluster: 'two' })
  await pass(15)
  assert.deepEqual(
    [old, other].map(({ informer }) => informer.synced),
    [false, false],
  )
  assert.match(old.log.join(), /configmaps: \d+ s old, more than the 1 s allowed/)
  assert.match(other.log.join(), /of another cluster/)
})

test('a file that is cut, of another version, or that others could have written is told and left', async (t) => {
  const { clock, file, client } = setup(t)
  const read = () => readSavedState(file, configMaps, HOUR, clock.now())
  assert.equal(await read(), undefined)
  for (const name of ['a', 'b']) await client.create(configMaps, map(name))
  const objects = client.all(configMaps)
  await writeSavedState(file, configMaps, objects, clock.now())
  assert.deepEqual(await read(), objects)
  const text = readFileSync(file.path, 'utf8')
  writeFileSync(file.path, text.split('\n').slice(0, 2).join('\n'))
  assert.match(String(await read()), /is cut: 1 of 2 objects/)
  writeFileSync(file.path, text.slice(0, -20))
  assert.match(String(await read()), /cannot be read/)
  writeFileSync(file.path, text.replace('state/1', 'state/9'))
  assert.match(String(await read()), /of another version/)
  writeFileSync(file.path, text)
  chmodSync(file.path, 0o666)
  assert.match(String(await read()), /could be written by others/)
})

test('Secrets are never saved', async (t) => {
  const { file } = setup(t)
  await assert.rejects(writeSavedState(file, secrets, [], 0), TypeError)
  await assert.rejects(readSavedState(file, secrets, HOUR, 0), TypeError)
})
