import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { isSame, type Resource } from '#api/resource.ts'
import { claimEvaluator } from './claim.ts'
import type { Evaluator } from './evaluator.ts'
import { podEvaluator } from './pod.ts'
import { serviceEvaluator } from './service.ts'

type Path = Pick<Resource, 'group' | 'plural'>

/** `count/deployments.apps`. */
const countName = ({ group, plural }: Path): string => `count/${plural}${group === '' ? '' : `.${group}`}`

/** Those that had a name of their own before all had one. */
const OLDER = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets'])

const countEvaluator = (path: Path): Evaluator => {
  const names = [countName(path), ...(path.group === '' && OLDER.has(path.plural) ? [path.plural] : [])]
  const amounts = Object.fromEntries(names.map((name) => [name, '1']))
  return {
    tracks: (name) => names.includes(name),
    usage: () => amounts,
    isIn: () => false,
    holds: ({ previous, subresource }) => previous === undefined && subresource === '',
  }
}

const known = new Map<string, Evaluator>()

const evaluatorFor = (path: Path): Evaluator => {
  if (isSame(path, pods)) return podEvaluator
  if (isSame(path, services)) return serviceEvaluator
  return isSame(path, persistentVolumeClaims) ? claimEvaluator : countEvaluator(path)
}

/** What objects of a resource, as it is stored, take of quotas; undefined of Events, which are many, and nobody's. */
export const evaluatorOf = (path: Path): Evaluator | undefined => {
  if (path.plural === 'events' && (path.group === '' || path.group === 'events.k8s.io')) return undefined
  const key = countName(path)
  let evaluator = known.get(key)
  if (evaluator === undefined) {
    evaluator = evaluatorFor(path)
    known.set(key, evaluator)
  }
  return evaluator
}
