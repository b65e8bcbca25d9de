/** Whether a host is one alone. */
export const isExact = (host: string): boolean => host !== '' && !host.startsWith('*')

/** The name with a star that a host is one of. */
export const starOf = (host: string): string => `*${host.slice(host.indexOf('.'))}`
