import { constants } from 'node:os'
import { deleteLink } from '#kernel/rtnetlink/link.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { podLink } from '#podnetwork/pod-plan.ts'
import { AttachmentRecords, recordsFolder } from '../attachments/attachment-record.ts'
import type { DoorRecord } from './door-record.ts'

/**
 * Takes the links of all pods that were attached out of the namespace at that path, by what is recorded in the node's folder,
 * with their routes: for who leaves for good. Pods that still run have no network from then on. Gives how many there
 * were. Throws KernelError.
 */
export const removeDoorLinks = (namespace: string, stateDir: string): number => {
  using rtnetlink = Rtnetlink.open(namespace)
  const records = new AttachmentRecords<DoorRecord>(recordsFolder(stateDir)).read()
  for (const { uid } of records) rtnetlink.apply([deleteLink(podLink(uid))], [constants.errno.ENODEV])
  return records.length
}
