import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { events } from '#api/core/event/resource.ts'
import { persistentVolumes } from '#api/core/persistentvolume/resource.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import { storageClasses } from '#api/storage/storageclass/resource.ts'
import { Informers, writeThrough } from '#client/informer.ts'
import { FakeClient, type FakeClientOptions } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { claimOf, classNamed } from '#placement/testing/storage.ts'
import { eventually } from '../testing/eventually.ts'
import { resources } from '../testing/fake-cluster.ts'
import { LocalVolumes } from './local-volumes.ts'

const scope = { namespace: 'default' }
const PROVISIONER = 'fairlead.io/local-folder'
const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** The provisioner of node n1; `begin()` again is its next process. */
const start = (fake: Partial<FakeClientOptions> = {}) => {
  const clock = new HandClock()
  const client = new FakeClient({ clock, ...fake })
  const stateDir = mkdtempSync(join(tmpdir(), 'fairlead-local-'))
  const used = new Set<string>()
  const logged: string[] = []
  let abort = new AbortController()
  const begin = (): void => {
    abort.abort()
    abort = new AbortController()
    const { signal } = abort
    const informers = new Informers(client, { clock, random: () => 0, signal })
    new LocalVolumes({
      node: { name: 'n1', stateDir },
      client: writeThrough(client, informers),
      resources,
      claims: informers.for(persistentVolumeClaims),
      volumes: informers.for(persistentVolumes),
      isUsed: (folder) => used.has(folder),
      clock,
      signal,
      log: (message) => void logged.push(message),
    })
  }
  ends.push(() => {
    abort.abort()
    rmSync(stateDir, { recursive: true })
  })
  const told = (): readonly string[] => client.all(events).map(({ reason, message }) => `${reason}: ${message}`)
  const claim = async (name: string, spec: object = {}, node = 'n1') => {
    const { metadata: _, ...rest } = claimOf(name, { spec: { storageClassName: 'standard', ...spec } })
    const annotations = {
      'volume.kubernetes.io/selected-node': node,
      'volume.kubernetes.io/storage-provisioner': PROVISIONER,
    }
    return client.create(persistentVolumeClaims, { ...rest, metadata: { name, annotations } }, scope)
  }
  const made = async () => {
    await eventually('a volume', () => client.all(persistentVolumes).length > 0)
    const [volume] = client.all(persistentVolumes)
    return { volume: volume!, path: volume!.spec!.local!.path }
  }
  const become = async (phase: 'Bound' | 'Released', policy: 'Delete' | 'Retain' = 'Delete') => {
    const { volume } = await made()
    const spec = { ...volume.spec!, persistentVolumeReclaimPolicy: policy }
    const next = await client.update(persistentVolumes, { ...volume, spec })
    return client.update(persistentVolumes, { ...next, status: { phase } }, { subresource: 'status' })
  }
  return { clock, client, stateDir, used, logged, begin, told, claim, made, become }
}
const standard = (more: object = {}) => classNamed('standard', { provisioner: PROVISIONER, ...more })
const turns = () => new Promise((resolve) => setTimeout(resolve, 30))

test('a claim of this node gets a folder that every user may write, kept for it on this node alone', async () => {
  const { client, begin, claim, made, told } = start()
  begin()
  await client.create(storageClasses, standard())
  await claim('far', {}, 'n2')
  const { metadata } = await claim('data')
  const { volume, path } = await made()
  assert.equal(statSync(path).mode & 0o7777, 0o777)
  assert.equal(volume.metadata?.name, `pvc-${metadata?.uid}`)
  assert.deepEqual(volume.metadata?.annotations, { 'pv.kubernetes.io/provisioned-by': PROVISIONER })
  const { claimRef, nodeAffinity, persistentVolumeReclaimPolicy: policy, storageClassName, capacity } = volume.spec!
  assert.deepEqual(
    [claimRef?.uid, policy, storageClassName, capacity],
    [metadata?.uid, 'Delete', 'standard', { storage: '1Gi' }],
  )
  assert.deepEqual(nodeAffinity?.required?.nodeSelectorTerms?.[0]?.matchExpressions?.[0]?.values, ['n1'])
  await eventually('it is told', () => told().length === 2)
  assert.deepEqual(told(), [
    'Provisioning: External provisioner is provisioning volume for claim "default/data"',
    `ProvisioningSucceeded: Successfully provisioned volume ${volume.metadata?.name}`,
  ])
  await turns()
  assert.equal(client.all(persistentVolumes).length, 1, 'the other claim is another node’s')
})

