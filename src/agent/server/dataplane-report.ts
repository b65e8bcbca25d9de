import type { ServiceProxy } from '#reconciler/services/service-proxy.ts'
import type { NodeReport } from './agent-api.ts'

/** How a node's kernel stands to its Services. Where no Services are programmed here, none has been yet. */
export const dataplaneReport = (proxy: ServiceProxy | undefined): Omit<NodeReport['dataplane'], 'services'> => {
  const { pending = 0, appliedAt, failed = [] } = proxy?.state() ?? {}
  return {
    pending,
    appliedAt: appliedAt === undefined ? undefined : new Date(appliedAt).toISOString(),
    failed: failed.map(({ service, error, retryAt }) => ({
      service,
      message: error,
      retryAt: new Date(retryAt).toISOString(),
    })),
  }
}
