/** A text as Go quotes it by %q; nearly JSON, which every reader knows. */
export const quoted = (text: string): string =>
  JSON.stringify(text).replace(/\\u([0-9a-f]{4})|\\b|\\f|\u007f/g, (found, code: string | undefined) => {
    if (found === '\\b' || found === '\\f') return found
    const value = code === undefined ? 0x7f : Number.parseInt(code, 16)
    if (value === 7) return '\\a'
    if (value === 11) return '\\v'
    return value < 0x80 ? `\\x${value.toString(16).padStart(2, '0')}` : found
  })

/** A list of texts as Go quotes it by %q: `["a" "b"]`. */
export const quotedList = (texts: readonly string[]): string => `[${texts.map(quoted).join(' ')}]`
