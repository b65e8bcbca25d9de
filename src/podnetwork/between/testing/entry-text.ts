import { type Entry, nameOf } from '../entries.ts'

/** All that it says. */
export const entryText = (entry: Entry): string => {
  const name = nameOf(entry)
  switch (entry.kind) {
    case 'route':
      if (entry.link === undefined) return `${name} unreachable`
      return `${name} via ${entry.gateway} on ${entry.link}`
    case 'neighbour':
      return `${name} is ${entry.mac}`
    case 'forwarding':
      return `${name} to ${entry.remote}`
  }
}
