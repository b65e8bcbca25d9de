/** Whether a text may be a header's value: blanks and tabs within, no other controls; not empty. */
export const isHeaderValue = (text: string): boolean =>
  /^[!-~\u0080-\u00ff](?:[\t -~\u0080-\u00ff]*[!-~\u0080-\u00ff])?$/.test(text)

/**
 * Headers that say where a message ends, or what a connection is: who changes them makes two messages of one. And the one
 * by which a request that comes round is known.
 */
const FRAMING: readonly string[] = ['connection', 'content-length', 'transfer-encoding', 'upgrade', 'x-forwarded-turns']

/** Whether a route may set, add or remove the header. */
export const isFraming = (name: string): boolean => FRAMING.includes(name.toLowerCase())

/** Whether a text may be asked of a backend as its path: else it would be another request. */
export const isTarget = (text: string): boolean => /^\/[!-~]*$/.test(text) && !text.includes('#')
