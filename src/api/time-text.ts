/** A moment, milliseconds since the epoch, as meta/v1 Time writes it: RFC 3339, whole seconds, UTC. */
export const timeText = (ms: number): string => {
  const second = Math.floor(ms / 1000)
  if (second !== latest.second) latest = { second, text: `${new Date(ms).toISOString().slice(0, 19)}Z` }
  return latest.text
}

/** Of a second there may be thousands of writes, each with several times. */
let latest: { readonly second: number; readonly text: string } = { second: Number.NaN, text: '' }
