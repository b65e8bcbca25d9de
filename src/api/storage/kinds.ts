import type { Kind } from '#api/catalogue/kind.ts'
import { csiNode } from './csinode/kind.ts'
import { storageClass } from './storageclass/kind.ts'

/** What is served of the group `storage.k8s.io`. */
export const storageKinds: readonly Kind[] = [csiNode, storageClass]
