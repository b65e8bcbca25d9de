import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import { formatQuantity, parseQuantity, wholeUp } from '#schema/quantity.ts'
import { type Amounts, compareQuantities } from '#schema/quantity-sum.ts'
import type { Evaluator } from './evaluator.ts'
import { isValueIn } from './scope.ts'

const COUNT = 'count/persistentvolumeclaims'
const CLAIMS = 'persistentvolumeclaims'
const STORAGE = 'requests.storage'
/** Behind the name of a class, before what is limited of it. */
const OF_CLASS = '.storageclass.storage.k8s.io/'
/** An older way to say the class. */
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

const tracks = (name: string): boolean =>
  name === COUNT || [CLAIMS, STORAGE].some((one) => name === one || name.endsWith(`${OF_CLASS}${one}`))

const claimUsage = ({ metadata, spec, status }: PersistentVolumeClaim): Amounts => {
  const asked = spec?.resources?.requests?.storage
  const given = status?.allocatedResources?.storage
  const storage = asked !== undefined && given !== undefined && compareQuantities(given, asked) > 0 ? given : asked
  const octets = storage === undefined ? undefined : formatQuantity(wholeUp(parseQuantity(storage)))
  const name = metadata?.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? ''
  const own = { [CLAIMS]: '1', ...(octets === undefined ? {} : { [STORAGE]: octets }) }
  const ofClass = name === '' ? [] : Object.entries(own).map(([what, amount]) => [`${name}${OF_CLASS}${what}`, amount])
  return { [COUNT]: '1', ...own, ...Object.fromEntries(ofClass) }
}

/** Every class of attributes that a volume has, is to have, or is on its way to. */
const attributeClasses = ({ spec, status }: PersistentVolumeClaim): readonly string[] =>
  [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ].filter((name): name is string => !!name)

export const claimEvaluator: Evaluator = {
  tracks,
  usage: (object) => claimUsage(object as PersistentVolumeClaim),
  isIn(scope, object) {
    if (scope.scopeName !== 'VolumeAttributesClass') return false
    const names = attributeClasses(object as PersistentVolumeClaim)
    return names.length === 0 ? isValueIn(scope, undefined) : names.some((name) => isValueIn(scope, name))
  },
  holds: () => true,
}
