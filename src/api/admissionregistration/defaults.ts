import type { Draft } from '#schema/defaulting.ts'
import type { MatchResources, RuleWithOperations } from './match.ts'
import type { MutatingAdmissionPolicy } from './mutatingadmissionpolicy/message.ts'
import type { MutatingAdmissionPolicyBinding } from './mutatingadmissionpolicybinding/message.ts'
import type { MutatingWebhookConfiguration } from './mutatingwebhookconfiguration/message.ts'
import type { ValidatingAdmissionPolicy } from './validatingadmissionpolicy/message.ts'
import type { ValidatingAdmissionPolicyBinding } from './validatingadmissionpolicybinding/message.ts'
import type { ValidatingWebhookConfiguration } from './validatingwebhookconfiguration/message.ts'

type Rules = Draft<readonly RuleWithOperations[]> | undefined

const defaultScopes = (rules: Rules): void => {
  for (const rule of rules ?? []) rule.scope ??= '*'
}

/** Every object is asked for, by whichever version, and who does not answer within ten seconds has refused. */
export const defaultWebhooks = (
  configuration: Draft<ValidatingWebhookConfiguration | MutatingWebhookConfiguration>,
): void => {
  for (const webhook of configuration.webhooks ?? []) {
    webhook.failurePolicy ??= 'Fail'
    webhook.matchPolicy ??= 'Equivalent'
    webhook.namespaceSelector ??= {}
    webhook.objectSelector ??= {}
    webhook.timeoutSeconds ??= 10
    const service = webhook.clientConfig?.service
    if (service) service.port ??= 443
    defaultScopes(webhook.rules)
    if (configuration.kind === 'MutatingWebhookConfiguration')
      (webhook as Draft<NonNullable<MutatingWebhookConfiguration['webhooks']>[number]>).reinvocationPolicy ??= 'Never'
  }
}

const defaultMatch = (match: Draft<MatchResources> | undefined): void => {
  if (match === undefined) return
  match.matchPolicy ??= 'Equivalent'
  match.namespaceSelector ??= {}
  match.objectSelector ??= {}
  defaultScopes(match.resourceRules)
  defaultScopes(match.excludeResourceRules)
}

/** What a policy cannot judge is refused. */
export const defaultPolicy = ({ spec }: Draft<ValidatingAdmissionPolicy | MutatingAdmissionPolicy>): void => {
  if (spec === undefined) return
  spec.failurePolicy ??= 'Fail'
  defaultMatch(spec.matchConstraints)
}

export const defaultPolicyBinding = ({
  spec,
}: Draft<ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding>): void => defaultMatch(spec?.matchResources)
