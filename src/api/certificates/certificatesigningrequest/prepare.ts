import type { Draft } from '#schema/defaulting.ts'
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from './message.ts'

type Csr = CertificateSigningRequest

/** Who asks is said by who has seen them: nothing that a request says of it is kept. */
export const prepareCreate = (csr: Draft<Csr>): void => {
  csr.spec ??= {} as Draft<Csr['spec']>
  for (const name of ['username', 'uid', 'groups', 'extra'] as const) delete csr.spec[name]
}

/** What was asked for stays. */
export const prepareUpdate = (csr: Draft<Csr>, old: Csr): void => {
  csr.spec = old.spec as Draft<Csr['spec']>
}

/** The decision alone. */
export const prepareApproval = (csr: Draft<Csr>, old: Csr): void => {
  prepareUpdate(csr, old)
  const { certificate } = old.status ?? {}
  csr.status = { ...csr.status, certificate } as Draft<NonNullable<Csr['status']>>
  if (certificate === undefined) delete csr.status.certificate
}

/** All but the decision, which stays as it was, unless one comes or goes, which is refused. */
export const prepareStatus = (csr: Draft<Csr>, old: Csr): void => {
  prepareUpdate(csr, old)
  for (const type of ['Approved', 'Denied']) {
    const isOf = (condition: { readonly type: string }): boolean => condition.type === type
    const decided = (old.status?.conditions ?? []).filter(isOf)
    const conditions = csr.status?.conditions ?? []
    if (conditions.filter(isOf).length !== decided.length) continue
    let at = 0
    for (const [index, condition] of conditions.entries())
      if (isOf(condition)) conditions[index] = decided[at++]! as Draft<CertificateSigningRequestCondition>
  }
}
