/** Whether a host is one alone. */
export const isExact = (host: string): boolean => host !== '' && !host.startsWith('*')

/** The name with a star that a host is one of. */
export const starOf = (host: string): string => `*${host.slice(host.indexOf('.'))}`

/** A host and the name with a star that it is one of, if it is of one. */
export const withStar = (host: string): readonly string[] => (isExact(host) ? [host, starOf(host)] : [host])
