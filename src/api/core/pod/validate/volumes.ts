import type {
  ConfigMapProjection,
  DownwardAPIVolumeFile,
  KeyToPath,
  ProjectedVolumeSource,
} from '#api/core/pod/volume/projected.ts'
import type { HostPathVolumeSource, Volume } from '#api/core/pod/volume/volume.ts'
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { checkForm, dnsLabel } from '#api/validation/names.ts'

// What kube-apiserver 1.36 refuses, in its words and its order.
const MODE = 'must be a number between 0 and 0777 (octal), both inclusive'
const VOLUME_FIELD_PATHS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
]
const KEYED_FIELD_PATH = /^metadata\.(labels|annotations)\['[^']+'\]$/
const TEN_MINUTES = 600
const LONGEST_SECONDS = 2 ** 32

const climbs = (path: string): boolean => path.split('/').includes('..')

const checkNoBacksteps = (path: string, field: string): readonly FieldError[] =>
  climbs(path) ? [invalid(field, path, "must not contain '..'")] : []

/** A path below a volume: relative, and without `..`. */
export const checkDescendingPath = (path: string, field: string): readonly FieldError[] => [
  ...(path.startsWith('/') ? [invalid(field, path, 'must be a relative path')] : []),
  ...checkNoBacksteps(path, field),
]

/** The same of a file that the kubelet writes, whose own names begin with `..`. */
const checkFilePath = (path: string, field: string): readonly FieldError[] => [
  ...checkDescendingPath(path, field),
  ...(path.startsWith('..') && !path.startsWith('../') && !climbs(path)
    ? [invalid(field, path, "must not start with '..'")]
    : []),
]

const checkMode = (mode: number | undefined, field: string): readonly FieldError[] =>
  mode !== undefined && (mode < 0 || mode > 0o777) ? [invalid(field, mode, MODE)] : []

const checkItems = (items: readonly KeyToPath[] | undefined, field: string): readonly FieldError[] =>
  (items ?? []).flatMap(({ key, path, mode }, index) => {
    const at = `${field}[${index}]`
    return [
      ...(key ? [] : [required(`${at}.key`)]),
      ...(path ? checkFilePath(path, `${at}.path`) : [required(`${at}.path`)]),
      ...checkMode(mode, `${at}.mode`),
    ]
  })

