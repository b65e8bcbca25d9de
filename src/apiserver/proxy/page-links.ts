/** What the links of a proxied page are read by. */
export interface PageLinks {
  /** The path of the proxy itself, which stands in front of the page's own paths: `/api/v1/…/proxy`. */
  readonly prefix: string
  /** What the page may call itself: the destination's authority, and the host that the client asked for. */
  readonly hosts: readonly string[]
}

const PARTS = /^(?:[a-z][a-z0-9+.-]*:)?(?:\/\/([^/?#]*))?([^?#]*)(.*)$/is

/**
 * A link as it leads through the proxy (apimachinery, util/proxy): one to a path of the page's own host gets the
 * proxy's in front, and loses scheme and host, since the client asks for them elsewhere. Relative links, and those to
 * other hosts, stay.
 */
export const rewriteLink = (link: string, { prefix, hosts }: PageLinks): string => {
  const [, host, path = '', rest = ''] = PARTS.exec(link) ?? []
  if (!path.startsWith('/') && !(host !== undefined && path === '')) return link
  if (host === undefined ? /^[a-z][a-z0-9+.-]*:/i.test(link) : !hosts.includes(host)) return link
  const through = path === prefix || path.startsWith(`${prefix}/`)
  return `${through ? '' : prefix}${path || '/'}${rest}`
}
