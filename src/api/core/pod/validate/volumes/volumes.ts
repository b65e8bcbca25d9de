import type { Volume } from '#api/core/pod/volume/volume.ts'
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateAnnotations } from '#api/validation/metadata.ts'
import { checkForm, checkLabels, dnsLabel, dnsSubdomain } from '#api/validation/names.ts'
import { parseQuantity } from '#schema/quantity.ts'
import { checkDescendingPath, checkItems, checkMode, checkNoBacksteps } from './paths.ts'
import { checkDownwardFile, checkProjected } from './projected.ts'
import { REMOTE } from './remote.ts'

type Check<T> = (source: T, at: string) => readonly FieldError[]

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
]
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never']
const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']

export const checkHostPath: Check<NonNullable<Volume['hostPath']>> = ({ path, type }, at) => {
  if (!path) return [required(`${at}.path`)]
  return [
    ...checkNoBacksteps(path, `${at}.path`),
    ...(type !== undefined && !HOST_PATH_TYPES.includes(type)
      ? [notSupported(`${at}.type`, type, HOST_PATH_TYPES)]
      : []),
  ]
}

const checkEphemeral: Check<NonNullable<Volume['ephemeral']>> = ({ volumeClaimTemplate: template }, at) => {
  const field = `${at}.volumeClaimTemplate`
  if (template === undefined) return [required(field)]
  const { metadata = {}, spec = {} } = template
  const { labels, annotations, ...rest } = metadata
  const { accessModes = [], resources } = spec
  const errors: FieldError[] = [
    ...checkLabels(labels ?? {}, `${field}.metadata.labels`),
    ...validateAnnotations(annotations ?? {}, `${field}.metadata.annotations`),
    ...Object.keys(rest).map((name) => forbidden(`${field}.metadata.${name}`, 'cannot be set for an ephemeral volume')),
  ]
  if (accessModes.length === 0) errors.push(required(`${field}.spec.accessModes`, 'at least 1 access mode is required'))
  for (const mode of accessModes)
    if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(`${field}.spec.accessModes`, mode, ACCESS_MODES))
  if (!resources?.requests?.storage) errors.push(required(`${field}.spec.resources[storage]`))
  return errors
}

const checkKeyed = (
  name: string,
  source: Pick<NonNullable<Volume['configMap']>, 'defaultMode' | 'items'>,
  nameOf: string | undefined,
  at: string,
): readonly FieldError[] => [
  ...(nameOf ? [] : [required(`${at}.${name}`)]),
  ...checkMode(source.defaultMode, `${at}.defaultMode`),
  ...checkItems(source.items, `${at}.items`),
]

const LOCAL: { readonly [Name in keyof Volume]?: Check<NonNullable<Volume[Name]>> } = {
  emptyDir: ({ sizeLimit }, at) =>
    sizeLimit !== undefined && parseQuantity(sizeLimit).nano < 0n
      ? [forbidden(`${at}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')]
      : [],
  hostPath: checkHostPath,
  gitRepo: ({ repository, directory }, at) => [
    ...(repository ? [] : [required(`${at}.repository`)]),
    ...checkDescendingPath(directory ?? '', `${at}.directory`),
  ],
  secret: (source, at) => checkKeyed('secretName', source, source.secretName, at),
  configMap: (source, at) => checkKeyed('name', source, source.name, at),
  persistentVolumeClaim: ({ claimName }, at) => (claimName ? [] : [required(`${at}.claimName`)]),
  downwardAPI: ({ defaultMode, items }, at) => [
    ...checkMode(defaultMode, `${at}.defaultMode`),
    ...(items ?? []).flatMap((file) => checkDownwardFile(file, at)),
  ],
  projected: checkProjected,
  ephemeral: checkEphemeral,
  image: ({ reference, pullPolicy }, at) => [
    ...(reference ? [] : [required(`${at}.reference`)]),
    ...(PULL_POLICIES.includes(pullPolicy ?? '')
      ? []
      : pullPolicy
        ? [notSupported(`${at}.pullPolicy`, pullPolicy, PULL_POLICIES)]
        : [required(`${at}.pullPolicy`)]),
  ],
}

/** In the order in which Kubernetes looks for them: the first is the volume's. */
const KINDS = [
  ...(['emptyDir', 'hostPath', 'gitRepo', 'gcePersistentDisk', 'awsElasticBlockStore', 'secret', 'nfs'] as const),
  ...(['iscsi', 'glusterfs', 'flocker', 'persistentVolumeClaim', 'rbd', 'cinder', 'cephfs', 'quobyte'] as const),
  ...(['downwardAPI', 'fc', 'flexVolume', 'configMap', 'azureFile', 'vsphereVolume'] as const),
  ...(['photonPersistentDisk', 'portworxVolume', 'azureDisk', 'storageos', 'projected', 'scaleIO'] as const),
  ...(['csi', 'ephemeral', 'image'] as const),
]
/** Its own spellings. */
const SPELT: { readonly [name: string]: string } = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' }
const LONGEST_PORTAL = 64

const checkSource = (volume: Volume, at: string, podName: string | undefined): readonly FieldError[] => {
  const set = KINDS.filter((name) => volume[name] !== undefined)
  const errors: FieldError[] = set.flatMap((name, index) => {
    if (index > 0) return [forbidden(`${at}.${SPELT[name] ?? name}`, 'may not specify more than 1 volume type')]
    const check = (LOCAL[name] ?? REMOTE[name]) as Check<unknown>
    return check(volume[name], `${at}.${name}`)
  })
  const { name = '', iscsi, ephemeral } = volume
  if (iscsi?.initiatorName !== undefined && `${name}:${iscsi.targetPortal ?? ''}`.length > LONGEST_PORTAL)
    errors.push(
      invalid(
        `${at}.name`,
        name,
        `Total length of <volume name>:<iscsi.targetPortal> must be under ${LONGEST_PORTAL} characters if iscsi.initiatorName is specified.`,
      ),
    )
  if (ephemeral !== undefined && podName && name) {
    const claim = `${podName}-${name}`
    for (const problem of dnsSubdomain(claim))
      errors.push(invalid(`${at}.name`, name, `PVC name ${JSON.stringify(claim)}: ${problem}`))
  }
  return set.length === 0 ? [...errors, required(at, 'must specify a volume type')] : errors
}

/** Checks the volumes of a pod, or of a template, which has no name yet. */
export const validateVolumes = (volumes: readonly Volume[], path: string, podName?: string): readonly FieldError[] => {
  const names = new Set<string>()
  return volumes.flatMap((volume, index) => {
    const at = `${path}[${index}]`
    const { name } = volume
    const errors: FieldError[] = [...checkSource(volume, at, podName)]
    if (!name) errors.push(required(`${at}.name`))
    else {
      errors.push(...checkForm(dnsLabel, name, `${at}.name`))
      if (names.has(name)) errors.push(duplicate(`${at}.name`, name))
    }
    names.add(name)
    return errors
  })
}
