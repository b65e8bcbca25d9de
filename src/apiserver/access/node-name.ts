import { dnsSubdomain } from '#api/validation/names.ts'

const PREFIX = 'system:node:'

/** The node that a user name is of; undefined of everybody else's. */
export const nodeNameOf = (user: string): string | undefined => {
  if (!user.startsWith(PREFIX)) return undefined
  const name = user.slice(PREFIX.length)
  return dnsSubdomain(name).length === 0 ? name : undefined
}
