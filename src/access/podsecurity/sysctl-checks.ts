import { SAFE_SYSCTLS } from '#api/core/pod/spec/safe-sysctls.ts'
import type { Check } from './check.ts'

/** As of a minor version. */
export const sysctls = (minor: number): Check => {
  const safe = new Set(SAFE_SYSCTLS.flatMap(([since, names]) => (since <= minor ? names : [])))
  return ({ spec }) => {
    const names = (spec?.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !safe.has(name))
    return names.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: names.join(', ') }
  }
}
