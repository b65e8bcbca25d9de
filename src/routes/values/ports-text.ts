const MOST = 8

/** Ports of a Service, for people: `80 (http), 9090`; `none`. */
export const portsText = (ports: readonly { readonly port: number; readonly name?: string }[]): string => {
  const told = ports.slice(0, MOST).map(({ port, name }) => (name ? `${port} (${name})` : String(port)))
  const more = ports.length > MOST ? [`${ports.length - MOST} more`] : []
  return [...told, ...more].join(', ') || 'none'
}
