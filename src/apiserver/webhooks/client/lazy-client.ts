import type { Dial } from '../../proxy/destination.ts'
import type { Registry } from '../../registry/registry.ts'
import type { WebhookClient } from './webhook-client.ts'

/** The one client of all webhooks, whatever they are asked for. */
export interface LazyWebhookClient {
  /** Loaded when the first webhook is asked. */
  get(): Promise<WebhookClient>
  close(): void
}

export const lazyWebhookClient = (
  registry: Registry,
  dial: Dial,
  random: (below: number) => number,
): LazyWebhookClient => {
  let client: Promise<WebhookClient> | undefined
  const load = async (): Promise<WebhookClient> => {
    const [{ WebhookClient }, { serviceResolver }] = await Promise.all([
      import('./webhook-client.ts'),
      import('./service-address.ts'),
    ])
    return new WebhookClient({ resolve: serviceResolver(registry, random), dial })
  }
  return {
    get() {
      client ??= load()
      return client
    },
    close() {
      void client?.then((loaded) => loaded.close())
    },
  }
}
