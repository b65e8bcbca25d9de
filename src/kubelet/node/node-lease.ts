import type { Lease } from '#api/coordination/lease/message.ts'
import type { Resource } from '#api/resource.ts'
import { type Client, isNotFound } from '#client/client.ts'
import { type Clock, sleep } from '#clock/clock.ts'

const NAMESPACE = 'kube-node-lease'
/** Kubernetes' nodeLeaseDurationSeconds; renewed four times in that. */
export const LEASE_SECONDS = 40
const RENEWALS = 4
const RETRY_MS = 1000

const microTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 23)}000Z`

/** Renews the node's Lease, four times in its `seconds`, until `signal` aborts; makes it where it is missing. Never rejects. */
export const keepNodeLease = async (
  client: Client,
  leases: Resource<Lease>,
  node: { readonly name: string; readonly uid: string; readonly seconds: number },
  {
    clock,
    signal,
    onError,
  }: { readonly clock: Clock; readonly signal: AbortSignal; readonly onError: (error: unknown) => void },
): Promise<void> => {
  while (!signal.aborted) {
    const renewTime = microTime(clock.now())
    let wait = (node.seconds * 1000) / RENEWALS
    try {
      await client.patch(
        leases,
        node.name,
        'merge',
        { spec: { holderIdentity: node.name, leaseDurationSeconds: node.seconds, renewTime } },
        { namespace: NAMESPACE },
      )
    } catch (error) {
      if (isNotFound(error)) {
        const lease: Lease = {
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          metadata: {
            name: node.name,
            namespace: NAMESPACE,
            // With the Node goes its Lease.
            ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: node.name, uid: node.uid }],
          },
          spec: { holderIdentity: node.name, leaseDurationSeconds: node.seconds, renewTime },
        }
        await client.create(leases, lease, { namespace: NAMESPACE }).catch((cause) => {
          onError(cause)
          wait = RETRY_MS
        })
      } else {
        onError(error)
        wait = RETRY_MS
      }
    }
    await sleep(clock, wait, signal)
  }
}
