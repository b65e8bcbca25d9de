/** Header lines as they came; one of several lines stands several times. */
export type Headers = readonly (readonly [name: string, value: string])[]

/** The value of a header; of several lines all, joined by commas. */
export function headerOf(headers: Headers, name: string): string | undefined {
  const wanted = name.toLowerCase()
  const found = headers.filter(([one]) => one.toLowerCase() === wanted)
  return found.length === 0 ? undefined : found.map(([, value]) => value).join(',')
}

/** The first value of a parameter of a query, without its escapes; `+` is a space. */
export function parameterOf(query: string, name: string): string | undefined {
  for (const pair of query.replace(/^\?/, '').split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    if (decoded(equals < 0 ? pair : pair.slice(0, equals)) === name)
      return equals < 0 ? '' : decoded(pair.slice(equals + 1))
  }
  return undefined
}

/** An escape that is none stays. */
function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced.replace(/%(?![0-9A-Fa-f]{2})/g, '%25'))
  } catch {
    // Octets that are no UTF-8 are in no table.
    return spaced.replace(/%[0-7][0-9A-Fa-f]/g, decodeURIComponent)
  }
}