/** Kubernetes names the list, not the place in it. */
const checkDownwardFile = (file: DownwardAPIVolumeFile, at: string): readonly FieldError[] => {
  const { path, fieldRef, resourceFieldRef, mode } = file
  const errors: FieldError[] = [...(path ? checkFilePath(path, `${at}.path`) : [required(`${at}.path`)])]
  if (fieldRef !== undefined) {
    const field = fieldRef.fieldPath
    if (!field) errors.push(required(`${at}.fieldRef.fieldPath`))
    else if (!VOLUME_FIELD_PATHS.includes(field) && !KEYED_FIELD_PATH.test(field))
      errors.push(notSupported(`${at}.fieldRef.fieldPath`, field, VOLUME_FIELD_PATHS))
    if (resourceFieldRef !== undefined)
      errors.push(invalid(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'))
  } else if (resourceFieldRef !== undefined) {
    if (!resourceFieldRef.containerName) errors.push(required(`${at}.resourceFieldRef.containerName`))
    if (!resourceFieldRef.resource) errors.push(required(`${at}.resourceFieldRef.resource`))
  } else errors.push(required(at, 'one of fieldRef and resourceFieldRef is required'))
  return [...errors, ...checkMode(mode, `${at}.mode`)]
}

const checkHostPath = ({ path }: HostPathVolumeSource, at: string): readonly FieldError[] =>
  path ? checkNoBacksteps(path, `${at}.path`) : [required(`${at}.path`)]

const checkProjected = ({ sources, defaultMode }: ProjectedVolumeSource, at: string): readonly FieldError[] => {
  const errors: FieldError[] = [...checkMode(defaultMode, `${at}.defaultMode`)]
  const paths = new Set<string>()
  const unique = (path: string, badValue: string): void => {
    if (path && paths.has(path)) errors.push(invalid(at, badValue, 'conflicting duplicate paths'))
    paths.add(path)
  }
  for (const [index, source] of (sources ?? []).entries()) {
    const place = `${at}.sources[${index}]`
    const kinds = Object.values(source).filter((value) => value !== undefined).length
    const keyed = (kind: 'secret' | 'configMap', { name, items }: ConfigMapProjection): void => {
      if (!name) errors.push(required(`${place}.${kind}.name`))
      errors.push(...checkItems(items, `${place}.${kind}.items`))
      for (const { path } of items ?? []) unique(path, name ?? '')
    }
    if (kinds > 1) errors.push(forbidden(place, 'may not specify more than 1 volume type'))
    if (source.secret) keyed('secret', source.secret)
    if (source.configMap) keyed('configMap', source.configMap)
    for (const file of source.downwardAPI?.items ?? []) {
      errors.push(...checkDownwardFile(file, `${place}.downwardAPI`))
      unique(file.path, file.path)
    }
    const token = source.serviceAccountToken
    if (token !== undefined) {
      const life = token.expirationSeconds
      const field = `${place}.serviceAccountToken`
      if (life !== undefined && life < TEN_MINUTES)
        errors.push(invalid(`${field}.expirationSeconds`, life, 'may not be less than 10 minutes'))
      if (life !== undefined && life > LONGEST_SECONDS)
        errors.push(invalid(`${field}.expirationSeconds`, life, 'may not be larger than 2^32 seconds'))
      if (!token.path) errors.push(required(`${field}.path`))
      else errors.push(...checkFilePath(token.path, `${field}.path`))
      unique(token.path, token.path)
    }
  }
  return errors
}

const checkSource = (volume: Volume, at: string): readonly FieldError[] => {
  const { hostPath, configMap, secret, downwardAPI, projected, persistentVolumeClaim } = volume
  const errors: FieldError[] = []
  if (hostPath !== undefined) errors.push(...checkHostPath(hostPath, `${at}.hostPath`))
  if (secret !== undefined) {
    if (!secret.secretName) errors.push(required(`${at}.secret.secretName`))
    errors.push(...checkMode(secret.defaultMode, `${at}.secret.defaultMode`))
    errors.push(...checkItems(secret.items, `${at}.secret.items`))
  }
  if (downwardAPI !== undefined) {
    errors.push(...checkMode(downwardAPI.defaultMode, `${at}.downwardAPI.defaultMode`))
    for (const file of downwardAPI.items ?? []) errors.push(...checkDownwardFile(file, `${at}.downwardAPI`))
  }
  if (configMap !== undefined) {
    if (!configMap.name) errors.push(required(`${at}.configMap.name`))
    errors.push(...checkMode(configMap.defaultMode, `${at}.configMap.defaultMode`))
    errors.push(...checkItems(configMap.items, `${at}.configMap.items`))
  }
  if (persistentVolumeClaim !== undefined && !persistentVolumeClaim.claimName)
    errors.push(required(`${at}.persistentVolumeClaim.claimName`))
  if (projected !== undefined) errors.push(...checkProjected(projected, `${at}.projected`))
  return errors
}

/** Checks the volumes of a pod or of a template. */
export const validateVolumes = (volumes: readonly Volume[], path: string): readonly FieldError[] => {
  const names = new Set<string>()
  return volumes.flatMap((volume, index) => {
    const at = `${path}[${index}]`
    const { name, ...sources } = volume
    const set = Object.entries(sources).filter(([, source]) => source !== undefined)
    const errors: FieldError[] = []
    if (set.length === 0) errors.push(required(at, 'must specify a volume type'))
    for (const [source] of set.slice(1))
      errors.push(forbidden(`${at}.${source}`, 'may not specify more than 1 volume type'))
    errors.push(...checkSource(volume, at))
    if (!name) errors.push(required(`${at}.name`))
    else {
      errors.push(...checkForm(dnsLabel, name, `${at}.name`))
      if (names.has(name)) errors.push(duplicate(`${at}.name`, name))
    }
    names.add(name)
    return errors
  })
}
