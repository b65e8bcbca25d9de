import type { CertificateSigningRequest } from '#api/certificates/certificatesigningrequest/message.ts'
import { certificateSigningRequests } from '#api/certificates/certificatesigningrequest/resource.ts'
import { timeText } from '#api/time-text.ts'
import { isNotFound } from '#client/client.ts'
import { isLeaving } from '#objects/deletion.ts'
import { type ControllerContext, onAny, type RunningController, runLoop } from '../context.ts'
import { fateOf } from './desired.ts'

/** How long until rules are asked again whether a kubelet may have its certificate. */
const AGAIN_MS = 60_000

/**
 * Approves what kubelets ask for where rules let them, signs requests for certificates that have been approved, for the
 * signers that are the cluster's own, and takes requests away that have lain long enough.
 */
export const startCertificateSigner = (context: ControllerContext): RunningController | undefined => {
  const { client, informers, clock, issueCertificate, approvalOf } = context
  if (!issueCertificate) return undefined
  const cache = informers.for(certificateSigningRequests)

  const sync = async (name: string): Promise<number | undefined> => {
    const csr = cache.lister.byKey(name)
    if (!csr || isLeaving(csr)) return undefined
    const now = clock.now()
    const fate = fateOf(csr, now)
    if (fate.kind === 'left') {
      const approval = fate.isOpen ? await approvalOf?.(csr.spec) : undefined
      if (approval === undefined) return fate.ms
      if (approval === 'refused') return Math.min(fate.ms, AGAIN_MS)
      const status = {
        ...csr.status,
        conditions: [...(csr.status?.conditions ?? []), approved(approval.message, timeText(now))],
      }
      await client.update(certificateSigningRequests, { ...csr, status }, { subresource: 'approval' })
      return undefined
    }
    if (fate.kind === 'gone') {
      const preconditions = { uid: csr.metadata!.uid! }
      await client.delete(certificateSigningRequests, name, { preconditions }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error
      })
      return undefined
    }
    const { request, signerName, usages = [], expirationSeconds } = csr.spec
    const issued = await issueCertificate({
      ...{ request: atob(request), signerName, usages },
      ...(expirationSeconds === undefined ? {} : { expirationSeconds }),
    })
    const status =
      'certificate' in issued
        ? { ...csr.status, certificate: btoa(issued.certificate) }
        : { ...csr.status, conditions: [...(csr.status?.conditions ?? []), failed(issued.refusal, timeText(now))] }
    await client.update(certificateSigningRequests, { ...csr, status }, { subresource: 'status' })
    return undefined
  }

  const { queue, running } = runLoop(context, 'certificate-signer', [cache], sync)
  cache.addHandlers(onAny(({ metadata }) => queue.add(metadata!.name!)))
  return running
}

type Condition = NonNullable<NonNullable<CertificateSigningRequest['status']>['conditions']>[number]

const condition = (type: string, reason: string, message: string, now: string): Condition => ({
  ...{ type, status: 'True', reason, message },
  ...{ lastUpdateTime: now, lastTransitionTime: now },
})

const failed = (message: string, now: string): Condition => condition('Failed', 'SignerValidationFailure', message, now)

const approved = (message: string, now: string): Condition => condition('Approved', 'AutoApproved', message, now)
