import { setTimeout as sleep } from 'node:timers/promises'
import { serviceAddress } from '#allocator/address-range.ts'
import { type Pki, readPki, writePki } from '#apiserver/pki/pki.ts'
import type { ClusterConfig } from '../config.ts'
import { statePaths } from '../state/state.ts'

/** How long the control plane waits for `up` to make them, milliseconds. */
const LIMIT_MS = 20_000

/**
 * Makes the cluster's certificates and keys: once, so that kubeconfigs and tokens outlive the process that uses them.
 */
export const makeClusterPki = async (config: ClusterConfig): Promise<void> => {
  // Loaded here alone: the library takes memory that the cluster's own processes need not pay.
  const { createPki } = await import('#apiserver/pki/create-pki.ts')
  const subjectAltNames = [serviceAddress(config.serviceCidr[0], 1), ...config.host.addresses]
  writePki(
    statePaths(config.stateDir).pki,
    await createPki({ clusterDomain: config.clusterDomain, subjectAltNames, now: new Date() }),
  )
}

/** The cluster's certificates and keys, as soon as they are there. */
export const clusterPki = async (config: ClusterConfig): Promise<Pki> => {
  const until = Date.now() + LIMIT_MS
  for (;;) {
    const pki = readPki(statePaths(config.stateDir).pki)
    if (pki) return pki
    if (Date.now() > until) throw new Error(`no certificates in ${statePaths(config.stateDir).pki}`)
    await sleep(2)
  }
}
