import { checkNoBacksteps } from '#api/core/pod/validate/volumes/paths.ts'
import { REMOTE } from '#api/core/pod/validate/volumes/remote.ts'
import { checkHostPath } from '#api/core/pod/validate/volumes/volumes.ts'
import { type FieldError, forbidden, invalid, required } from '#api/validation/field-error.ts'
import { checkForm, dnsLabel } from '#api/validation/names.ts'
import type { PersistentVolumeSource } from './sources.ts'

type Name = keyof PersistentVolumeSource & string
type Source<One extends Name> = NonNullable<PersistentVolumeSource[One]>
type Check<One extends Name> = (source: Source<One>, at: string) => readonly FieldError[]

interface Reference {
  readonly name?: string
  readonly namespace?: string
}

/** A Secret of a namespace: whoever mounts the volume has none of its own. */
const checkReference = (reference: Reference | undefined, at: string): readonly FieldError[] =>
  reference === undefined
    ? []
    : [
        ...(reference.name ? [] : [required(`${at}.name`)]),
        ...(reference.namespace ? [] : [required(`${at}.namespace`)]),
      ]

/** What a source must say in a pod, it must say here too. */
const asInPods =
  <One extends Name & keyof typeof REMOTE>(name: One): Check<One> =>
  (source, at) =>
    (REMOTE[name] as (source: unknown, at: string) => readonly FieldError[])(source, at)

const SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const

const checkCsi: Check<'csi'> = (source, at) => [
  ...REMOTE.csi!({ driver: source.driver } as never, at),
  ...(source.volumeHandle ? [] : [required(`${at}.volumeHandle`)]),
  ...SECRETS.flatMap((secret) => checkReference(source[secret], `${at}.${secret}`)),
]

const checkGlusterfs: Check<'glusterfs'> = (source, at) => {
  const { endpointsNamespace: namespace } = source
  const field = `${at}.endpointsNamespace`
  const errors = asInPods('glusterfs')(source, at)
  if (namespace === undefined) return errors
  if (namespace === '')
    return [...errors, invalid(field, '', 'if the endpointnamespace is set, it must be a valid namespace name')]
  return [...errors, ...checkForm(dnsLabel, namespace, field)]
}

const checkStorageOs: Check<'storageos'> = ({ secretRef, ...source }, at) => [
  ...REMOTE.storageos!(source as never, at),
  ...checkReference(secretRef, `${at}.secretRef`),
]

const checkCinder: Check<'cinder'> = ({ secretRef, ...source }, at) => [
  ...REMOTE.cinder!(source as never, at),
  ...checkReference(secretRef, `${at}.secretRef`),
]

const checkAzureFile: Check<'azureFile'> = (source, at) => [
  ...asInPods('azureFile')(source, at),
  ...(source.secretNamespace === '' ? [invalid(`${at}.secretNamespace`, '', 'secretNamespace can not be empty')] : []),
]

const checkIscsi: Check<'iscsi'> = (source, at) => [
  ...asInPods('iscsi')(source, at),
  ...(source.secretRef !== undefined && !source.secretRef.name ? [required(`${at}.secretRef.name`)] : []),
]

const checkLocal: Check<'local'> = ({ path }, at) =>
  path ? checkNoBacksteps(path, `${at}.path`) : [required(`${at}.path`)]

/** In the order in which they are told. */
const SOURCES: { readonly [One in Name]: Check<One> } = {
  hostPath: checkHostPath,
  gcePersistentDisk: asInPods('gcePersistentDisk'),
  awsElasticBlockStore: asInPods('awsElasticBlockStore'),
  glusterfs: checkGlusterfs,
  flocker: asInPods('flocker'),
  nfs: asInPods('nfs'),
  rbd: asInPods('rbd'),
  quobyte: asInPods('quobyte'),
  cephfs: asInPods('cephfs'),
  iscsi: checkIscsi,
  cinder: checkCinder,
  fc: asInPods('fc'),
  flexVolume: asInPods('flexVolume'),
  azureFile: checkAzureFile,
  vsphereVolume: asInPods('vsphereVolume'),
  photonPersistentDisk: asInPods('photonPersistentDisk'),
  portworxVolume: asInPods('portworxVolume'),
  azureDisk: asInPods('azureDisk'),
  scaleIO: asInPods('scaleIO'),
  local: checkLocal,
  storageos: checkStorageOs,
  csi: checkCsi,
}

/** Kubernetes spells two fields otherwise where it tells what is wrong with them. */
const SPELT: { readonly [name: string]: string } = { gcePersistentDisk: 'persistentDisk' }
const SECOND_SPELT: { readonly [name: string]: string } = { cephfs: 'cephFS' }

/** The sources that a volume names, in the order in which they are told. */
export const sourceNames = (spec: PersistentVolumeSource): readonly Name[] =>
  (Object.keys(SOURCES) as Name[]).filter((name) => spec[name] !== undefined)

/** Checks where a volume is kept: in one place, which must say all that it takes. */
export const validateVolumeSource = (spec: PersistentVolumeSource, path: string): readonly FieldError[] => {
  const names = sourceNames(spec)
  if (names.length === 0) return [required(path, 'must specify a volume type')]
  return names.flatMap((name, index) => {
    // A flexVolume is never the one too many.
    if (index > 0 && name !== 'flexVolume')
      return [forbidden(`${path}.${SECOND_SPELT[name] ?? name}`, 'may not specify more than 1 volume type')]
    const check = SOURCES[name] as (source: unknown, at: string) => readonly FieldError[]
    return check(spec[name], `${path}.${SPELT[name] ?? name}`)
  })
}
