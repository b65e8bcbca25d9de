import type { DaemonSet } from '#api/apps/daemonset/message.ts'

/** A DaemonSet as the API server keeps one. */
export const makeDaemonSet = (
  name: string,
  {
    image = 'first',
    pod = {},
    ...spec
  }: Partial<NonNullable<DaemonSet['spec']>> & { image?: string; pod?: object } = {},
): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name, namespace: 'default' },
  spec: {
    selector: { matchLabels: { app: name } },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image }], ...pod } },
    ...spec,
  },
})
