import type { StatefulSet } from '#api/apps/statefulset/message.ts'

/** A StatefulSet as the API server keeps one. */
export const makeStatefulSet = (
  name: string,
  replicas: number,
  { image = 'first', ...spec }: Partial<NonNullable<StatefulSet['spec']>> & { readonly image?: string } = {},
): StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name, namespace: 'default' },
  spec: {
    replicas,
    serviceName: name,
    selector: { matchLabels: { app: name } },
    podManagementPolicy: 'OrderedReady',
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image }] } },
    ...spec,
  },
})
