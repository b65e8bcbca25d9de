import type { Kind } from '#api/catalogue/kind.ts'
import { csiDriver } from './csidriver/kind.ts'
import { csiNode } from './csinode/kind.ts'
import { csiStorageCapacity } from './csistoragecapacity/kind.ts'
import { storageClass } from './storageclass/kind.ts'
import { volumeAttachment } from './volumeattachment/kind.ts'
import { volumeAttributesClass } from './volumeattributesclass/kind.ts'

/** What is served of the group `storage.k8s.io`. */
export const storageKinds: readonly Kind[] = [
  csiDriver,
  csiNode,
  csiStorageCapacity,
  storageClass,
  volumeAttachment,
  volumeAttributesClass,
]
