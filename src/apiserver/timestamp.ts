/** Seconds, as the API writes times. */
export const timestamp = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`
