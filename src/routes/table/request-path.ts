/**
 * The path that a request is matched by, and that a backend gets: octets that need no escape are written as they are,
 * other escapes in upper case, slashes that stand together are one, and dot segments are gone. `undefined` for what no one
 * can read in one way alone, which is refused: it might be matched as one path and served as another.
 *
 * An escaped slash stays escaped, and is not a slash to any rule; but not beside dots (`..%2F`), which some servers
 * read as a dot segment, as they do dots with parameters (`/..;x/`).
 */
export function requestPath(raw: string): string | undefined {
  if (!raw.startsWith('/') || /[^!-~]|[#?\\]|%(?![0-9A-Fa-f]{2})/.test(raw)) return undefined
  const decoded = raw.replace(/%[0-9A-Fa-f]{2}/g, (octet) => {
    const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16))
    return /[A-Za-z0-9._~-]/.test(character) ? character : octet.toUpperCase()
  })
  if (/%(?:[01][0-9A-F]|7F|5C)/.test(decoded)) return undefined
  const segments: string[] = []
  const all = decoded
    .replace(/\/{2,}/g, '/')
    .slice(1)
    .split('/')
  all.forEach((segment, index) => {
    const isLast = index === all.length - 1
    if (segment === '..') segments.pop()
    if (segment === '..' || segment === '.') {
      if (isLast) segments.push('')
    } else segments.push(segment)
  })
  const path = `/${segments.join('/')}`
  return /(?:\/|%2F)\.\.?(?:;|%2F|%3B)|%2F\.\.?(?:\/|$)/.test(path) ? undefined : path
}

/** A path of a match, as `requestPath()` would write it: what stands there may have octets that requests have escaped. */
export function matchedPath(value: string): string {
  const escaped = value.toWellFormed().replace(/[^!-~]|[#?\\]|%(?![0-9A-Fa-f]{2})/gu, encodeURIComponent)
  return requestPath(escaped) ?? escaped
}
