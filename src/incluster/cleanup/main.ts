// What `fairlead uninstall` runs once on each node when its agent has ended: takes what is ours out of the kernel.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { uninstallDoor } from '#agent/parts/door/host-files.ts'
import { removeDoorLinks } from '#agent/parts/door/remove-links.ts'
import { removeRoutes } from '#agent/parts/routes/remove-routes.ts'
import { sleep, systemClock } from '#clock/clock.ts'
import { tryLockFile } from '#kernel/files/file-lock.ts'
import { HOME_NETWORK } from '#kernel/namespaces/namespace.ts'
import { openNftables } from '#kernel/nftables/libnftables.ts'
import { removeNodeTables } from '#reconciler/tables/remove-tables.ts'
import { logLine } from '../log.ts'
import { CNI_FOLDERS, LOCK_FILE, PATHS } from '../paths.ts'
import { removeOwnTables } from './own-tables.ts'
import { hasServicesOfOthers } from './services-of-others.ts'

/** Where the node's folders are mounted. */
const HOST = '/host'
/** For others to write their rules, milliseconds. */
const PATIENCE_MS = 60_000
/** For those whose rules cannot be seen. */
const BLIND_MS = 15_000
const LOOK_MS = 250
/** Tables of iptables' older kernel interface, which nftables does not show. */
const LEGACY = ['/proc/net/ip_tables_names', '/proc/net/ip6_tables_names']

const COMPONENT = 'fairlead-cleanup'

const hasLegacyNat = (): boolean =>
  LEGACY.some((path) => existsSync(path) && readFileSync(path, 'utf8').split('\n').includes('nat'))

const start = async (): Promise<void> => {
  const { signal } = new AbortController()
  // The clock's own timers keep no process alive.
  const alive = setInterval(() => undefined, 60_000)
  const folder = join(HOST, PATHS.run)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lock = tryLockFile(join(folder, LOCK_FILE))
  if (lock === undefined) {
    // Of another installation, whose rules these are.
    logLine(COMPONENT, 'an agent runs on this node: nothing is taken away')
    clearInterval(alive)
    return
  }
  const nftables = openNftables(HOME_NETWORK)
  if (process.argv.includes('--after-services-of-others')) {
    const begun = systemClock.now()
    while (!hasServicesOfOthers(nftables.read('list ruleset'))) {
      const waited = systemClock.now() - begun
      if (hasLegacyNat() && waited >= BLIND_MS) break
      if (waited >= PATIENCE_MS)
        throw new Error('nobody else has written rules for Services, so ours stay: without them nothing would answer')
      await sleep(systemClock, LOOK_MS, signal)
    }
  }
  await removeNodeTables(nftables)
  for (const table of removeOwnTables(nftables)) logLine(COMPONENT, `${table} is gone`)
  nftables.close()
  uninstallDoor(CNI_FOLDERS)
  const links = removeDoorLinks(HOME_NETWORK, join(HOST, PATHS.state))
  if (links > 0) logLine(COMPONENT, `links of ${links} pods are gone`)
  removeRoutes(HOME_NETWORK, join(HOST, PATHS.state))
  for (const path of [PATHS.run, PATHS.state]) rmSync(join(HOST, path), { recursive: true, force: true })
  lock[Symbol.dispose]()
  clearInterval(alive)
}

start().catch((error: Error) => {
  logLine(COMPONENT, error.message)
  process.exitCode = 1
})
