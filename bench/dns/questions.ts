import type { Service } from '#api/core/service/message.ts'

/** A Service's name and addresses, as each server is to know them. */
export interface Named {
  readonly name: string
  readonly v4: string
  readonly v6: string
}

export const NAMESPACE = 'bench'
export const DOMAIN = 'cluster.local'
export const PORT = 80

export const fullName = (name: string): string => `${name}.${NAMESPACE}.svc.${DOMAIN}`

export const namedOf = (service: Service): Named => {
  const [v4 = '', v6 = ''] = service.spec?.clusterIPs ?? []
  return { name: service.metadata?.name ?? '', v4, v6 }
}

export const reverseName = (v4: string): string => `${v4.split('.').reverse().join('.')}.in-addr.arpa`

/** Of 100 questions 20 each: A, AAAA, SRV, PTR, and a name that is not there. In an order that looks like chance. */
export const questions = (names: readonly Named[]): readonly string[] => {
  const all = names.flatMap(({ name, v4 }) => [
    `${fullName(name)} A`,
    `${fullName(name)} AAAA`,
    `_http._tcp.${fullName(name)} SRV`,
    `${reverseName(v4)} PTR`,
    `no-${fullName(name)} A`,
  ])
  // A step that has no factor in common with the length visits each once.
  const step = 1597
  return all.map((_, index) => all[(index * step) % all.length]!)
}
