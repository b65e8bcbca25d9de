import type { Container, VolumeMount } from '#api/core/pod/spec/container.ts'
import type { Volume } from '#api/core/pod/volume/volume.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { checkDescendingPath, checkNoBacksteps } from '../volumes/paths.ts'

/** The volumes of a pod by their names. */
export type Volumes = ReadonlyMap<string, Volume>

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None']
const RECURSIVE = ['Disabled', 'Enabled', 'IfPossible']

const notFound = (field: string, badValue: string): FieldError => ({ type: 'NotFound', field, badValue, detail: '' })

const checkPropagation = (mode: string, container: Container, path: string): readonly FieldError[] => {
  if (!PROPAGATIONS.includes(mode)) return [notSupported(path, mode, PROPAGATIONS)]
  return mode === 'Bidirectional' && container.securityContext?.privileged !== true
    ? [forbidden(path, 'Bidirectional mount propagation is available only to privileged containers')]
    : []
}

const checkRecursive = ({ recursiveReadOnly, readOnly, mountPropagation }: VolumeMount, path: string) => {
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return []
  if (!RECURSIVE.includes(recursiveReadOnly)) return [notSupported(path, recursiveReadOnly, RECURSIVE)]
  return [
    ...(readOnly ? [] : [forbidden(path, 'may only be specified when readOnly is true')]),
    ...(mountPropagation !== undefined && mountPropagation !== 'None'
      ? [forbidden(path, 'may only be specified when mountPropagation is None or not specified')]
      : []),
  ]
}

/** Checks where a container has the pod's volumes. Of paths within them, Kubernetes names the list. */
export const validateMounts = (container: Container, path: string, volumes: Volumes): readonly FieldError[] => {
  const paths = new Set<string>()
  const { volumeMounts = [], volumeDevices = [] } = container
  const list = `${path}.volumeMounts`
  return volumeMounts.flatMap((mount, index) => {
    const { name = '', mountPath = '', subPath, subPathExpr, mountPropagation } = mount
    const at = `${list}[${index}]`
    const errors: FieldError[] = []
    if (!name) errors.push(required(`${at}.name`))
    if (!volumes.has(name)) errors.push(notFound(`${at}.name`, name))
    if (!mountPath) errors.push(required(`${at}.mountPath`))
    if (paths.has(mountPath)) errors.push(invalid(`${at}.mountPath`, mountPath, 'must be unique'))
    paths.add(mountPath)
    if (volumeDevices.some((device) => device.name === name))
      errors.push(invalid(`${at}.name`, name, 'must not already exist in volumeDevices'))
    if (volumeDevices.some((device) => device.devicePath === mountPath))
      errors.push(invalid(`${at}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'))
    if (subPath) errors.push(...checkDescendingPath(subPath, `${list}.subPath`))
    if (subPathExpr && subPath)
      errors.push(invalid(`${at}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive'))
    if (subPathExpr) errors.push(...checkDescendingPath(subPathExpr, `${list}.subPathExpr`))
    if (mountPropagation !== undefined)
      errors.push(...checkPropagation(mountPropagation, container, `${list}.mountPropagation`))
    return [...errors, ...checkRecursive(mount, `${list}.recursiveReadOnly`)]
  })
}

/** Checks which volumes a container has as devices. */
export const validateDevices = (container: Container, path: string, volumes: Volumes): readonly FieldError[] => {
  const names = new Set<string>()
  const paths = new Set<string>()
  const { volumeMounts = [], volumeDevices = [] } = container
  return volumeDevices.flatMap(({ name = '', devicePath = '' }, index) => {
    const at = `${path}.volumeDevices[${index}]`
    const errors: FieldError[] = []
    const volume = volumes.get(name)
    if (!name) errors.push(required(`${at}.name`))
    if (names.has(name)) errors.push(invalid(`${at}.name`, name, 'must be unique'))
    if (volume !== undefined && !volume.persistentVolumeClaim && !volume.ephemeral)
      errors.push(
        invalid(
          `${at}.name`,
          name,
          'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
        ),
      )
    if (volume === undefined) errors.push(notFound(`${at}.name`, name))
    if (!devicePath) errors.push(required(`${at}.devicePath`))
    if (paths.has(devicePath)) errors.push(invalid(`${at}.devicePath`, devicePath, 'must be unique'))
    if (checkNoBacksteps(devicePath, '').length > 0)
      errors.push(invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')"))
    else paths.add(devicePath)
    if (volumeMounts.some((mount) => mount.name === name))
      errors.push(invalid(`${at}.name`, name, 'must not already exist in volumeMounts'))
    if (volumeMounts.some((mount) => mount.mountPath === devicePath))
      errors.push(invalid(`${at}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts'))
    if (name) names.add(name)
    return errors
  })
}
