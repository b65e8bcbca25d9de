import { renderDelete } from '#dataplane/nftables/render.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'

/** Takes our tables away, if there are any. */
export const removeTables = (nftables: Nftables): void => nftables.run(renderDelete())
