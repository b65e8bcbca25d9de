import { join } from 'node:path'
import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import { LOCAL_PROVISIONER, PROVISIONED_BY_ANNOTATION } from '#objects/volume-marks.ts'

const NAME = /^pvc-[0-9a-z-]{1,60}$/

/** Where a node keeps its volumes, a folder each, by their names. */
export const localFolders = (stateDir: string): string => join(stateDir, 'volumes')

/** A name by which we make volumes: of the uid of the claim that it is made for. */
export const isLocalName = (name: string): boolean => NAME.test(name)

/** Whether a volume is a folder that we made on this node: what it says must be what we would have said. */
export const isLocalFolder = (stateDir: string, { metadata, spec }: PersistentVolume): boolean => {
  const { name = '', annotations } = metadata ?? {}
  return (
    annotations?.[PROVISIONED_BY_ANNOTATION] === LOCAL_PROVISIONER &&
    isLocalName(name) &&
    spec?.local?.path === join(localFolders(stateDir), name)
  )
}
