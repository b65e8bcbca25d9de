/** Files of maps, which the Lua program knows by the same names. */
export const MAPS = {
  /** What decisions and rules say, by names that follow from what they say. */
  texts: 'maps/texts.map',
  /** Which listener a hostname belongs to, by port and hostname: of ports with TLS. */
  listeners: 'maps/listeners.map',
  /** Where connections go whose TLS has ended here though they are not of HTTP, by port and hostname. */
  ended: 'maps/ended.map',
  /** Where connections go by the name that they ask for, by port and hostname. */
  names: 'maps/names.map',
  /** Ports with hostnames that begin with a star. */
  stars: 'maps/stars.map',
} as const

/** What becomes of a request, by hostname and path: a map for each port. */
export const pathsMap = (bind: number) => `maps/paths-${bind}.map`