test('what a folder is not is refused by name, with the way out', async () => {
  const { client, begin, claim, told } = start()
  begin()
  await client.create(storageClasses, standard())
  await client.create(storageClasses, classNamed('odd', { provisioner: PROVISIONER, parameters: { size: '1' } }))
  await claim('wide', { accessModes: ['ReadWriteMany'] })
  await claim('block', { volumeMode: 'Block' })
  await claim('chosen', { selector: { matchLabels: { a: 'b' } } })
  await claim('copy', { dataSource: { kind: 'PersistentVolumeClaim', name: 'other' } })
  await claim('odd', { storageClassName: 'odd' })
  await eventually('all are told', () => told().length === 5)
  for (const text of told())
    assert.match(
      text,
      /^ProvisioningFailed: failed to provision volume with StorageClass "(standard|odd)": .*: (use|leave)/,
    )
  assert.deepEqual(client.all(persistentVolumes), [])
})

test('a released folder goes with all that is in it, and then its volume; not while a pod still has it, nor where it is to stay', async () => {
  const { client, clock, begin, claim, made, become, used } = start()
  begin()
  await client.create(storageClasses, standard())
  await claim('data')
  const { path } = await made()
  mkdirSync(join(path, 'sub'))
  writeFileSync(join(path, 'sub/file'), '')
  await become('Bound')
  await become('Released', 'Retain')
  await turns()
  assert.ok(existsSync(join(path, 'sub/file')))
  used.add(path)
  await become('Released')
  await turns()
  assert.ok(existsSync(join(path, 'sub/file')), 'a pod is still ending')
  used.clear()
  clock.advance(1000)
  await eventually('both are gone', () => client.all(persistentVolumes).length === 0 && !existsSync(path))
})

test('a volume that says it is ours, and is not what we would have made, is let be', async () => {
  const { client, begin, claim, made, stateDir } = start()
  begin()
  await client.create(storageClasses, standard())
  await claim('data')
  const { volume } = await made()
  const outside = join(stateDir, 'precious')
  mkdirSync(outside)
  const annotations = { 'pv.kubernetes.io/provisioned-by': PROVISIONER }
  for (const [name, path] of [
    ['pvc-00000000-0000-0000-0000-000000000000', outside],
    ['pvc-..', join(stateDir, 'volumes/pvc-..')],
    ['precious', join(stateDir, 'volumes/../precious')],
  ] as const)
    await client.create(persistentVolumes, {
      ...volume,
      metadata: { name, annotations },
      spec: { ...volume.spec!, local: { path } },
      status: { phase: 'Released' },
    })
  await turns()
  assert.ok(existsSync(outside))
  assert.equal(client.all(persistentVolumes).length, 4)
})

test('a process that could not tell of its folder: the next one does; empty ones that nobody wants go, others stay', async () => {
  let refusing = true
  const { client, begin, claim, made, stateDir, told, clock } = start({
    fault: (verb, resource) =>
      refusing && verb === 'create' && resource.plural === 'persistentvolumes' ? new Error('no answer') : undefined,
  })
  const left = (letter: string) => join(stateDir, 'volumes', `pvc-${letter.repeat(8)}-0000-0000-0000-000000000000`)
  for (const letter of ['a', 'b']) mkdirSync(left(letter), { recursive: true })
  writeFileSync(join(left('b'), 'data'), '')
  begin()
  await client.create(storageClasses, standard())
  await claim('data')
  await eventually('it is told', () => told().some((text) => text.endsWith(': no answer')))
  refusing = false
  begin()
  clock.advance(1000)
  const { path } = await made()
  assert.ok(existsSync(path))
  assert.deepEqual([existsSync(left('a')), existsSync(left('b'))], [false, true])
})

test('a volume that somebody deletes before its claim goes takes its folder with it when it is let go', async () => {
  const { client, begin, claim, made, become } = start()
  begin()
  await client.create(storageClasses, standard())
  await claim('data')
  const { volume, path } = await made()
  assert.deepEqual(volume.metadata?.finalizers, ['external-provisioner.volume.kubernetes.io/finalizer'])
  await become('Bound')
  await client.delete(persistentVolumes, volume.metadata!.name!)
  await turns()
  assert.ok(existsSync(path))
  await become('Released')
  await eventually('both are gone', () => client.all(persistentVolumes).length === 0 && !existsSync(path))
})
