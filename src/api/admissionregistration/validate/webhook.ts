import { duplicate, type FieldError, invalid, notSupported, required, tooMany } from '#api/validation/field-error.ts'
import { validateSelector } from '#api/validation/labels.ts'
import { checkForm, dnsSubdomain, qualifiedName } from '#api/validation/names.ts'
import { repeats } from '#api/validation/repeats.ts'
import { validateWebhookService, validateWebhookUrl } from '#api/validation/webhook-client.ts'
import type { Compiled } from '../expressions/compiled.ts'
import { compiledConditions } from '../expressions/conditions.ts'
import type { MutatingWebhookConfiguration } from '../mutatingwebhookconfiguration/message.ts'
import type { ValidatingWebhookConfiguration } from '../validatingwebhookconfiguration/message.ts'
import { problemsOf } from './expression.ts'
import { validateRule } from './rule.ts'

export type Webhook =
  | NonNullable<MutatingWebhookConfiguration['webhooks']>[number]
  | NonNullable<ValidatingWebhookConfiguration['webhooks']>[number]

type Condition = NonNullable<Webhook['matchConditions']>[number]

const FAILURE_POLICIES = ['Fail', 'Ignore']
const MATCH_POLICIES = ['Equivalent', 'Exact']
const REINVOCATION_POLICIES = ['IfNeeded', 'Never']
const SIDE_EFFECTS = ['None', 'NoneOnDryRun', 'Some', 'Unknown']
/** Those of a webhook that may be asked in a dry run. */
export const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun']
const MOST_CONDITIONS = 64

/** What is not held against a webhook that is there already. */
interface Leniency {
  readonly anySideEffects?: boolean
  readonly anySelectors?: boolean
  readonly anyConditions?: boolean
  /** Nothing else is looked at. */
  readonly selectorsAlone?: boolean
}

/** Checks one webhook, but for what it accepts. */
export const validateWebhook = (webhook: Webhook, field: string, leniency: Leniency): readonly FieldError[] => {
  const { name, rules = [], failurePolicy, matchPolicy, sideEffects, timeoutSeconds, matchConditions = [] } = webhook
  const selectors = [
    ...(webhook.namespaceSelector ? validateSelector(webhook.namespaceSelector, `${field}.namespaceSelector`) : []),
    ...(webhook.objectSelector ? validateSelector(webhook.objectSelector, `${field}.objectSelector`) : []),
  ]
  if (leniency.selectorsAlone) return selectors
  const reinvocationPolicy = 'reinvocationPolicy' in webhook ? webhook.reinvocationPolicy : undefined
  return [
    ...validateName(name ?? '', `${field}.name`),
    ...rules.flatMap((rule, index) => validateRule(rule, `${field}.rules[${index}]`)),
    ...oneOf(failurePolicy, FAILURE_POLICIES, `${field}.failurePolicy`),
    ...oneOf(matchPolicy, MATCH_POLICIES, `${field}.matchPolicy`),
    ...validateSideEffects(sideEffects, leniency.anySideEffects ? SIDE_EFFECTS : NO_SIDE_EFFECTS, field),
    ...(timeoutSeconds !== undefined && (timeoutSeconds > 30 || timeoutSeconds < 1)
      ? [invalid(`${field}.timeoutSeconds`, timeoutSeconds, 'the timeout value must be between 1 and 30 seconds')]
      : []),
    ...(leniency.anySelectors ? [] : selectors),
    ...oneOf(reinvocationPolicy, REINVOCATION_POLICIES, `${field}.reinvocationPolicy`),
    ...validateClient(webhook.clientConfig ?? {}, `${field}.clientConfig`),
    ...(leniency.anyConditions ? [] : validateConditions(matchConditions, `${field}.matchConditions`)),
  ]
}

const oneOf = (value: string | undefined, allowed: readonly string[], field: string): readonly FieldError[] =>
  value === undefined || allowed.includes(value) ? [] : [notSupported(field, value, allowed)]

/** A name that nobody else has: one of a domain. */
const validateName = (name: string, field: string): readonly FieldError[] => {
  if (name === '') return [required(field)]
  const problems = dnsSubdomain(name)
  if (problems.length > 0) return [invalid(field, name, problems.join(','))]
  return name.split('.').length < 3
    ? [invalid(field, name, 'should be a domain with at least three segments separated by dots')]
    : []
}

const validateSideEffects = (
  sideEffects: string | undefined,
  allowed: readonly string[],
  field: string,
): readonly FieldError[] => {
  if (sideEffects === undefined) return [required(`${field}.sideEffects`, `must specify one of ${allowed.join(', ')}`)]
  return oneOf(sideEffects, allowed, `${field}.sideEffects`)
}

const validateClient = ({ url, service }: Partial<Webhook['clientConfig']>, field: string): readonly FieldError[] => {
  if ((url === undefined) === (service === undefined))
    return [required(field, 'exactly one of url or service is required')]
  return url === undefined
    ? validateWebhookService(service!, `${field}.service`)
    : validateWebhookUrl(url, `${field}.url`)
}

/** Checks in which cases somebody is asked. */
export const validateConditions = (
  conditions: readonly Condition[],
  field: string,
  ready: readonly Compiled[] = conditions.length > 0 ? compiledConditions(conditions) : [],
): readonly FieldError[] => {
  const again = repeats(conditions, ({ name }) => name)
  return [
    ...(conditions.length > MOST_CONDITIONS ? [tooMany(field, MOST_CONDITIONS, conditions.length)] : []),
    ...conditions.flatMap(({ name, expression }, index) => {
      const at = `${field}[${index}]`
      return [
        ...((expression ?? '').trim() === ''
          ? [required(`${at}.expression`)]
          : problemsOf(ready[index]!, `${at}.expression`)),
        ...(name ? checkForm(qualifiedName, name, `${at}.name`) : [required(`${at}.name`)]),
        ...(name && again.has(index) ? [duplicate(`${at}.name`, name)] : []),
      ]
    }),
  ]
}
