import type { Pod } from '#api/core/pod/message.ts'
import { SAFE_SYSCTLS } from '#api/core/pod/spec/safe-sysctls.ts'

const SAFE = new Set(SAFE_SYSCTLS.flatMap(([, names]) => names))

/** With dots between the parts: the first separator says which of the two is meant as one. */
const dotted = (name: string): string =>
  /^[^./]*\//.test(name) ? name.replace(/[./]/g, (mark) => (mark === '/' ? '.' : '/')) : name

/** The kernel's settings that a pod asks for, by their names with dots; undefined where it asks for none. */
export const podSysctls = ({ spec }: Pod): Readonly<Record<string, string>> | undefined => {
  const asked = (spec?.securityContext?.sysctls ?? []).map(({ name, value }) => [dotted(name), value] as const)
  return asked.length === 0 ? undefined : Object.fromEntries(asked)
}

/** Why a pod may not have what it asks for of them, in Kubernetes' words. */
export const forbiddenSysctl = (pod: Pod): string | undefined => {
  const name = Object.keys(podSysctls(pod) ?? {}).find((one) => !SAFE.has(one))
  return name === undefined ? undefined : `forbidden sysctl: "${name}" not allowlisted`
}
