/** meta/v1 Time: RFC 3339, whole seconds, UTC. */
export const formatTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

/** Milliseconds since the epoch; 0 where nothing is given. */
export const parseTime = (text: string | undefined): number => (text ? Date.parse(text) : 0)
