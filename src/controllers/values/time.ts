/** Milliseconds since the epoch; 0 where nothing is given. */
export const millisecondsOf = (text: string | undefined): number => (text ? Date.parse(text) : 0)
