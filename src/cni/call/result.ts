import { type CniVersion, isAtLeast } from '../conf/version.ts'

/** What an ADD has made, as plugins write it and read it. */
export interface CniResult {
  readonly cniVersion?: string
  readonly interfaces?: readonly {
    readonly name?: string
    readonly sandbox?: string
    readonly [field: string]: unknown
  }[]
  readonly ips?: readonly {
    readonly address?: string
    readonly interface?: number
    readonly [field: string]: unknown
  }[]
  readonly [field: string]: unknown
}

/** Reads what a plugin has written; undefined where it is no result. */
export const parseResult = (stdout: string): CniResult | undefined => {
  try {
    const value = JSON.parse(stdout) as unknown
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as CniResult) : undefined
  } catch {
    return undefined
  }
}

/** The same in the version that a network speaks: before 1.0.0 each address tells its family. */
export const asVersion = (result: CniResult, cniVersion: CniVersion): CniResult => ({
  ...result,
  cniVersion,
  ...(result.ips && {
    ips: result.ips.map(({ version: _, ...ip }) => ({
      ...(!isAtLeast(cniVersion, '1.0.0') && { version: ip.address?.includes(':') ? '6' : '4' }),
      ...ip,
    })),
  }),
})

/** The addresses of a pod's link, without their prefixes, IPv4 first. */
export const addressesOf = ({ interfaces = [], ips = [] }: CniResult, ifName: string): readonly string[] => {
  const own = ips.filter(({ interface: index }) => {
    if (index === undefined) return true
    const link = interfaces[index]
    return link?.name === ifName && !!link.sandbox
  })
  const addresses = own.flatMap(({ address }) => address?.split('/')[0] || [])
  return [...addresses.filter((one) => !one.includes(':')), ...addresses.filter((one) => one.includes(':'))]
}
