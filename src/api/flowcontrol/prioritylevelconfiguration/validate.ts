import { type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { dnsSubdomain } from '#api/validation/names.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { checkStatusConditions } from '../conditions.ts'
import { MANDATORY_LEVELS } from '../mandatory.ts'
import type { PriorityLevelConfiguration } from './message.ts'

type Spec = NonNullable<PriorityLevelConfiguration['spec']>
type Limited = NonNullable<Spec['limited']>
type Queuing = NonNullable<NonNullable<Limited['limitResponse']>['queuing']>

const EXEMPT = 'exempt'
const MOST_QUEUES = 10_000_000
/** Of what a hand of queues is dealt by. */
const HASH_BITS = 60

export const validatePriorityLevelCreate = (level: PriorityLevelConfiguration): readonly FieldError[] => {
  const { metadata, spec = { type: '' }, status } = level
  const name = metadata?.name ?? ''
  return [
    ...validateMetadata(metadata, false, dnsSubdomain),
    ...specErrors(name, spec),
    ...fixedErrors(name, spec),
    ...checkStatusConditions(status?.conditions),
  ]
}

export const validatePriorityLevelUpdate = (
  level: PriorityLevelConfiguration,
  old: PriorityLevelConfiguration,
): readonly FieldError[] => [
  ...validateMetadataUpdate(level.metadata, old.metadata),
  ...validatePriorityLevelCreate(level),
]

export const validatePriorityLevelStatus = ({ status }: PriorityLevelConfiguration): readonly FieldError[] =>
  checkStatusConditions(status?.conditions)

/** Two levels are what they are in every cluster; of the one that exempts, the shares may be changed. */
const fixedErrors = (name: string, spec: Spec): readonly FieldError[] => {
  if (!Object.hasOwn(MANDATORY_LEVELS, name)) return []
  const fixed = MANDATORY_LEVELS[name]!
  const but = name === EXEMPT ? " except the 'spec.exempt' field" : ''
  const compared = name === EXEMPT ? { ...fixed, exempt: spec.exempt } : fixed
  return jsonEqual(spec, compared) ? [] : [invalid('spec', spec, `spec of '${name}'${but} must equal the fixed value`)]
}

const specErrors = (name: string, { type, limited, exempt }: Spec): readonly FieldError[] => {
  const errors: FieldError[] = []
  if ((name === EXEMPT) !== (type === 'Exempt'))
    errors.push(invalid('spec.type', type, "type must be 'Exempt' if and only if name is 'exempt'"))
  switch (type) {
    case 'Exempt':
      if (limited) errors.push(forbidden('spec.limited', 'must be nil if the type is not Limited'))
      if (!exempt) errors.push(required('spec.exempt', 'must not be empty when type is Exempt'))
      else errors.push(...shareErrors(exempt, 'spec.exempt'))
      break
    case 'Limited':
      if (exempt) errors.push(forbidden('spec.exempt', 'must be nil if the type is Limited'))
      if (!limited) errors.push(required('spec.limited', 'must not be empty when type is Limited'))
      else errors.push(...limitedErrors(limited))
      break
    default:
      errors.push(notSupported('spec.type', type, ['Exempt', 'Limited']))
  }
  return errors
}

const sharesError = (shares: number | undefined, at: string): readonly FieldError[] =>
  (shares ?? 0) < 0 ? [invalid(`${at}.nominalConcurrencyShares`, shares, 'must be a non-negative integer')] : []

const lendableError = (percent: number | undefined, at: string): readonly FieldError[] =>
  percent !== undefined && (percent < 0 || percent > 100)
    ? [invalid(`${at}.lendablePercent`, percent, 'must be between 0 and 100, inclusive')]
    : []

const shareErrors = (exempt: NonNullable<Spec['exempt']>, at: string): readonly FieldError[] => [
  ...sharesError(exempt.nominalConcurrencyShares, at),
  ...lendableError(exempt.lendablePercent, at),
]

const limitedErrors = (limited: Limited): readonly FieldError[] => {
  const at = 'spec.limited'
  const { borrowingLimitPercent: borrowed } = limited
  return [
    ...sharesError(limited.nominalConcurrencyShares, at),
    ...responseErrors(limited.limitResponse, `${at}.limitResponse`),
    ...lendableError(limited.lendablePercent, at),
    ...(borrowed !== undefined && borrowed < 0
      ? [invalid(`${at}.borrowingLimitPercent`, borrowed, 'if specified, must be a non-negative integer')]
      : []),
  ]
}

const responseErrors = (response: Limited['limitResponse'], at: string): readonly FieldError[] => {
  const { type = '', queuing } = response ?? {}
  switch (type) {
    case 'Reject':
      return queuing ? [forbidden(`${at}.queuing`, 'must be nil if limited.limitResponse.type is not Limited')] : []
    case 'Queue':
      return queuing
        ? queuingErrors(queuing, `${at}.queuing`)
        : [required(`${at}.queuing`, 'must not be empty if limited.limitResponse.type is Limited')]
  }
  return [notSupported(`${at}.type`, type, ['Queue', 'Reject'])]
}

const queuingErrors = ({ queues, handSize, queueLengthLimit }: Queuing, at: string): readonly FieldError[] => {
  const errors: FieldError[] = []
  const wrong = (name: string, value: number, detail: string): number =>
    errors.push(invalid(`${at}.${name}`, value, detail))
  if (queueLengthLimit <= 0) wrong('queueLengthLimit', queueLengthLimit, 'must be positive')
  if (queues <= 0) wrong('queues', queues, 'must be positive')
  else if (queues > MOST_QUEUES) wrong('queues', queues, `must not be greater than ${MOST_QUEUES}`)
  if (handSize <= 0) wrong('handSize', handSize, 'must be positive')
  else if (handSize > queues) wrong('handSize', handSize, `should not be greater than queues (${queues})`)
  else if (Math.ceil(Math.log2(queues) * handSize) > HASH_BITS) {
    const dealt = `required entropy bits of deckSize ${queues} and handSize ${handSize}`
    wrong('handSize', handSize, `${dealt} should not be greater than ${HASH_BITS}`)
  }
  return errors
}
