import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ClusterError } from '../cluster-error.ts'
import type { ClusterConfig } from '../config.ts'
import { statePaths, stateRoot, tryReadConfig } from '../state/state.ts'
import { stateFault } from '../state/state-fault.ts'
import { findState } from '../state/state-folder.ts'
import { type Claim, listClaims, readClaim } from './claim.ts'

/** What a cluster may be called: its name is part of those of folders, links, namespaces, tables and cgroups. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/

/**
 * The folder of everything that a cluster owns on disk: the one that its claim tells, wherever that is; without a
 * claim, the one that a new cluster would have. Throws ClusterError NAME_INVALID: no name leads out of the state's own
 * folder.
 */
export const clusterStateDir = (name: string): string => {
  if (!NAME.test(name))
    throw new ClusterError('NAME_INVALID', `'${name}' cannot name a cluster`, {
      hint: 'use 1 to 30 lower-case letters, digits and dashes, no dash at either end',
    })
  return readClaim(name)?.stateDir ?? join(stateRoot(), name)
}

/** A cluster of this machine, as far as it is known. */
export interface KnownCluster {
  readonly name: string
  /** Missing where the machine was started again since, or `up` died before it made one. */
  readonly claim: Claim | undefined
  /** Missing where `up` died before it wrote one, or where it is not ours to read. */
  readonly config: ClusterConfig | undefined
}

/**
 * Every cluster that has claimed its name on this machine, wherever its state lies, or has a folder here; by name. `lost`
 * gives claims that were deleted, of those that it is told have none.
 */
export const listClusters = (
  lost: (claimed: ReadonlySet<string>) => readonly Claim[] = () => [],
): readonly KnownCluster[] => {
  const written = listClaims()
  const found = lost(new Set(written.map(({ name }) => name)))
  const claims = new Map([...written, ...found].map((claim) => [claim.name, claim]))
  const names = new Set([...claims.keys(), ...folders()])
  return [...names].sort().map((name) => {
    const claim = claims.get(name)
    return { name, claim, config: tryReadConfig(statePaths(claim?.stateDir ?? clusterStateDir(name)).config) }
  })
}

const folders = (): readonly string[] => {
  const root = stateRoot()
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && NAME.test(entry.name) && isState(entry.name, join(root, entry.name)))
      .map(({ name }) => name)
  } catch (error) {
    // Not made yet, or root's and not ours to look into: then claims alone tell.
    if (['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw stateFault(error, root)
  }
}

/** No folder of a stranger is a cluster that died: FAIRLEAD_STATE may name any. */
const isState = (name: string, stateDir: string): boolean => {
  try {
    return findState(name, stateDir) === 'there'
  } catch {
    return false
  }
}
