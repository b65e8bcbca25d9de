import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { configMaps } from '#api/core/configmap/resource.ts'
import { services } from '#api/core/service/resource.ts'
import type { Resource } from '#api/resource.ts'
import { createPki } from '#apiserver/pki/create-pki.ts'
import { writePki } from '#apiserver/pki/pki.ts'
import type { Client } from '#client/client.ts'
import { createUnixClient } from '#client/unix-client.ts'
import { checkHoldings } from './holdings.ts'
import { Ledger } from './ledger.ts'
import { bundleServer, Victim } from './victim.ts'
import { Watcher } from './watcher.ts'
import { Writers } from './writers.ts'

/* An API server is killed at whatever moment, again and again, over one file. */

/** Over one file. */
const PART = 50
const ROUNDS = process.env.FAIRLEAD_LONG === '1' ? 1000 : 100
/** So many writes are answered at most before it is killed. */
const ANSWERS = 40
/** One of so many is killed while it starts. */
const EARLY = 6
const START_MS = 60
/** One of those who watch comes back only after so many lives. */
const SLEEP = 7
/** Whoever watches has it by then, milliseconds. */
const PATIENCE_MS = 20_000

const seed = Number(process.env.FAIRLEAD_SEED ?? Date.now() & 0x7fffffff)

/** Mulberry32: an integer in [0, below). */
const randomOf = (start: number) => {
  let state = start
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** All that watches it, from the beginning. */
const begun = async (client: Client, writers: Writers): Promise<readonly Watcher[]> => {
  await writers.begin(client)
  const from = Number((await client.list(configMaps)).resourceVersion)
  return [
    new Watcher(configMaps as Resource, from),
    new Watcher(configMaps as Resource, from, { half: 'left' }),
    new Watcher(services as Resource, from),
    // The last one sleeps.
    new Watcher(configMaps as Resource, from),
  ]
}

/** It has come back with all that there was. */
const checkRestarted = async (client: Client, ledger: Ledger, watchers: readonly Watcher[]): Promise<void> => {
  await until(() => watchers.every((watcher) => watcher.hasCaughtUp(ledger)), 'watches are told all that is there')
  for (const watcher of watchers) watcher.check(ledger, client)
  await checkHoldings(client)
}

const until = async (holds: () => boolean, what: string): Promise<void> => {
  for (const end = Date.now() + PATIENCE_MS; !holds(); await sleep(1)) assert.ok(Date.now() < end, what)
}

const bundle = mkdtempSync(join(import.meta.dirname, '..', '..', 'node_modules', '.crash-'))
before(() => bundleServer(bundle))
after(() => rmSync(bundle, { recursive: true, force: true }))

/** A cluster's folder with its certificates. */
const folderOf = async (t: TestContext): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-crash-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writePki(
    join(folder, 'pki'),
    await createPki({ clusterDomain: 'cluster.local', subjectAltNames: ['10.96.0.1'], now: new Date() }),
  )
  return folder
}

for (let part = 1; part <= ROUNDS / PART; part++)
  test(`killed at any moment, ${PART} times: what was answered lasts, what was not is whole or not there, watches go on (${part})`, async (t) => {
    t.diagnostic(`FAIRLEAD_SEED=${seed}`)
    const random = randomOf(seed + part)
    const folder = await folderOf(t)
    /** Its file is written by the server's own thread, by one for it from the start, or handed over under load. */
    const victimOf = (): Victim =>
      new Victim(bundle, {
        folder,
        threadAfter: [0, 30, 1 << 30][random(3)]!,
        ...(random(4) === 0 ? { limits: { age: 300_000, octets: 100_000 } } : {}),
        checkpointAt: 200_000,
      })
    const ledger = new Ledger(folder)
    const writers = new Writers(random)
    const watchers: Watcher[] = []
    const victims = [victimOf()]
    t.after(() => Promise.all(victims.map((victim) => victim.kill())))
    let early = 0
    for (let round = 0; round < PART; round++) {
      const victim = victims.shift()!
      // It loads its program meanwhile.
      if (round + 1 < PART) victims.push(victimOf())
      victim.go()
      if (round > 0 && random(EARLY) === 0) {
        early++
        await sleep(random(START_MS))
        await victim.kill()
        ledger.settle()
        continue
      }
      await victim.ready
      const client = createUnixClient(join(folder, 'api.sock'))
      try {
        if (watchers.length === 0) watchers.push(...(await begun(client, writers)))
        const awake = round % SLEEP === 0 ? watchers : watchers.slice(0, -1)
        for (const watcher of awake) watcher.open(client)
        if (round > 0) await checkRestarted(client, ledger, awake)
        ledger.forget(Math.min(...watchers.map(({ checked }) => checked)))
        const working = writers.work(client, random(ANSWERS))
        await Promise.race([writers.enough, sleep(PATIENCE_MS)])
        await sleep(random(3))
        await victim.kill()
        await working
        for (const watcher of watchers) await watcher.ended()
      } finally {
        await victim.kill()
        client.close()
      }
      ledger.settle()
      writers.check(ledger)
    }
    assert.ok(writers.answered > 5 * PART, `${writers.answered} writes were answered`)
    const begunAnew = watchers.map((watcher) => watcher.begunAnew)
    t.diagnostic(
      JSON.stringify({ answered: writers.answered, early, torn: ledger.torn, folded: ledger.compacted, begunAnew }),
    )
  })
