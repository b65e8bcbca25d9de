import { openNftables } from '#kernel/nftables/libnftables.ts'
import { removeBetween } from '#reconciler/between/remove-between.ts'
import { removeEgress } from '#reconciler/egress/egress-target.ts'
import { formerSettingsFile } from './former-settings-file.ts'

/**
 * Takes away all that the routes part has laid into the namespace at that path, for who leaves: routes, links and a table of
 * ours, and nothing else; settings are again what they were. Twice does no harm. Throws KernelError.
 */
export function removeRoutes(namespace: string, stateDir: string): void {
  const nftables = openNftables(namespace)
  try {
    removeEgress(nftables)
  } finally {
    nftables.close()
  }
  removeBetween(namespace, formerSettingsFile(stateDir))
}
