import type { Volume } from '#api/core/pod/volume/volume.ts'
import { type FieldError, invalid, notSupported, required, tooLong } from '#api/validation/field-error.ts'
import { checkForm, dnsLabel, dnsSubdomain } from '#api/validation/names.ts'
import { checkIscsi } from './iscsi.ts'

type Check<T> = (source: T, at: string) => readonly FieldError[]
type Source<Name extends keyof Volume> = NonNullable<Volume[Name]>

/** Fields without which a source is none. */
const needs =
  <T extends object>(...names: readonly (keyof T & string)[]): Check<T> =>
  (source, at) =>
    names.flatMap((name) => {
      const value = source[name]
      return value && !(Array.isArray(value) && value.length === 0) ? [] : [required(`${at}.${name}`)]
    })

const checkSecretName = (ref: { readonly name?: string } | undefined, at: string): readonly FieldError[] =>
  ref !== undefined && !ref.name ? [required(`${at}.secretRef.name`)] : []

const checkPartition: Check<{ readonly partition?: number }> = ({ partition = 0 }, at) =>
  partition < 0 || partition > 255
    ? [invalid(`${at}.partition`, partition, 'must be between 1 and 255, inclusive')]
    : []

const checkFc: Check<Source<'fc'>> = ({ targetWWNs = [], wwids = [], lun }, at) => {
  const errors: FieldError[] = []
  if (targetWWNs.length === 0 && wwids.length === 0)
    errors.push(required(`${at}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both'))
  if (targetWWNs.length > 0 && wwids.length > 0)
    errors.push(invalid(`${at}.targetWWNs`, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously'))
  if (targetWWNs.length === 0) return errors
  if (lun === undefined) errors.push(required(`${at}.lun`, 'lun is required if targetWWNs is specified'))
  else if (lun < 0 || lun > 255) errors.push(invalid(`${at}.lun`, lun, 'must be between 0 and 255, inclusive'))
  return errors
}

const checkFlex: Check<Source<'flexVolume'>> = (source, at) => [
  ...needs<Source<'flexVolume'>>('driver')(source, at),
  ...Object.keys(source.options ?? {}).flatMap((key) =>
    /\.(kubernetes|k8s)\.io$/.test(`.${key.split('/')[0]!.toLowerCase()}`)
      ? [invalid(`${at}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved')]
      : [],
  ),
]

const checkFlocker: Check<Source<'flocker'>> = ({ datasetName, datasetUUID }, at) => [
  ...(datasetName || datasetUUID ? [] : [required(at, 'one of datasetName and datasetUUID is required')]),
  ...(datasetName && datasetUUID
    ? [invalid(at, 'resource', 'datasetName and datasetUUID can not be specified simultaneously')]
    : []),
  ...(datasetName?.includes('/') ? [invalid(`${at}.datasetName`, datasetName, "must not contain '/'")] : []),
]

const checkQuobyte: Check<Source<'quobyte'>> = ({ registry, tenant = '', volume }, at) => {
  const pair = 'must be a host:port pair or multiple pairs separated by commas'
  const errors: FieldError[] = []
  if (!registry) errors.push(required(`${at}.registry`, pair))
  else if (tenant.length >= 65)
    errors.push(required(`${at}.tenant`, 'must be a UUID and may not exceed a length of 64 characters'))
  else
    for (const one of registry.split(','))
      if (!/^(\[[^\]]*\]|[^:[\]]*):[^:]*$/.test(one)) errors.push(invalid(`${at}.registry`, registry, pair))
  return volume ? errors : [...errors, required(`${at}.volume`)]
}

const CACHING = ['None', 'ReadOnly', 'ReadWrite']
const DISKS = ['Dedicated', 'Managed', 'Shared']

const checkAzureDisk: Check<Source<'azureDisk'>> = (disk, at) => {
  const { cachingMode, kind, diskURI = '' } = disk
  const errors: FieldError[] = [...needs<Source<'azureDisk'>>('diskName', 'diskURI')(disk, at)]
  if (cachingMode !== undefined && !CACHING.includes(cachingMode))
    errors.push(notSupported(`${at}.cachingMode`, cachingMode, CACHING))
  if (kind !== undefined && !DISKS.includes(kind)) errors.push(notSupported(`${at}.kind`, kind, DISKS))
  const form =
    kind === 'Managed'
      ? '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
      : 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'
  const start = kind === 'Managed' ? '/subscriptions/' : 'https://'
  if (kind !== undefined && !diskURI.startsWith(start)) errors.push(notSupported(`${at}.diskURI`, diskURI, [form]))
  return errors
}

const checkStorageOs: Check<Source<'storageos'>> = ({ volumeName, volumeNamespace, secretRef }, at) => [
  ...(volumeName ? checkForm(dnsLabel, volumeName, `${at}.volumeName`) : [required(`${at}.volumeName`)]),
  ...(volumeNamespace ? checkForm(dnsLabel, volumeNamespace, `${at}.volumeNamespace`) : []),
  ...checkSecretName(secretRef, at),
]

const checkCsi: Check<Source<'csi'>> = ({ driver = '', nodePublishSecretRef }, at) => [
  ...(driver ? [] : [required(`${at}.driver`)]),
  ...(driver.length > 63 ? [tooLong(`${at}.driver`, 63)] : []),
  ...dnsSubdomain(driver.toLowerCase()).map((problem) => invalid(`${at}.driver`, driver, problem)),
  ...(nodePublishSecretRef !== undefined && !nodePublishSecretRef.name
    ? [required(`${at}.nodePublishSecretRef.name`)]
    : []),
]

const checkNfs: Check<Source<'nfs'>> = (source, at) => [
  ...needs<Source<'nfs'>>('server', 'path')(source, at),
  ...(source.path?.startsWith('/') ? [] : [invalid(`${at}.path`, source.path ?? '', 'must be an absolute path')]),
]

/** What each kind of storage elsewhere must say. */
export const REMOTE: { readonly [Name in keyof Volume]?: Check<Source<Name>> } = {
  gcePersistentDisk: (disk, at) => [
    ...needs<Source<'gcePersistentDisk'>>('pdName')(disk, at),
    ...checkPartition(disk, at),
  ],
  awsElasticBlockStore: (disk, at) => [
    ...needs<Source<'awsElasticBlockStore'>>('volumeID')(disk, at),
    ...checkPartition(disk, at),
  ],
  nfs: checkNfs,
  iscsi: checkIscsi,
  glusterfs: needs('endpoints', 'path'),
  flocker: checkFlocker,
  rbd: needs('monitors', 'image'),
  cinder: (source, at) => [
    ...needs<Source<'cinder'>>('volumeID')(source, at),
    ...checkSecretName(source.secretRef, at),
  ],
  cephfs: needs('monitors'),
  quobyte: checkQuobyte,
  fc: checkFc,
  flexVolume: checkFlex,
  azureFile: needs('secretName', 'shareName'),
  vsphereVolume: needs('volumePath'),
  photonPersistentDisk: needs('pdID'),
  portworxVolume: needs('volumeID'),
  azureDisk: checkAzureDisk,
  storageos: checkStorageOs,
  scaleIO: needs('gateway', 'system', 'volumeName'),
  csi: checkCsi,
}
