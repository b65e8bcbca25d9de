import type { LabelSelector } from '#api/meta/label-selector.ts'
import type { WebhookConfig } from './client/webhook-config.ts'
import type { Rule } from './rules.ts'

/** What a MutatingWebhook and a ValidatingWebhook of admissionregistration.k8s.io/v1 have alike, defaulted. */
export interface Webhook {
  readonly name: string
  readonly clientConfig: WebhookConfig
  readonly rules?: readonly Rule[]
  readonly failurePolicy?: string
  readonly matchPolicy?: string
  readonly namespaceSelector?: LabelSelector
  readonly objectSelector?: LabelSelector
  readonly sideEffects?: string
  readonly timeoutSeconds?: number
  readonly admissionReviewVersions?: readonly string[]
  readonly reinvocationPolicy?: string
  readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[]
}

/** One webhook of one configuration. */
export interface Hook {
  /** Of all hooks of its kind, and the same as long as its configuration is. */
  readonly id: string
  readonly configuration: string
  readonly webhook: Webhook
  /** Where it stands among all of its kind, in the order in which they are asked. */
  readonly index: number
}

export interface Configuration {
  readonly metadata?: { readonly name?: string }
  readonly webhooks?: readonly Webhook[]
}

/** All webhooks of configurations of one kind, in the order in which they are asked: by configuration, then as listed. */
export const hooksOf = (configurations: readonly Configuration[]): readonly Hook[] =>
  [...configurations]
    .map(({ metadata, webhooks = [] }) => ({ configuration: metadata?.name ?? '', webhooks }))
    .sort((a, b) => (a.configuration < b.configuration ? -1 : a.configuration > b.configuration ? 1 : 0))
    .flatMap(({ configuration, webhooks }) =>
      webhooks.map((webhook, index) => ({ id: `${configuration}/${webhook.name}/${index}`, configuration, webhook })),
    )
    .map((hook, index) => ({ ...hook, index }))
