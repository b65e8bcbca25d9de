import { duplicate, type FieldError, invalid, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dns1035Label, dnsSubdomain } from '#api/validation/names.ts'
import { repeats } from '#api/validation/repeats.ts'
import { jsonEqual } from '#schema/json-value.ts'
import type { MutatingWebhookConfiguration } from '../mutatingwebhookconfiguration/message.ts'
import type { ValidatingWebhookConfiguration } from '../validatingwebhookconfiguration/message.ts'
import { NO_SIDE_EFFECTS, validateWebhook, type Webhook } from './webhook.ts'

type Configuration = ValidatingWebhookConfiguration | MutatingWebhookConfiguration

const VERSIONS = ['v1', 'v1beta1']

/** What was let through before stays: a rule that came later is held against those alone who kept it so far. */
interface Strictness {
  readonly versions: boolean
  readonly names: boolean
  readonly sideEffects: boolean
  readonly selectors: boolean
  readonly conditions: boolean
}

const STRICT: Strictness = { versions: true, names: true, sideEffects: true, selectors: true, conditions: true }

const webhooksOf = ({ webhooks = [] }: Configuration): readonly Webhook[] => webhooks

export const validateConfigurationCreate = (configuration: Configuration): readonly FieldError[] => [
  ...validateMetadata(configuration.metadata, false, dnsSubdomain),
  ...validateWebhooks(configuration, STRICT),
]

export const validateConfigurationUpdate = (
  configuration: Configuration,
  old: Configuration,
): readonly FieldError[] => [
  ...validateMetadataUpdate(configuration.metadata, old.metadata),
  ...validateWebhooks(configuration, strictnessOf(webhooksOf(configuration), webhooksOf(old))),
]

const strictnessOf = (webhooks: readonly Webhook[], old: readonly Webhook[]): Strictness => {
  const conditions = (all: readonly Webhook[]) => all.map(({ matchConditions = [] }) => matchConditions)
  return {
    versions: old.every(
      ({ admissionReviewVersions: given = [] }) => given.length === 0 || given.some((one) => VERSIONS.includes(one)),
    ),
    names: new Set(old.map(({ name }) => name)).size === old.length,
    sideEffects: old.every(({ sideEffects }) => sideEffects !== undefined && NO_SIDE_EFFECTS.includes(sideEffects)),
    selectors: old.every((webhook) => validateWebhook({ ...webhook }, '', { selectorsAlone: true }).length === 0),
    conditions: !jsonEqual(conditions(webhooks), conditions(old)),
  }
}

const validateWebhooks = (configuration: Configuration, strict: Strictness): readonly FieldError[] => {
  const webhooks = webhooksOf(configuration)
  const again = repeats(webhooks, ({ name }) => name)
  return webhooks.flatMap((webhook, index) => {
    const field = `webhooks[${index}]`
    return [
      ...validateWebhook(webhook, field, {
        anySideEffects: !strict.sideEffects,
        anySelectors: !strict.selectors,
        anyConditions: !strict.conditions,
      }),
      ...validateVersions(webhook.admissionReviewVersions ?? [], `${field}.admissionReviewVersions`, strict.versions),
      ...(strict.names && webhook.name !== '' && again.has(index) ? [duplicate(`${field}.name`, webhook.name)] : []),
    ]
  })
}

const validateVersions = (versions: readonly string[], field: string, mustBeKnown: boolean): readonly FieldError[] => {
  if (versions.length === 0) return [required(field, `must specify one of ${VERSIONS.join(', ')}`)]
  const again = repeats(versions)
  return [
    ...versions.flatMap((version, index) =>
      again.has(index)
        ? [invalid(`${field}[${index}]`, version, 'duplicate version')]
        : checkForm(dns1035Label, version, `${field}[${index}]`),
    ),
    ...(mustBeKnown && !versions.some((version) => VERSIONS.includes(version))
      ? [invalid(field, versions, `must include at least one of ${VERSIONS.join(', ')}`)]
      : []),
  ]
}
